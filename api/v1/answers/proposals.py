"""Decides what is answered about proposals: the plan, the proof of how good it is, and what it was made from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.channel_plans import ChannelPlan, WeekPlan
from api.v1.answers.decisions import Decision
from api.v1.answers.explanations import PackagePlan, PlanChange, Proof, WhatIf
from api.v1.answers.paging import PageOf
from api.v1.answers.parts import Amount, ContentHash, Count, Day, Kept, Notice, Part, Span, absent
from api.v1.answers.requests import PlanRequest


class HistoryDays(Part):
    """Days of the facts a plan rests on; null where it rests on none."""

    start: Day | None = Field(description="First day.")
    end: Day | None = Field(description="Last day.")


class ChannelDelivery(Part):
    """What a unit of money has bought lately; null where the exports lack the metric: unknown, not zero."""

    impressions: float | None = Field(description="Impressions per unit of money.")
    clicks: float | None = Field(description="Clicks per unit of money.")
    weeks: Count = Field(description="Complete weeks with spend it was read from, at most eight.")


class Plan(Part):
    """A budget over channels and weeks: no plan under the same rules brings more than `upper_bound`."""

    origin: Literal["planner", "night"] = Field(description="Who asked for it.")
    account: str = Field(description="The account.")
    advertiser: str = Field(description="Up to three names of the advertiser, as the exports have them.")
    request: PlanRequest = Field(description="What was asked for.")
    budget: Amount = Field(description="Net media money asked for, in units of `currency`.")
    allocated: Amount = Field(description="Money placed.")
    unspent: Amount = Field(description="Money left, because a limit or rounding holds it.")
    currency: str = Field(description="ISO code of the money.")
    result: str = Field(description="What is counted as a result.")
    result_label: str = Field(description="Its name, in the language asked for.")
    period: Span = Field(description="Days it covers.")
    channels: list[ChannelPlan] = Field(description="Every channel over the whole period.")
    weeks: list[WeekPlan] = Field(description="Every channel a week.")
    objective: float = Field(description="Expected results of the plan.")
    objective_low: float = Field(description="Lower end of their range.")
    objective_high: float = Field(description="Upper end of their range.")
    interval: float = Field(description="How often a range holds the outcome, 0 to 1.")
    upper_bound: float = Field(description="Proven: no plan brings more expected results.")
    gap: float = Field(description="Proven relative gap of the plan to the best, 0 to 1.")
    current_objective: float = Field(description="Expected results of the current plan.")
    current_given: bool = Field(description="Whether the current plan was given; else it is read off history.")
    uplift: float = Field(description="Results gained against the current plan, relative.")
    chance_better: float = Field(description="Share of the curves' draws that favour it over the current plan.")
    rounding_loss: float = Field(description="Relative loss of results by rounding to bookable amounts.")
    marginal_per_1000: float = Field(description="Results of the next 1,000 units of budget.")
    warnings: list[Notice] = Field(description="What a planner should know of it.")
    credit: dict[str, float] = Field(description="Platform to the credit factor that was applied.")
    data: HistoryDays = Field(description="Days of history behind it.")
    known_on: Day = Field(description="The facts as they were known on this day.")
    snapshot_hash: ContentHash = Field(description="Names exactly these facts.")
    curves_hash: ContentHash = Field(description="Names exactly these curves.")
    delivery: dict[str, ChannelDelivery] = Field(description="Channel to what its money bought lately.")
    versions: dict[str, str] = Field(description="Program to the version that solved it.")
    objective_name: Literal["results", "weighted", "profit", "net", "least_spend", "afterwards"] = absent(
        "What was made most of: the result, several by weight, earnings, results less spend, least money, or results "
        "afterwards."
    )
    objective_value: float = absent("That, at the plan; `upper_bound` and `gap` are of it.")
    objective_current: float = absent("That, at the current plan.")
    current_keeps_rules: bool = absent("False where no plan near the current one keeps the rules.")
    prices_local: bool = absent("Whether prices hold only while the same channels and packages are switched on.")
    package_spend: Amount = absent("Money of the packages taken: in `allocated`, in no channel's spend.")
    package_results: float = absent("Results of the packages taken: in `objective`.")
    packages: list[PackagePlan] = absent("Fixed buys, taken or not.")
    change: PlanChange = absent("What changes against the current plan and what it buys.")
    what_would_change: list[WhatIf] = absent("What would change the answer.")
    rounding_text: str | None = absent("What rounding costs, in words; null where it costs nothing.")
    proof: Proof | None = absent("What proves it.")
    calibrated: list[Notice] = absent("Which curves were calibrated with lift tests, and what that changed.")


class Proposal(Plan, Kept):
    """A kept plan."""

    kind: Literal["proposal"] = Field(description="What kind of document it is.")
    decision: Decision | None = absent("What a second person decided; null while undecided, left out when just made.")


class ProposalPage(PageOf[Proposal]):
    """Proposals, newest first."""
