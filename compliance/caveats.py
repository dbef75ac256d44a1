"""Decides what a reviewer is told about an article that is not settled as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from compliance.lawbook import Amendment, Law, Paragraph, Reference, Words, amendments_since, in_force, paragraph_of
from engine.messages import Message, Value
from engine.vocabulary import Certainty


def caveats_of(reference: Reference, day: date) -> Iterator[Message]:
    """What is unverified, newer than the text on file, past its review date or not in force, for one article."""
    law, paragraph = paragraph_of(reference, day)
    certainty = paragraph.certainty or law.certainty
    if certainty is not Certainty.VERIFIED:
        yield Message(f"compliance.law.{certainty.value}", _both(law.short))
    if in_force(reference, day) is None:
        yield _not_in_force(law, paragraph, day)
    for amendment in amendments_since(reference, day):
        yield _amended(law, amendment)
    if law.checked_until is not None and day > law.checked_until:
        yield Message("compliance.copy.not_checked_law", {"checked_until": law.checked_until.isoformat()})
    if day > law.review_due:
        yield Message("compliance.law.review_due", _both(law.short) | {"due": law.review_due.isoformat()})
    if law.remarks:
        yield Message("compliance.finding", _both(law.remarks))


def _not_in_force(law: Law, paragraph: Paragraph, day: date) -> Message:
    span = paragraph.in_force or law.in_force
    if span.to is not None and span.to < day:
        return Message("compliance.law.ended", _both(law.short) | {"to_day": span.to.isoformat()})
    return Message("compliance.copy.not_in_force", _both(law.short) | {"from_day": str(span.from_)})


def _amended(law: Law, amendment: Amendment) -> Message:
    said = {"zh": f"{law.short.zh_tw}：{amendment.about.zh_tw}", "en": f"{law.short.en}: {amendment.about.en}"}
    return Message("compliance.law.amended_since", said | {"since": amendment.since.isoformat()})


def _both(words: Words) -> dict[str, Value]:
    return {"zh": words.zh_tw, "en": words.en}
