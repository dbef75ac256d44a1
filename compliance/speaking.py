"""Decides what a finding says: reason, suggestion, its articles as of a day, and what is not certain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from compliance.as_of import DAYS, charged
from compliance.caveats import caveats_of
from compliance.findings import CopyFinding
from compliance.judging import Standing, Unmet
from compliance.lawbook import Reference, Words, cite
from compliance.rulebook import Rulebook
from compliance.understanding.normal import NormalText
from engine.messages import Message
from engine.vocabulary import Citation, Severity

_CONDITION = Message("compliance.copy.condition_unmet")
_CONDITION_HELP = Message("compliance.copy.condition_help")


@dataclass(frozen=True, slots=True)
class Grounds:
    """The articles a finding stands on and what the reviewer must know of them."""

    citations: tuple[Citation, ...]
    caveats: tuple[Message, ...]


class Speaker:
    """Turns strikes of one rulebook into findings as of one day; what rules say is prepared once."""

    def __init__(self, book: Rulebook, day: date) -> None:
        self._book = book
        cited = {p.rule.code: book.recharged.get(p.rule.code, p.rule.citations) for p in book.rules}
        self._grounds = {code: grounds(articles, book.charged_under, day) for code, articles in cited.items()}
        self._said = {p.rule.code: (_words(p.rule.message), _words(p.rule.suggestion)) for p in book.rules}
        self._conditions = {g.name: grounds((g.basis,), book.charged_under, day) for g in book.permitted}

    def of_rule(self, strike: Standing, text: NormalText) -> CopyFinding:
        """The finding of a rule that struck."""
        code = strike.rule.code
        message, suggestion = self._said[code]
        why = self._grounds[code]
        span = text.span(strike.start, strike.end)
        return CopyFinding(
            code, span, strike.severity, message, suggestion, why.citations, why.caveats, pack=strike.pack
        )

    def of_condition(self, unmet: Unmet, text: NormalText) -> CopyFinding:
        """The finding of permitted wording whose condition is not met."""
        code = f"{self._book.name}.permitted_condition"
        why = self._conditions[unmet.group.name]
        span = text.span(unmet.start, unmet.end)
        return CopyFinding(code, span, Severity.WARN, _CONDITION, _CONDITION_HELP, why.citations, why.caveats)


def grounds(references: tuple[Reference, ...], charged_under: Mapping[str, Reference | None], day: date) -> Grounds:
    """The articles as charged in a category (食安法 §28 becomes 健食法 §14 for a health food), with their caveats."""
    mapped = charged(references, charged_under)
    caveats: list[Message] = []
    for reference in mapped:
        caveats += [caveat for caveat in caveats_of(reference, day) if caveat not in caveats]
    return Grounds(tuple(cite(reference, day) for reference in mapped), tuple(caveats))


@lru_cache(maxsize=DAYS)
def speaker(book: Rulebook, day: date) -> Speaker:
    """The speaker of a rulebook on a day."""
    return Speaker(book, day)


def _words(words: Words) -> Message:
    return Message("compliance.finding", {"zh": words.zh_tw, "en": words.en})
