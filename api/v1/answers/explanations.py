"""Decides what is answered of why a plan is as it is: what changed, what would change it, what is bought, its proof."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.parts import Amount, ContentHash, Count, Day, Part, absent


class PlanChange(Part):
    """What is moved against the current plan, and what it buys."""

    moved: Amount = Field(description="Money moved between channels.")
    added: Amount = Field(description="Money placed beyond the current plan; negative where less is placed.")
    gained: float = Field(description="Results gained.")
    gained_low: float = Field(description="Lower end of their 90 % range.")
    gained_high: float = Field(description="Upper end.")
    gained_per_1000: float | None = Field(description="Results gained per 1,000 units moved; null where none is.")
    text: str = Field(description="The sentence, in the language asked for.")


class WhatIf(Part):
    """One change of the request or of what is believed, and what it would do to the answer."""

    kind: Literal["budget_more", "budget_less", "rule", "curve", "chance"] = Field(description="What changes.")
    channel: str | None = Field(description="The channel concerned; null for the plan as a whole.")
    rule: str | None = Field(description="The rule concerned.")
    side: Literal["min", "max"] | None = Field(description="Which side of it.")
    step: Amount | None = Field(description="By how much it was tried.")
    results: float | None = Field(description="What is gained by it, in units of the objective.")
    per_1000: float | None = Field(description="The same per 1,000 units of money.")
    holds: bool | None = Field(description="Whether that price holds over the whole step.")
    factor: float | None = Field(description="Level of the channel's response at which money moves.")
    chance: float | None = Field(description="Chance that the plan is better than the current one, 0 to 1.")
    text: str = Field(description="The sentence, in the language asked for.")


class PackagePlan(Part):
    """A fixed buy and whether it is taken."""

    name: str = Field(description="What it is called.")
    channel: str = Field(description="The channel it belongs to.")
    price: Amount = Field(description="Its price, in units of the currency.")
    bought: bool = Field(description="Whether the plan takes it.")
    must: bool = Field(description="Whether it had to be taken.")
    results: float = Field(description="What it brings.")
    toggled: float | None = Field(description="Objective gained if it were the other way round; null where it cannot.")
    why: str = Field(description="The sentence, in the language asked for.")


class ProofRow(Part):
    """One row of the model and its price."""

    rule: str = Field(description="The constraint it belongs to.")
    index: list[int | str] = Field(description="Which row of it.")
    price: float = Field(description="Objective gained for a unit of its limit.")
    lower: float | None = Field(description="Lower limit.")
    upper: float | None = Field(description="Upper limit.")


class ProofDays(Part):
    """Days of the history behind the curves."""

    start: Day | None = Field(description="First day.")
    end: Day | None = Field(description="Last day.")


class Proof(Part):
    """What proves the plan: whoever has the curves can work the bound out again from these prices."""

    objective: float = Field(description="Objective of the plan before rounding.")
    bound: float = Field(description="Proven: no plan within the rules reaches more.")
    gap: float = Field(description="Their relative distance.")
    tolerance: float = Field(description="The distance that was aimed for.")
    how: str = Field(description="What settled it, such as prices or branches.")
    local: bool = Field(description="Whether the prices hold only near the plan.")
    backstop: bool = Field(description="Whether the solver of last resort was needed.")
    rounds: Count = Field(description="Rounds of refining.")
    rows: list[ProofRow] = Field(description="Every row of the model.")
    whole: list[float] | None = absent("Prices that prove a plan by branches; null where those of the rows do.")
    prices_bound: float | None = absent("The bound that the prices alone give; null where they give none.")
    curves_hash: ContentHash = Field(description="Names exactly the curves.")
    posed_hash: str = Field(description="Names exactly the model.")
    data: ProofDays = Field(description="Days of history.")
    versions: dict[str, str] = Field(description="Program to its version.")


class ChannelChange(Part):
    """What changes in one channel and what it buys."""

    spend: Amount = Field(description="Money more or less than now.")
    expected: float = Field(description="Results more or less than now.")
    per_1000: float | None = Field(description="Results per 1,000 units moved; null where none is.")
    text: str = Field(description="The sentence, in the language asked for.")
