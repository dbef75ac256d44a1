"""Decides which article a finding stands on, whether it was in force on a day, and how sure we are of it.

Laws are data: ``laws/*.yaml``, one file a statute, in our own words. Texts are only provable up to ``checked_until``.
An article is named ``law.article.paragraph`` or, with the item, ``law.article.paragraph.item``: ``tobacco.12.1.8``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from compliance.law_schema import Amendment as Amendment
from compliance.law_schema import Law as Law
from compliance.law_schema import Paragraph as Paragraph
from compliance.law_schema import Penalty as Penalty
from compliance.law_schema import Reference as Reference
from compliance.law_schema import Span as Span
from compliance.law_schema import Strict as Strict
from compliance.law_schema import Words as Words
from engine.errors import PackError
from engine.packs import load_packs, package_path
from engine.vocabulary import Certainty, Citation

_FROM_SURE = list(Certainty)


@cache
def lawbook() -> dict[str, Law]:
    """Every law by file name."""
    return {name: law for name, (law, _) in load_packs(package_path("compliance") / "laws", Law).items()}


@cache
def known_until() -> date:
    """The newest day on which any law was looked up: the day a check without a date is run as of."""
    return max(law.retrieved_on for law in lawbook().values())


def paragraph_of(reference: Reference, day: date | None = None) -> tuple[Law, Paragraph]:
    """The law and the paragraph as it reads on ``day``, or its latest text where none is in force then.

    Raises PackError when law, article, paragraph or item are not in ``laws``.
    """
    law = lawbook().get(reference.law)
    versions = law.versions(reference.article, reference.paragraph) if law else ()
    listed = [v for v in versions if reference.item is None or not v.items or reference.item in v.items]
    if law is None or not listed:
        raise PackError("compliance.pack.unknown_article", reference=reference.id)
    on_that_day = [v for v in listed if day is not None and (v.in_force or law.in_force).covers(day)]
    return law, (on_that_day or listed)[-1]


def in_force(reference: Reference, day: date) -> Span | None:
    """The days on which the text that holds on ``day`` is in force; None when no text on file holds then."""
    law, paragraph = paragraph_of(reference, day)
    span = paragraph.in_force or law.in_force
    return span if span.covers(day) and law.in_force.covers(day) else None


def applies(reference: Reference, day: date) -> bool:
    """Whether the article asked anything on ``day``, be its text of then on file or not.

    False before a law that had no forerunner began, and outside the days of a paragraph that has days of its own.
    """
    law, _ = paragraph_of(reference)
    own = [text.in_force for text in law.versions(reference.article, reference.paragraph)]
    begun = law.began is None or law.began <= day
    return begun and any(span is None or span.covers(day) for span in own)


def amendments_since(reference: Reference, day: date) -> Iterator[Amendment]:
    """Known amendments up to ``day`` that are newer than the text on file and may touch the article."""
    for amendment in lawbook()[reference.law].amended_later:
        if amendment.since <= day and (not amendment.articles or reference.article in amendment.articles):
            yield amendment


def certainty_of(reference: Reference, day: date) -> Certainty:
    """How sure the article is on ``day``: no surer than source and later changes; unverified when not in force."""
    law, paragraph = paragraph_of(reference, day)
    if in_force(reference, day) is None:
        return Certainty.UNVERIFIED
    weakest = [paragraph.certainty or law.certainty, *(a.certainty for a in amendments_since(reference, day))]
    return max(weakest, key=_FROM_SURE.index)


def cite(reference: Reference, day: date) -> Citation:
    """The citation of an article as of ``day``; what was not in force on that day, or is not on file, is unverified."""
    law, _ = paragraph_of(reference, day)
    certainty = certainty_of(reference, day)
    return Citation(law.name.zh_tw, reference.article, reference.paragraph, law.short.zh_tw, certainty)
