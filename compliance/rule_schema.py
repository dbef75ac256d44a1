"""Decides what a rule of a copy pack may say: the closed set of check kinds, each with the fields it needs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from compliance.lawbook import Strict
from compliance.rule_base import Rule, Some, Terms
from compliance.rule_base import StatedExample as StatedExample


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

    def shared_lists(self) -> Terms:
        """The lists whose words alone strike."""
        return self.lists

    def own_terms(self) -> dict[str, Terms]:
        """The rule's own words."""
        return {self.code: self.terms} if self.terms else {}

    def looked_for(self) -> Terms:
        """Its own words or a word of its lists."""
        return (self.code, *self.lists)


class ImpressionRule(Rule):
    """Words that say no more than that the overall impression should be looked at: a note, once an ad."""

    weighed: ClassVar[bool] = False
    kind: Literal["impression"]
    lists: Some

    def shared_lists(self) -> Terms:
        """The lists whose words are looked for."""
        return self.lists

    def looked_for(self) -> Terms:
        """A word of the lists."""
        return self.lists


class ClaimRule(Rule):
    """A subject that is changed: 改善 + 失眠, 血糖 + 平穩."""

    kind: Literal["claim"]
    subjects: Some
    changes: Some

    def shared_lists(self) -> Terms:
        """Subjects and changes."""
        return (*self.subjects, *self.changes)

    def looked_for(self) -> Terms:
        """A subject."""
        return self.subjects


class _Patterns(Rule):
    """Bounded patterns over folded letters; ``when`` are the words without which none can match."""

    patterns: Some
    when: Some

    def own_terms(self) -> dict[str, Terms]:
        """The words without which no pattern matches."""
        return {self.code: self.when}


class PatternRule(_Patterns):
    """Numbers in a sentence, such as 一個月瘦 5 公斤.

    ``quoted`` patterns count only inside quotation marks, where product names stand. An ad that names source and year
    (``sourced``) is not struck: the reviewer can look it up.
    """

    kind: Literal["pattern"]
    quoted: bool = False
    sourced: Terms = ()


class NumericRule(_Patterns):
    """A number in a sentence that lies beyond a bound: the first group of the pattern is the number."""

    kind: Literal["numeric"]
    below: float | None = None
    above: float | None = None


class TogetherRule(Rule):
    """Words harmless alone that strike within ``reach`` letters of each other; the finding lies on the first list."""

    kind: Literal["together"]
    lists: Some
    company: Some
    reach: int = 40

    def shared_lists(self) -> Terms:
        """Both lists."""
        return (*self.lists, *self.company)

    def looked_for(self) -> Terms:
        """A word of the first list."""
        return self.lists


class StatedRule(_Patterns):
    """An objective statement that the facts handed in contradict: no evidence, or another number.

    ``refuted_by`` are bounded patterns of a fact that makes the ad untrue (非醫療機構, 中國製), instead of 無 and 沒有.
    """

    kind: Literal["stated"]
    facts: Some
    refuted_by: Terms = ()


class Need(Strict):
    """What must stand in the ad (one of the patterns), or be stated as one of the facts."""

    patterns: Terms = ()
    facts: Terms = ()


Needs = Annotated[tuple[Need, ...], Field(min_length=1)]


class _Unless(Rule):
    """A rule that strikes whatever the words, unless every sentence holds one of ``unless``: it advertises nothing."""

    weighed: ClassVar[bool] = False
    unless: Terms = ()

    def own_terms(self) -> dict[str, Terms]:
        """The words that say the copy advertises nothing."""
        return {f"{self.code}:unless": self.unless} if self.unless else {}

    def looked_for(self) -> Terms:
        """Nothing: it can always strike."""
        return ()


class RequiredRule(_Unless):
    """What every ad of the category must show, or every ad of which one of ``facts_when`` is stated."""

    kind: Literal["required"]
    needs: Needs
    facts_when: Terms = ()


class DisclosureRule(Rule):
    """What an ad must show once it says one of the ``when`` words; the finding lies on these."""

    weighed: ClassVar[bool] = False
    kind: Literal["disclosure"]
    needs: Needs
    when: Some

    def own_terms(self) -> dict[str, Terms]:
        """The words that ask for the disclosure."""
        return {self.code: self.when}


class ExistenceRule(_Unless):
    """An ad of this category is itself the breach."""

    kind: Literal["existence"]


class ComparativeRule(Rule):
    """A superlative or comparison: ``terms`` alone, or ``degrees`` at most ``reach`` letters behind a ``scope``.

    An ad that names source and year (``sourced``) is not struck: the reviewer can look it up.
    """

    kind: Literal["comparative"]
    terms: Terms = ()
    scopes: Terms = ()
    degrees: Terms = ()
    reach: int = 6
    sourced: Terms = ()

    def own_terms(self) -> dict[str, Terms]:
        """Words that compare alone, scopes and degrees."""
        parts = {self.code: self.terms, f"{self.code}:scope": self.scopes, f"{self.code}:degree": self.degrees}
        return {name: terms for name, terms in parts.items() if terms}

    def looked_for(self) -> Terms:
        """A word that compares alone, or a degree."""
        return (self.code, f"{self.code}:degree")


class _Two(Rule):
    """Two kinds of words within ``reach`` letters."""

    first: Some
    second: Some
    reach: int = 12

    def own_terms(self) -> dict[str, Terms]:
        """Both kinds."""
        return {self.code: self.first, f"{self.code}:second": self.second}


class BeforeAfterRule(_Two):
    """A picture of before (``first``) and one of after (``second``), in this order."""

    kind: Literal["before_after"]


class TestimonialRule(_Two):
    """Somebody (``first``) tells in the same sentence what the product did (``second``)."""

    kind: Literal["testimonial"]


class EndorsementRule(_Two):
    """Somebody of weight (``first``) recommends (``second``) and no ``disclosed`` word says that it is paid for."""

    kind: Literal["endorsement"]
    disclosed: Terms = ()

    def own_terms(self) -> dict[str, Terms]:
        """Endorsers, recommendations and the words that disclose."""
        extra = {f"{self.code}:disclosed": self.disclosed} if self.disclosed else {}
        return {**super().own_terms(), **extra}


class FormatRule(_Unless):
    """How the text is set: bounded patterns over the text as given, which hold one of ``marks`` wherever they match."""

    kind: Literal["format"]
    patterns: Some
    marks: Some


AnyRule = Annotated[
    PhraseRule
    | ImpressionRule
    | ClaimRule
    | PatternRule
    | NumericRule
    | TogetherRule
    | StatedRule
    | RequiredRule
    | DisclosureRule
    | ExistenceRule
    | ComparativeRule
    | BeforeAfterRule
    | TestimonialRule
    | EndorsementRule
    | FormatRule,
    Field(discriminator="kind"),
]
