"""Decides what a law file may contain: articles with what they ask, what a breach costs, since when, and how sure."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.vocabulary import Certainty

Kind = Literal["statute", "regulation", "guideline", "ruling", "self_regulation", "policy"]
Area = Literal[
    "general",
    "food",
    "health_food",
    "cosmetic",
    "drug",
    "device",
    "medical",
    "tobacco",
    "alcohol",
    "finance",
    "fraud",
    "crime",
    "property",
    "jobs",
    "minors",
    "animals",
    "pesticide",
    "environment",
    "personal_data",
    "platform",
]
Does = Literal["forbids", "demands", "allows", "defines", "punishes"]


class Strict(BaseModel):
    """Data of a pack: nothing unknown, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A sentence in both languages."""

    zh_tw: str = Field(alias="zh-TW", min_length=1)
    en: str = Field(min_length=1)


class Span(Strict):
    """The days a text is in force; ``from`` missing: since a day not known; ``to`` missing: still."""

    from_: date | None = Field(None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"in force from {self.from_} but only to {self.to}")
        return self

    def covers(self, day: date) -> bool:
        """True when the text is in force on ``day``."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)

    def within(self, other: Span) -> bool:
        """True when no day of this span lies outside ``other``."""
        starts = other.from_ is None or (self.from_ is not None and self.from_ >= other.from_)
        ends = other.to is None or (self.to is not None and self.to <= other.to)
        return starts and ends


class Penalty(Strict):
    """What a breach costs, the article that says so, and whom it hits where that is not the advertiser.

    ``law`` is the law file of that article where it stands in another law.
    """

    law: str | None = None
    article: str
    paragraph: str = "1"
    kind: Literal["fine", "criminal"]
    minimum_twd: int | None = Field(None, gt=0)
    maximum_twd: int | None = Field(None, gt=0)
    prison_years: int | None = Field(None, gt=0)
    who: Words | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_twd and self.maximum_twd and self.minimum_twd > self.maximum_twd:
            raise ValueError(f"the least penalty {self.minimum_twd} is above the highest {self.maximum_twd}")
        if self.kind == "fine" and self.maximum_twd is None:
            raise ValueError("a fine needs maximum_twd")
        if self.kind == "criminal" and self.prison_years is None and self.maximum_twd is None:
            raise ValueError("a criminal penalty needs prison_years or maximum_twd")
        return self


class Amendment(Strict):
    """A change newer than the text on file; ``articles`` empty: it is not known which ones it touches."""

    since: date
    articles: tuple[str, ...] = ()
    about: Words
    source: str
    certainty: Certainty


class Paragraph(Strict):
    """What a paragraph forbids or demands, in our own words; what is missing is as the law file says.

    ``in_force``, ``certainty`` and ``source`` stand here only where they differ from those of the law.
    """

    does: Does
    rule: Words
    items: dict[str, Words] = Field(default_factory=dict)
    penalties: tuple[Penalty, ...] = ()
    in_force: Span | None = None
    certainty: Certainty | None = None
    source: str | None = None


class Law(Strict):
    """A statute, regulation, guideline or policy as far as ads are concerned.

    ``began`` is the first day of a law that had no forerunner: before it nothing of it was asked of anyone.
    ``source`` is an address, or words where the text was read elsewhere; ``checked_until`` is missing where the
    official text was not compared at all.
    ``articles`` maps article to paragraph to its text, or to several texts in force one after the other.
    """

    kind: Kind
    area: Area
    name: Words
    short: Words
    pcode: str | None = None
    enforcer: Words
    amended: date | None = None
    began: date | None = None
    in_force: Span
    source: str | Words
    retrieved_on: date
    checked_until: date | None = None
    review_due: date
    certainty: Certainty
    remarks: Words | None = None
    amended_later: tuple[Amendment, ...] = ()
    articles: Annotated[dict[str, dict[str, Paragraph | tuple[Paragraph, ...]]], Field(min_length=1)]

    def versions(self, article: str, paragraph: str) -> tuple[Paragraph, ...]:
        """The texts of a paragraph, oldest first; empty when it is not on file."""
        found = self.articles.get(article, {}).get(paragraph, ())
        return (found,) if isinstance(found, Paragraph) else found

    @model_validator(mode="after")
    def _one_text_a_day(self) -> Self:
        for article, paragraphs in self.articles.items():
            for number in paragraphs:
                where = f"§{article} ({number})"
                spans = [text.in_force or self.in_force for text in self.versions(article, number)]
                if not all(span.within(self.in_force) for span in spans):
                    raise ValueError(f"{where} is in force outside the days of its law")
                for earlier, later in pairwise(spans):
                    if earlier.to is None or later.from_ is None or earlier.to >= later.from_:
                        raise ValueError(f"{where}: two texts are in force on one day")
        return self

    @model_validator(mode="after")
    def _began_before_its_text(self) -> Self:
        if self.began and self.in_force.from_ and self.began > self.in_force.from_:
            raise ValueError(f"began on {self.began} but is in force from {self.in_force.from_}")
        return self

    @model_validator(mode="after")
    def _penalties_on_file(self) -> Self:
        for article, paragraphs in self.articles.items():
            for number in paragraphs:
                for penalty in (p for text in self.versions(article, number) for p in text.penalties):
                    if penalty.law is None and penalty.paragraph not in self.articles.get(penalty.article, {}):
                        named = f"§{penalty.article} ({penalty.paragraph})"
                        raise ValueError(f"§{article} ({number}) names the penalty {named}, which is not on file")
        return self


class Reference(Strict):
    """How a rule names an article: law file, article number, paragraph number and, where there is one, the item."""

    law: str
    article: str
    paragraph: str
    item: str | None = None

    @property
    def id(self) -> str:
        """``food_safety.28.1``, or with the item ``tobacco.12.1.8``: the anchor in the catalogue."""
        return ".".join(part for part in (self.law, self.article, self.paragraph, self.item) if part)
