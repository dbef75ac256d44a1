"""Decides what a copy pack may contain: the closed set of check kinds and the word lists they draw on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from compliance.lawbook import Reference, Strict, Words
from engine.vocabulary import Severity

Code = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z0-9]+)*\.[a-z0-9]+(_[a-z0-9]+)*$")]
Terms = tuple[str, ...]


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


class StatedExample(Strict):
    """A sentence and the facts stated of it."""

    text: str
    facts: dict[str, str]


class Examples(Strict):
    """Sentences of our own that must flag and must pass; they run as tests."""

    flag: Annotated[tuple[str | StatedExample, ...], Field(min_length=1)]
    pass_: Annotated[tuple[str | StatedExample, ...], Field(alias="pass", min_length=1)]


class Rule(Strict):
    """What every kind has in common.

    ``mention`` rules only name an illness, so a warning beside it excuses them. ``eased_by`` maps a stated fact to the
    severity it leaves, or to nothing at all.
    """

    code: Code
    severity: Severity
    citations: Annotated[tuple[Reference, ...], Field(min_length=1)]
    message: Words
    suggestion: Words
    examples: Examples
    exceptions: Terms = ()
    mention: bool = False
    eased_by: dict[str, Severity | None] = Field(default_factory=dict)


class PhraseRule(Rule):
    """The words alone are the breach."""

    kind: Literal["phrase"]
    terms: Terms = ()
    lists: Terms = ()

    @model_validator(mode="after")
    def _has_words(self) -> PhraseRule:
        if not self.terms and not self.lists:
            raise ValueError("a phrase rule needs terms or lists")
        return self


class ClaimRule(Rule):
    """A subject that is changed: 改善 + 失眠, 血糖 + 平穩."""

    kind: Literal["claim"]
    subjects: Annotated[Terms, Field(min_length=1)]
    changes: Annotated[Terms, Field(min_length=1)]


class PatternRule(Rule):
    """Numbers in a sentence, such as 一個月瘦 5 公斤; ``when`` are the words without which it cannot match.

    ``quoted`` patterns count only inside quotation marks, where product names stand.
    """

    kind: Literal["pattern"]
    patterns: Annotated[Terms, Field(min_length=1)]
    when: Annotated[Terms, Field(min_length=1)]
    quoted: bool = False


class TogetherRule(Rule):
    """Words harmless alone that strike within ``reach`` letters of each other; the finding lies on the first list."""

    kind: Literal["together"]
    lists: Annotated[Terms, Field(min_length=1)]
    company: Annotated[Terms, Field(min_length=1)]
    reach: int = 40


class StatedRule(Rule):
    """An objective statement that the facts handed in contradict: no evidence, or another number."""

    kind: Literal["stated"]
    patterns: Annotated[Terms, Field(min_length=1)]
    when: Annotated[Terms, Field(min_length=1)]
    facts: Annotated[Terms, Field(min_length=1)]


AnyRule = Annotated[PhraseRule | ClaimRule | PatternRule | TogetherRule | StatedRule, Field(discriminator="kind")]


class Pack(Strict):
    """The rules of one product category.

    A pack that ``extends`` another takes its rules over. ``charged_under`` maps ``law:article:paragraph`` to the
    article that applies here instead, or to none; ``recharged`` names the articles of one inherited rule outright.
    """

    version: str
    reviewed_on: date
    review_due: date
    title: Words
    products: Annotated[Terms, Field(min_length=1)]
    permitted: Terms = ()
    extends: str | None = None
    charged_under: dict[str, Reference | None] = Field(default_factory=dict)
    recharged: dict[str, tuple[Reference, ...]] = Field(default_factory=dict)
    rules: tuple[AnyRule, ...] = ()
