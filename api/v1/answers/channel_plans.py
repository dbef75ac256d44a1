"""Decides what is answered about one channel of a plan: its money, its expected results and what stands behind them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.explanations import ChannelChange
from api.v1.answers.parts import Amount, Count, Day, Part, absent


class Binding(Part):
    """A rule of the request that holds a channel."""

    rule: str = Field(description="Which constraint, such as channel_bounds.")
    side: Literal["min", "max"] = Field(description="Whether it holds the channel up or down.")
    price_per_1000: float = Field(description="Results gained by giving way by 1,000 units of money.")
    unit: Literal["money", "results", "count"] = absent("What its limit is counted in.")
    local: bool = absent("Whether the price holds only near the plan.")
    name: str = absent("What people call it, in the language asked for.")
    without: float | None = absent("Objective gained if the rule were lifted; null where that is not known.")


class Elasticity(Part):
    """Relative change of results for a relative change of spend, with its 90 % range."""

    mean: float = Field(description="Expected elasticity.")
    low: float = Field(description="Lower end.")
    high: float = Field(description="Upper end.")


class ResponseCurve(Part):
    """A channel's weekly response: weekly spend to expected weekly results in an average season."""

    family: str = Field(description="Family of the curve, such as hill_average.")
    params: dict[str, float | list[float]] = Field(description="Its parameters; a list holds one number a draw.")
    adstock: float = Field(description="Share of the effect carried over to the next day.")


class WeeklySpend(Part):
    """A channel's money a week it runs, in units of the currency."""

    proposed: float = Field(description="In this plan.")
    current: float = Field(description="In the current plan.")
    observed_max: float = Field(description="The most seen in a week of history.")


class ChartPoint(Part):
    """One point of the weekly response at steady spend, with its 90 % range."""

    spend: float = Field(description="Weekly spend, in units of the currency.")
    expected: float = Field(description="Expected weekly results.")
    low: float = Field(description="Lower end.")
    high: float = Field(description="Upper end.")


class ChannelPlan(Part):
    """One channel of the plan over the whole period."""

    channel: str = Field(description="Platform and campaign type, such as meta/OUTCOME_SALES.")
    spend: Amount = Field(description="Its money, in units of the currency.")
    current_spend: Amount = Field(description="Its money in the current plan.")
    expected: float = Field(description="Expected results.")
    expected_low: float = Field(description="Lower end of the 90 % range.")
    expected_high: float = Field(description="Upper end of the 90 % range.")
    current_expected: float = Field(description="Expected results of the current plan.")
    marginal_per_1000: float = Field(description="Results of the next 1,000 units of money.")
    basis: Literal["fitted", "assumed"] = Field(description="Whether its curve is its own history or a rate card.")
    source: str = Field(description="The rate card behind an assumed curve; empty for a fitted one.")
    weeks_of_data: Count = Field(description="Weeks with spend in its history.")
    effective_results: float = Field(description="Results seen, divided by their dispersion.")
    information: float = Field(description="Share of the prior's spread that the data removed, 0 to 1.")
    elasticity: Elasticity = Field(description="Its elasticity.")
    curve: ResponseCurve = Field(description="The curve it was planned on.")
    binding: list[Binding] = Field(description="Rules of the request that hold it.")
    why: str = Field(description="One sentence on its money, in the language asked for.")
    weekly: WeeklySpend = Field(description="Its money a week.")
    points: list[ChartPoint] = Field(description="Its response for a chart, by rising spend.")
    change: ChannelChange = absent("What changes against the current plan and what it buys.")
    hurdle_per_1000: float = absent("What the next 1,000 units of money have to bring here to be worth it.")


class WeekPlan(Part):
    """One channel in one week of the plan."""

    week_start: Day = Field(description="First day of the week within the period.")
    week_end: Day = Field(description="Last day of the week within the period.")
    channel: str = Field(description="Which channel.")
    spend: Amount = Field(description="Its money that week, in units of the currency.")
    expected: float = Field(description="Expected results.")
    expected_low: float = Field(description="Lower end of the 90 % range.")
    expected_high: float = Field(description="Upper end of the 90 % range.")
