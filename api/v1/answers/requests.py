"""Decides what is answered about a budget request: everything that was asked for, and nothing that was not."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.parts import Day, ExactNumber, Part, Span, absent


class MoneyLimits(Part):
    """Least and most money."""

    min: ExactNumber = absent("Least money.")
    max: ExactNumber = absent("Most money.")


class GroupLimits(MoneyLimits):
    """Channels that are limited together."""

    name: str = Field(description="What it is called.")
    channels: list[str] = Field(description="Its channels.")
    min_share: ExactNumber = absent("Least share of the budget, 0 to 1.")
    max_share: ExactNumber = absent("Largest share of the budget, 0 to 1.")


class RatioLimits(Part):
    """One channel against another."""

    over: str = Field(description="The channel that is limited.")
    under: str = Field(description="The channel it is measured by.")
    min: ExactNumber = absent("At least so many times.")
    max: ExactNumber = absent("At most so many times.")


class PackageAsked(Part):
    """A fixed buy on offer."""

    name: str = Field(description="What it is called.")
    channel: str = Field(description="The channel it belongs to.")
    price: ExactNumber = Field(description="Its price.")
    results: ExactNumber = Field(description="What it brings.")
    must: bool = absent("Whether it is bought in any case.")


class PacingAsked(Part):
    """How evenly the money runs."""

    tolerance: ExactNumber = Field(description="How far a week or day may stray from its even share.")
    weekend: ExactNumber = absent("What a weekend day weighs.")
    holiday: ExactNumber = absent("What a public holiday weighs.")


class TargetAsked(Part):
    """A result the plan has to bring."""

    result: str = Field(description="Which result.")
    least: ExactNumber = Field(description="At least so many.")
    channels: list[str] = absent("From these channels.")


class RiskAsked(Part):
    """How much the worst outcomes count."""

    tail: ExactNumber = Field(description="The share of draws that counts as the worst.")
    weight: ExactNumber = Field(description="How much they count.")


class LiftTestAsked(Part):
    """An incrementality test that was handed in."""

    channel: str = Field(description="The channel that was tested.")
    start: Day = Field(description="First day.")
    end: Day = Field(description="Last day.")
    spend: ExactNumber = Field(description="All money of the channel in those days.")
    lift: ExactNumber = Field(description="Incremental results.")
    result: str = absent("Which result; the request's where left out.")
    spend_without: ExactNumber = absent("What it would have spent without what was tested; 0 where left out.")
    standard_error: ExactNumber = absent("Standard error of the lift.")
    low: ExactNumber = absent("Lower end of its range.")
    high: ExactNumber = absent("Upper end of its range.")
    level: ExactNumber = absent("Confidence level of the range; 0.9 where left out.")
    coverage: ExactNumber = absent("Share of the channel's audience it speaks of; 1 where left out.")
    currency: str = absent("Currency of the report; the account's where left out.")
    source: str = absent("Where it is from.")


class PlanRequest(Part):
    """What was asked for; money and factors as exact text, channels under their ids."""

    budget: ExactNumber = absent("Net media money, in units of the currency.")
    start: Day = Field(description="First day.")
    end: Day = Field(description="Last day.")
    result: str = Field(description="The result to bring, as the metric dictionary names it.")
    minimums: dict[str, ExactNumber] = Field(description="Channel to least money.")
    maximums: dict[str, ExactNumber] = Field(description="Channel to most money.")
    share_caps: dict[str, ExactNumber] = Field(description="Channel to largest share, 0 to 1.")
    credit: dict[str, ExactNumber] = Field(description="Platform to credit factor.")
    share_floors: dict[str, ExactNumber] = absent("Channel to least share, 0 to 1.")
    locks: dict[str, ExactNumber] = absent("Channel to the money it gets.")
    min_if_active: dict[str, ExactNumber] = absent("Channel to the least it gets if it gets anything.")
    steps: dict[str, ExactNumber] = absent("Channel to the amount its money is a multiple of.")
    ramp: dict[str, ExactNumber] = absent("Channel to the largest relative change from step to step.")
    current: dict[str, ExactNumber] = absent("The running plan.")
    channels: list[str] = absent("What was to be planned.")
    held: list[str] = absent("Channels that get no more than now.")
    fewest_channels: int = absent("At least so many channels.")
    most_channels: int = absent("At most so many channels.")
    groups: list[GroupLimits] = absent("Channels limited together.")
    ratios: list[RatioLimits] = absent("Channels against each other.")
    packages: list[PackageAsked] = absent("Fixed buys on offer.")
    weekly: MoneyLimits = absent("All channels, a week.")
    weekly_bounds: dict[str, MoneyLimits] = absent("Channel to its money a week.")
    daily: MoneyLimits = absent("All channels, a day.")
    by_day: bool = absent("Whether every day was planned.")
    pacing: PacingAsked = absent("How evenly the money runs.")
    flights: dict[str, Span] = absent("Channel to the days it runs.")
    blackouts: dict[str, list[Span]] = absent("Channel, or *, to days without spend.")
    goal: Literal["most", "least_spend"] = absent("What was planned for; most where left out.")
    targets: list[TargetAsked] = absent("Results the plan has to bring.")
    cpa: ExactNumber = absent("What a result may cost on average.")
    roas: ExactNumber = absent("What money must return on average.")
    marginal_cpa: ExactNumber = absent("What the next result may cost.")
    marginal_roas: ExactNumber = absent("What the next money must return.")
    margin: ExactNumber = absent("Share of the conversion value that is earned.")
    weights: dict[str, ExactNumber] = absent("Result to what a unit is worth.")
    then: list[str] = absent("Results made most of afterwards.")
    give: ExactNumber = absent("Share of a result that the next may cost.")
    on_top: ExactNumber = absent("Money on top of the running plan.")
    learning_reserve: ExactNumber = absent("Share kept for channels with little data.")
    risk: RiskAsked = absent("How much the worst outcomes count.")
    lift_tests: list[LiftTestAsked] = absent("Incrementality tests that calibrated the curves.")
