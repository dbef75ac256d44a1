"""Decides which article a finding stands on, whether it was in force on a day, and how sure we are of it.

Laws are data: ``laws/*.yaml``, one file a statute, in our own words. Texts are only provable up to ``checked_until``.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.errors import PackError
from engine.packs import load_packs, package_path
from engine.vocabulary import Certainty, Citation


class Strict(BaseModel):
    """Data of a pack: nothing unknown, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A sentence in both languages."""

    zh_tw: str = Field(alias="zh-TW", min_length=1)
    en: str = Field(min_length=1)


class Span(Strict):
    """The days a law is in force; open when ``to`` is missing."""

    from_: date = Field(alias="from")
    to: date | None = None

    def covers(self, day: date) -> bool:
        """True when the law is in force on ``day``."""
        return self.from_ <= day and (self.to is None or day <= self.to)


class Penalty(Strict):
    """What a breach costs, and the article that says so."""

    article: str
    paragraph: str
    kind: Literal["fine", "criminal"]
    minimum_twd: int | None = None
    maximum_twd: int
    prison_years: int | None = None


class Paragraph(Strict):
    """What a paragraph forbids or demands, in our own words."""

    rule: Words
    penalty: Penalty | None = None


class Law(Strict):
    """A statute or regulation as far as ads are concerned."""

    name: Words
    short: Words
    pcode: str | None = None
    enforcer: Words
    amended: date
    in_force: Span
    source: str
    retrieved_on: date
    checked_until: date
    certainty: Certainty
    remarks: Words | None = None
    articles: dict[str, dict[str, Paragraph]]


class Reference(Strict):
    """How a rule names an article: law file, article number, paragraph number and, where there is one, the item."""

    law: str
    article: str
    paragraph: str
    item: str | None = None


@cache
def lawbook() -> dict[str, Law]:
    """Every law by file name."""
    return {name: law for name, (law, _) in load_packs(package_path("compliance") / "laws", Law).items()}


@cache
def known_until() -> date:
    """The newest day on which any law was looked up: the day a check without a date is run as of."""
    return max(law.retrieved_on for law in lawbook().values())


def paragraph_of(reference: Reference) -> tuple[Law, Paragraph]:
    """The law and paragraph a reference names. Raises PackError when they are not in ``laws``."""
    law = lawbook().get(reference.law)
    paragraph = law.articles.get(reference.article, {}).get(reference.paragraph) if law else None
    if law is None or paragraph is None:
        where = f"{reference.law} §{reference.article} ({reference.paragraph})"
        raise PackError("compliance.pack.unknown_article", reference=where)
    return law, paragraph


def cite(reference: Reference, day: date) -> Citation:
    """The citation of an article as of ``day``; what was not in force on that day, or is not on file, is unverified."""
    law, _ = paragraph_of(reference)
    certainty = law.certainty if law.in_force.covers(day) else Certainty.UNVERIFIED
    return Citation(law.name.zh_tw, reference.article, reference.paragraph, law.short.zh_tw, certainty)
