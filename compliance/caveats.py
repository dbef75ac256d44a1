"""Decides what a reviewer is told about an article that is not settled as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from compliance.lawbook import Law, Paragraph, Reference, Words, amendments_since, in_force, paragraph_of
from engine.messages import Message
from engine.vocabulary import Certainty


def caveats_of(reference: Reference, day: date) -> Iterator[Message]:
    """What is unverified, newer than the text on file, past its review date or not in force, for one article."""
    law, paragraph = paragraph_of(reference, day)
    yield from _source(law, paragraph)
    if in_force(reference, day) is None:
        yield _not_in_force(law, paragraph, day)
    for amendment in amendments_since(reference, day):
        values = {"law": law.short.zh_tw, "law_en": law.short.en, "since": amendment.since.isoformat()}
        yield Message("compliance.law.amended_since", values | _both(amendment.about))
    if day > law.checked_until:
        yield Message("compliance.copy.not_checked_law", {"checked_until": law.checked_until.isoformat()})
    if day > law.review_due:
        values = {"law": law.short.zh_tw, "law_en": law.short.en, "due": law.review_due.isoformat()}
        yield Message("compliance.law.review_due", values)
    if law.remarks:
        yield Message("compliance.finding", _both(law.remarks))


def _source(law: Law, paragraph: Paragraph) -> Iterator[Message]:
    certainty = paragraph.certainty or law.certainty
    if certainty is not Certainty.VERIFIED:
        yield Message(f"compliance.law.{certainty.value}", {"law": law.short.zh_tw, "law_en": law.short.en})


def _not_in_force(law: Law, paragraph: Paragraph, day: date) -> Message:
    span = paragraph.in_force or law.in_force
    values = {"law": law.short.zh_tw, "law_en": law.short.en}
    if span.to is not None and span.to < day:
        return Message("compliance.law.ended", values | {"to_day": span.to.isoformat()})
    return Message("compliance.copy.not_in_force", {"law": law.short.zh_tw, "from_day": str(span.from_)})


def _both(words: Words) -> dict[str, str]:
    return {"zh": words.zh_tw, "en": words.en}
