"""Decides how an ad could read as a whole: clauses that may not run give way to permitted wording, and it is screened.

A draft is for a person to work on. Where no draft screens clean, that is said and none is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import regex

from compliance.findings import CopyFinding, Screening, Verdict
from compliance.lawbook import known_until
from compliance.rewrites.outcome import Rewrite
from compliance.rewrites.wording import nearest, offered
from compliance.screening import screen
from compliance.understanding.normal import fold
from engine.messages import Message
from engine.vocabulary import Severity

LONGEST_DRAFTED = 2_000  # characters
MOST_REWRITTEN = 1_000  # ads of a batch: people read drafts one by one
MOST_WORDED = 12  # findings of an ad for which wording is looked for
_MOST_ADDED = 3
_ROUNDS = 4
_CLAUSE = regex.compile(r"[^，,。！？!?；;\n…]*[，,。！？!?；;\n…]+|[^，,。！？!?；;\n…]+")
_MARKS = "，,。！？!?；;\n… "


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
    if len(screened.item.text) > LONGEST_DRAFTED:
        return Rewrite(wordings, None, Message("compliance.rewrite.too_long", {"limit": LONGEST_DRAFTED}))
    draft = _draft(screened, wordings, day)
    said = "compliance.rewrite.disclaimer" if draft else "compliance.rewrite.none_clean"
    return Rewrite(wordings, draft, Message(said))


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


def _draft(screened: Screening, wordings: tuple[tuple[str, ...], ...], day: date) -> str | None:
    """The ad with its faulty clauses replaced, then with what is still found left out; None when it never is clean."""
    text, findings = screened.item.text, screened.findings
    offers = wordings
    added: list[str] = []
    for _ in range(_ROUNDS):
        text, changed = _without(text, findings, offers, added)
        if not changed or not fold(text):
            return None
        [result] = screen([replace(screened.item, text=text)], day)
        if result.verdict is Verdict.PASS:
            return text
        findings, offers = result.findings, ((),) * len(result.findings)
    return None


def _without(
    text: str, findings: Sequence[CopyFinding], offers: Sequence[tuple[str, ...]], added: list[str]
) -> tuple[str, bool]:
    """``text`` with each clause that a finding touches replaced by wording not yet ``added``, or left out."""
    kept: list[str] = []
    changed = False
    for match in _CLAUSE.finditer(text):
        clause = match[0]
        touching = [
            number
            for number, finding in enumerate(findings)
            if _asks_for_change(finding) and finding.span[0] < match.end() and match.start() < finding.span[1]
        ]
        if not touching:
            kept.append(clause)
            continue
        changed = True
        fresh = [words for number in touching for words in offers[number] if words not in added]
        if fresh and len(added) < _MOST_ADDED:
            added.append(fresh[0])
            kept.append(fresh[0] + (clause[len(clause.rstrip(_MARKS)) :] or "。"))
    return _tidy("".join(kept)), changed


def _tidy(text: str) -> str:
    """The text without marks at its beginning, and closed by a full stop where a comma was left at its end."""
    text = text.lstrip(_MARKS).rstrip()
    return text.rstrip("，, ") + "。" if text.endswith(("，", ",")) else text
