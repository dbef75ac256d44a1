"""Decides how an ad could read as a whole: clauses that may not run give way to permitted wording, and it is screened.

A draft is for a person to work on. Where no draft screens clean, that is said and none is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import regex

from compliance.findings import CopyFinding, CopyItem, Screening, Verdict
from compliance.lawbook import known_until
from compliance.placing import whole_text
from compliance.rewrites.outcome import Rewrite
from compliance.rewrites.parts import Part, parts_of, put_back, room_in
from compliance.rewrites.wording import nearest, offered, quotes_people
from compliance.screening import screen
from compliance.understanding.normal import fold
from engine.messages import Message
from engine.vocabulary import Severity

LONGEST_DRAFTED = 2_000  # characters
MOST_REWRITTEN = 1_000  # ads of a batch: people read drafts one by one
MOST_WORDED = 12  # findings of an ad for which wording is looked for
_MOST_ADDED = 3
_ROUNDS = 4
_CLAUSE = regex.compile(r"[#＃]*[^#＃，,。！？!?；;\n…]*+[，,。！？!?；;\n…]+|[#＃]*[^#＃，,。！？!?；;\n…]++|[#＃]++")
_MARKS = "，,。！？!?；;\n… "
_HASH = "#＃ "


def rewrite(screened: Screening, on: date | None = None) -> Rewrite:
    """What could be said instead of what was found in an ad; nothing for an ad that passes."""
    day = on or known_until()
    if screened.verdict is Verdict.PASS:
        return Rewrite(((),) * len(screened.findings))
    worded = [number for number, one in enumerate(screened.findings) if _asks_for_change(one)][:MOST_WORDED]
    known = offered(screened.item)
    wordings = tuple(
        nearest(screened.item, one, known, day) if number in worded else ()
        for number, one in enumerate(screened.findings)
    )
    if len(whole_text(screened.item)[0]) > LONGEST_DRAFTED:
        return Rewrite(wordings, None, Message("compliance.rewrite.too_long", {"limit": LONGEST_DRAFTED}))
    draft = _draft(screened, wordings, day)
    said = "compliance.rewrite.disclaimer" if draft else "compliance.rewrite.none_clean"
    if draft is None:
        return Rewrite(wordings, None, Message(said))
    return Rewrite(wordings, draft.text, Message(said), draft.placement.fields if draft.placement else {})


def with_rewrites(screened: Sequence[Screening], on: date | None = None) -> list[Screening]:
    """The screenings with what could be said instead beside each; of a large batch for its first MOST_REWRITTEN ads."""
    left = MOST_REWRITTEN
    told: list[Screening] = []
    for one in screened:
        asked = one.verdict is not Verdict.PASS
        if asked and not left:
            remark = Message("compliance.rewrite.too_many", {"limit": MOST_REWRITTEN})
            told.append(replace(one, rewrite=Rewrite(((),) * len(one.findings), None, remark)))
            continue
        left -= asked
        told.append(replace(one, rewrite=rewrite(one, on)))
    return told


def _asks_for_change(finding: CopyFinding) -> bool:
    return finding.severity is not Severity.NOTE


def _draft(screened: Screening, wordings: tuple[tuple[str, ...], ...], day: date) -> CopyItem | None:
    """The ad with its faulty clauses replaced, then with what is still found left out; None when it never is clean.

    Every part of it is worked on in its own place: the text, and each value of each field.
    """
    item, findings, offers = screened.item, screened.findings, wordings
    chosen: dict[str, str] = {}
    for _ in range(_ROUNDS):
        reworked = [(part, _reworked(item, part, findings, offers, chosen)) for part in parts_of(item)]
        if all(part.text == new for part, new in reworked):
            return None
        item = put_back(item, reworked)
        if not fold(item.text):
            return None
        [result] = screen([item], day)
        if result.verdict is Verdict.PASS:
            return item
        findings, offers = result.findings, ((),) * len(result.findings)
    return None


def _reworked(
    item: CopyItem,
    part: Part,
    findings: Sequence[CopyFinding],
    offers: Sequence[tuple[str, ...]],
    chosen: dict[str, str],
) -> str:
    """The part with each clause that a finding touches replaced by wording of its own, or left out.

    ``chosen`` is what clauses became so far: the same clause becomes the same everywhere, no other says it again.
    """
    asking = {
        number: place
        for number, finding in enumerate(findings)
        if _asks_for_change(finding) and (place := part.place(finding)) is not None
    }
    if not asking:
        return part.text
    fits, kept, added = room_in(item, part), list[str](), 0
    quotes = quotes_people(part.field)
    for match in _CLAUSE.finditer(part.text):
        touching = [number for number, (low, high) in asking.items() if low < match.end() and match.start() < high]
        if not touching:
            kept.append(match[0])
            continue
        head, said, tail = _pieces(match[0])
        wordings = [words for number in touching for words in offers[number]]
        if not quotes and added < _MOST_ADDED and (words := _fresh(said, wordings, chosen, head, fits)):
            added += 1
            kept.append(head + words + (tail or ("" if part.field else "。")))
    return _tidy("".join(kept))


def _fresh(
    said: str, wordings: Sequence[str], chosen: dict[str, str], head: str, fits: Callable[[str], bool]
) -> str | None:
    """What the clause becomes: what it became elsewhere, else the first wording that is still free and short enough."""
    taken = chosen.get(said)
    free = [taken] if taken else [words for words in wordings if words not in chosen.values()]
    for words in free:
        if fits(words) and (not head.strip() or words.isalnum()):  # a hashtag ends at the first mark
            chosen[said] = words
            return words
    return None


def _pieces(clause: str) -> tuple[str, str, str]:
    """A clause as the sign of a hashtag in front, its words, and the marks behind."""
    words = clause.rstrip(_MARKS)
    said = words.lstrip(_HASH)
    return words[: len(words) - len(said)], said, clause[len(words) :]


def _tidy(text: str) -> str:
    """The text without marks at its beginning, and closed by a full stop where a comma was left at its end."""
    text = text.lstrip(_MARKS).rstrip()
    return text.rstrip("，, ") + "。" if text.endswith(("，", ",")) else text
