"""Decides where personal data stands in a text: pattern, checksum and context words together make the score."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.personal_data.recogniser import Recogniser, recognisers

PROVEN = 0.85
CONTEXT_WORTH = 0.35
SURE_ENOUGH = 0.5
SECONDS_AT_MOST = 1.0
# Same length before and after, so that a span counts characters of the text as it was given.
_DASHES = "\u2010\u2011\u2013\u2212"
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, _DASHES), ord("-"))
_HALF_WIDTH[0x3000] = ord(" ")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why it was taken for personal data."""

    recogniser: str
    pattern: str
    pattern_score: float
    validation: bool | None
    context_word: str | None


@dataclass(frozen=True, slots=True)
class PersonalDataMatch:
    """Personal data of a kind at ``span`` of the given text; the text itself is not kept."""

    kind: str
    span: tuple[int, int]
    score: float
    explanation: Explanation


def find_personal_data(text: str, *, header: str = "", minimum: float = SURE_ENOUGH) -> list[PersonalDataMatch]:
    """Every find of at least ``minimum``, in the order of the text; ``header`` (a column name) counts as context."""
    plain = text.translate(_HALF_WIDTH)
    lower, digits = plain.lower(), sum(map(str.isdigit, plain))
    worth_running = [recogniser for recogniser in recognisers() if _may_hold(recogniser, lower, digits)]
    found = [match for recogniser in worth_running for match in _recognise(recogniser, plain, header)]
    found = [match for match in found if match.score >= minimum]
    found.sort(key=lambda m: (-m.score, m.span[0] - m.span[1], m.span[0], m.kind))
    return sorted(_disjoint(found), key=lambda m: m.span)


def _may_hold(recogniser: Recogniser, text: str, digits: int) -> bool:
    data = recogniser.data
    return digits >= data.digits_at_least and (not data.needs_any or any(mark in text for mark in data.needs_any))


def _recognise(recogniser: Recogniser, text: str, header: str) -> list[PersonalDataMatch]:
    found: list[PersonalDataMatch] = []
    for name, worth, pattern in recogniser.patterns:
        for hit in pattern.finditer(text, timeout=SECONDS_AT_MOST):
            start, end = hit.span("it") if "it" in pattern.groupindex else hit.span()
            valid = recogniser.validator(text[start:end]) if recogniser.validator else None
            if valid is False:
                continue
            word = _context_word(recogniser, text, start, end, header)
            if recogniser.data.needs_context and word is None:
                continue
            score = max(worth, PROVEN) if valid and worth >= CONTEXT_WORTH else worth
            score = min(1.0, score + (CONTEXT_WORTH if word else 0.0))
            why = Explanation(recogniser.name, name, worth, valid, word)
            found.append(PersonalDataMatch(recogniser.name, (start, end), round(score, 2), why))
    return found


def _context_word(recogniser: Recogniser, text: str, start: int, end: int, header: str) -> str | None:
    if recogniser.context is None:
        return None
    reach = recogniser.data.context_reach
    for piece in (text[max(0, start - reach) : start], text[end : end + reach // 2], header):
        if (hit := recogniser.context.search(piece)) is not None:
            return str(hit[0])
    return None


def _disjoint(matches: list[PersonalDataMatch]) -> list[PersonalDataMatch]:
    """The best match of every stretch of text; ``matches`` come best first."""
    kept: list[PersonalDataMatch] = []
    taken: set[int] = set()
    for match in matches:
        stretch = range(*match.span)
        if taken.isdisjoint(stretch):
            taken.update(stretch)
            kept.append(match)
    return kept
