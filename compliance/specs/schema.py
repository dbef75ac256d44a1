"""Decides what a copy specification is as data: fields with limits, formats, families and platforms."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from compliance.law_schema import Strict, Words
from engine.vocabulary import Certainty, Severity

Name = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z0-9]+)*$")]
Checked = Annotated[str, Field(pattern=r"^20\d\d(-\d\d(-\d\d)?)?$")]  # a source may tell its year or month only
Trick = Literal["repeated_marks", "decoration", "spaced_letters", "odd_capitals", "replaced_letters", "emoji", "call"]


class Source(Strict):
    """Where a value was read; ``read`` second_hand: a transcription that names this page was read, not the page."""

    name: Words
    url: str | None = None
    kind: Literal["official", "third_party"]
    read: Literal["stored_copy", "second_hand"]
    checked: Checked | None = None


class Dispute(Strict):
    """Another source says another number: lengths above ``limit``, or fewer values than ``at_least``, are disputed."""

    about: Words
    limit: Annotated[int, Field(ge=1)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None


class TextField(Strict):
    """One text of a format: its longest length in the platform's units, and how many an ad has of it.

    ``mode`` hard: the platform refuses more; recommended: it may cut the text off. ``shown`` is the length some devices
    show whole. One of the values must keep within ``one_within``. ``of_text``: the row's own text stands for the field
    where it has no value of its own. ``also`` are further names of its column, ``forbidden`` what it may not hold.
    """

    label: Words
    limit: Annotated[int, Field(ge=1)]
    mode: Literal["hard", "recommended"]
    min: Annotated[int, Field(ge=0)] = 0
    max: Annotated[int, Field(ge=1)] = 1
    shortest: Annotated[int, Field(ge=1)] = 1
    shown: Annotated[int, Field(ge=1)] | None = None
    one_within: Annotated[int, Field(ge=1)] | None = None
    of_text: bool = False
    forbidden: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        inner = [self.shortest, self.shown, self.one_within, *(d.limit for d in self.disputes)]
        if any(number is not None and number > self.limit for number in inner):
            raise ValueError(f"shortest, shown, one_within and disputed limits must keep within limit {self.limit}")
        return self


class Format(Strict):
    """One ad format of a platform and where its numbers were read, when, and how sure they are."""

    name: Words
    fields: Annotated[dict[Name, TextField], Field(min_length=1)]
    hashtags_at_most: Annotated[int, Field(ge=1)] | None = None
    urls: Annotated[tuple[str, ...], Field(min_length=1)]
    sources: Annotated[tuple[Name, ...], Field(min_length=1)]
    checked: Checked | None
    certainty: Certainty
    conflicts: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if sum(field.of_text for field in self.fields.values()) > 1:
            raise ValueError("at most one field may be of_text")
        return self


class Family(Strict):
    """The formats of one YAML file."""

    version: str
    platform: Name
    title: Words
    read_on: date
    formats: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")], Format], Field(min_length=1)]


class Counting(Strict):
    """How a platform counts: what a full-width character is worth, and what its pages do not say."""

    wide: Literal[1, 2]
    rule: Words
    unsure: Words
    sources: Annotated[tuple[Name, ...], Field(min_length=1)]


class Editorial(Strict):
    """A trick of writing the platform refuses; what is told by a rule of thumb is for a person to judge (warn)."""

    trick: Trick
    severity: Severity
    article: str
    paragraph: str


class Platform(Strict):
    """A platform: its names, how it counts, the tricks it refuses (articles of ``law``), the sources of its formats."""

    version: str
    title: Words
    also: tuple[str, ...] = ()
    counting: Counting
    law: Name | None = None
    editorial: tuple[Editorial, ...] = ()
    sources: Annotated[dict[Name, Source], Field(min_length=1)]

    @model_validator(mode="after")
    def _law_for_tricks(self) -> Self:
        if self.editorial and self.law is None:
            raise ValueError("editorial needs the law whose articles it names")
        return self
