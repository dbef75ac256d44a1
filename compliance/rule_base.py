"""Decides what every rule of a copy pack has in common, whatever its kind."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from compliance.lawbook import Reference, Strict, Words
from engine.vocabulary import Severity

Code = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z0-9]+)*\.[a-z0-9]+(_[a-z0-9]+)*$")]
Terms = tuple[str, ...]
Some = Annotated[Terms, Field(min_length=1)]


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
    severity it leaves, or to nothing at all. ``weighed`` kinds strike on words, which may be permitted, excepted or
    denied; the others strike on what is missing or on how the text is set.
    """

    weighed: ClassVar[bool] = True

    code: Code
    severity: Severity
    citations: Annotated[tuple[Reference, ...], Field(min_length=1)]
    message: Words
    suggestion: Words
    examples: Examples
    exceptions: Terms = ()
    mention: bool = False
    eased_by: dict[str, Severity | None] = Field(default_factory=dict)

    def shared_lists(self) -> Terms:
        """The word lists of the lexicon the rule draws on."""
        return ()

    def own_terms(self) -> dict[str, Terms]:
        """The rule's own words by the name their hits carry."""
        return {}

    def looked_for(self) -> Terms:
        """The names of which one must have a hit before the rule can strike; none: it always can."""
        return (self.code,)
