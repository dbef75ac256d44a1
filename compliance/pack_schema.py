"""Decides what a copy pack may contain: its rules, the word lists they draw on, and the wording that is permitted."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from compliance.lawbook import Reference, Strict, Words
from compliance.rule_base import Terms
from compliance.rule_schema import AnyRule
from engine.vocabulary import Severity


class WordList(Strict):
    """Words that play one part in a claim; ``(a|b)`` in a term stands for both spellings.

    ``before`` and ``after`` say how many letters may stand between a change word and the subject it changes, when the
    change comes before or after it; -1 means never.
    """

    terms: Terms
    before: int = 6
    after: int = 6


class Lexicon(Strict):
    """A file of word lists that packs share."""

    version: str
    about: str
    lists: dict[str, WordList]


class PermittedPhrases(Strict):
    """Official wording that may be used, and what makes it permitted.

    ``nutrients``: it must be said of one of these; ``wording``: one of these words must stand in the ad; ``fact``: the
    advertiser must state this fact. Nothing of these: free to use.
    """

    phrases: Terms
    nutrients: Terms = ()
    wording: Terms = ()
    fact: str | None = None


class PermittedList(Strict):
    """An annex of phrases that do not count as a breach."""

    version: str
    title: Words
    basis: Reference
    source: str
    groups: tuple[PermittedPhrases, ...]


class Pack(Strict):
    """The rules of one product category, or, without products, rules that other packs take over.

    A pack that ``extends`` others takes their rules over; ``adjusted`` gives an inherited rule another severity here,
    or leaves it out. Permitted wording is not inherited. ``charged_under`` maps ``law:article:paragraph`` to the
    article that applies here instead, or to none; ``recharged`` names the articles of one inherited rule outright.
    """

    version: str
    reviewed_on: date
    review_due: date
    title: Words
    products: Terms = ()
    permitted: Terms = ()
    extends: Terms = ()
    adjusted: dict[str, Severity | None] = Field(default_factory=dict)
    charged_under: dict[str, Reference | None] = Field(default_factory=dict)
    recharged: dict[str, tuple[Reference, ...]] = Field(default_factory=dict)
    rules: tuple[AnyRule, ...] = ()
