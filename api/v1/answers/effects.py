"""Decides what is answered about whether rules work: counts, false flags, money, effects and a verdict for each."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.parts import ContentHash, Count, Day, Part


class FalseShare(Part):
    """Estimated share of a rule's flags that are false, 0 to 1."""

    value: float | None = Field(description="The estimate; null where the rule's method tells no chance.")
    low: float | None = Field(description="Lower end of its 95 % interval.")
    high: float | None = Field(description="Upper end of its 95 % interval.")
    known: Count = Field(description="How many flags it rests on.")


class RuleMoney(Part):
    """Spend that a rule's actions touched, in units of the currency."""

    moved: float | None = Field(description="What was acted on spent before.")
    saved: float | None = Field(description="How much less it spent than the withheld tell; null where too few tell.")
    saved_low: float | None = Field(description="Lower end of its 95 % interval.")
    saved_high: float | None = Field(description="Upper end of its 95 % interval.")


class Effect(Part):
    """A relative change that actions brought, and how far to trust it."""

    outcome: Literal["ctr", "cvr", "roas", "cpa", "cpc", "cpm"] = Field(description="What is measured.")
    better: Literal["higher", "lower"] = Field(description="Which way it is better.")
    basis: Literal["holdout", "did", "its"] = Field(
        description="What it was compared with: the withheld, untreated peers, or the days before."
    )
    trust: Literal["high", "medium", "low"] = Field(description="How far to trust it.")
    because: Literal["chance", "parallel", "pre_trend", "unseen_trend", "before_after"] = Field(
        description="What the trust rests on."
    )
    value: float | None = Field(description="0.12 is 12 % more; null where data do not suffice.")
    low: float | None = Field(description="Lower end of its 95 % interval.")
    high: float | None = Field(description="Upper end of its 95 % interval.")
    shown: Literal["better", "worse", "none", "not_enough"] = Field(description="What the interval shows.")
    acted_on: Count = Field(description="Entities acted on; days after for `its`.")
    compared: Count = Field(description="Entities compared with; days before for `its`.")
    measured: dict[str, float | None] = Field(
        description="What else was measured: share carried out, drift before and its p value."
    )
    sentence: str = Field(description="The same as a sentence, in the language asked for.")


class RuleScore(Part):
    """What became of one rule's advice of the last year."""

    rule: str = Field(description="Its id.")
    proposals: Count = Field(description="How often it proposed something; alerts, for a rule that only alerts.")
    approved: Count = Field(description="Of these, approved, with those withheld.")
    rejected: Count = Field(description="Turned down.")
    withheld: Count = Field(description="Approved and withheld by chance, to measure the effect.")
    false_share: FalseShare = Field(description="Estimated share of false flags.")
    money: RuleMoney | None = Field(description="Spend touched; null where nothing was carried out.")
    effect: Effect | None = Field(description="The most trusted effect; null where none is measured yet.")
    effects: list[Effect] = Field(description="Every effect measured.")
    verdict: Literal["earns", "does_not", "harms", "too_early", "alerts"] = Field(
        description="Whether it earns its keep; alerts: it proposes nothing to do."
    )
    sentences: list[str] = Field(description="The same in sentences, the verdict first, in the language asked for.")


class RuleScores(Part):
    """What the rules of an account brought, those that need a decision first."""

    id: ContentHash = Field(description="Hash of the figures.")
    account: str = Field(description="The account.")
    as_of: Day = Field(description="The day that counts are of.")
    scored_on: Day = Field(description="The day that effects are of: the first of its quarter.")
    next_on: Day = Field(description="The day effects are worked out anew.")
    currency: str | None = Field(description="Currency of money; null where nothing was measured yet.")
    note: str = Field(description="Of which day effects are, and why, in the language asked for.")
    rules: list[RuleScore] = Field(description="One line a rule: harmful first, then those not worth keeping.")
