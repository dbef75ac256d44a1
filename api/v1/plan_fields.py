"""Decides the fields of a budget request: the same in the body of ``/v1/proposals`` and in a plan file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from api.services.plan_request import VALUE, ProposalRequest
from api.v1.numbers import Amount, PositiveAmount, PositiveShare, Share, Whole
from api.v1.plan_parts import (
    DaysRange,
    GroupFields,
    LiftTestFields,
    MoneyRange,
    Name,
    Names,
    PacingFields,
    PackageFields,
    RatioFields,
    ResultName,
    RiskFields,
    TargetFields,
)
from api.v1.strict import Strict

MOST_ENTRIES = 200  # of a map or a list: far more channels than any account plans at once
MOST_RULES = 50
ZERO = Decimal(0)
MOST_CHANNELS = 1_000


def _without_default(schema: dict[str, Any]) -> None:
    """A budget that is left out is none at all, whatever stands in its place here."""
    schema.pop("default")


class PlanFields(Strict):
    """A budget request; money is net media money in units of the account's currency."""

    budget: PositiveAmount = Field(
        default=ZERO,
        json_schema_extra=_without_default,
        description="Net media money, at most. Left out only where `on_top` is given.",
    )
    start: date = Field(description="First day.")
    end: date = Field(description="Last day, not before the first.")
    result: str | None = Field(
        None,
        max_length=40,
        description="The result to bring, such as conversions or clicks. Left out: conversions, or conversions_value "
        "where `margin`, `roas` or `marginal_roas` is given, or the heaviest of `weights`.",
    )
    minimums: dict[str, Amount] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to least money."
    )
    maximums: dict[str, Amount] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to most money."
    )
    share_caps: dict[str, Share] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to largest share."
    )
    credit: dict[str, Amount] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Platform to credit factor."
    )
    share_floors: dict[str, Share] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to least share of the budget."
    )
    locks: dict[str, Amount] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to the money it gets, no more and no less."
    )
    min_if_active: dict[str, Amount] = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        description="Channel to the least money it gets if it gets anything.",
    )
    steps: dict[str, PositiveAmount] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to the amount its money is a multiple of."
    )
    ramp: dict[str, Amount] = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        description="Channel to the largest relative change of its money a day from one week (or day) to the next.",
    )
    current: dict[str, Amount] | None = Field(
        None,
        max_length=MOST_ENTRIES,
        description="The running plan, channel to money of the period; read off the last four whole weeks if left out.",
    )
    channels: list[Name] | None = Field(
        None, min_length=1, max_length=MOST_ENTRIES, description="What to plan; every known channel if left out."
    )
    held: Names = Field(default_factory=list, description="Channels that get no more than in the running plan.")
    fewest_channels: Annotated[int, Field(ge=0, le=MOST_CHANNELS), Whole] = Field(
        default=0, description="At least so many channels spend."
    )
    most_channels: Annotated[int, Field(ge=1, le=MOST_CHANNELS), Whole] = Field(
        default=MOST_CHANNELS, description="At most so many channels spend."
    )
    groups: list[GroupFields] = Field(
        default_factory=list, max_length=MOST_RULES, description="Channels that are limited together."
    )
    ratios: list[RatioFields] = Field(
        default_factory=list, max_length=MOST_RULES, description="The money of one channel against that of another."
    )
    packages: list[PackageFields] = Field(
        default_factory=list, max_length=MOST_RULES, description="Fixed buys on offer."
    )
    weekly: MoneyRange | None = Field(None, description="All channels together, a whole week.")
    weekly_bounds: dict[str, MoneyRange] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to its money a whole week."
    )
    daily: MoneyRange | None = Field(None, description="All channels together, a day.")
    by_day: bool = Field(False, description="Plan every day by itself instead of every week.")
    pacing: PacingFields | None = Field(None, description="How evenly the money runs.")
    flights: dict[str, DaysRange] = Field(
        default_factory=dict, max_length=MOST_ENTRIES, description="Channel to the days it runs."
    )
    blackouts: dict[str, list[DaysRange]] = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        description="Channel, or * for all of them, to days without spend.",
    )
    goal: Literal["most", "least_spend"] = Field(
        "most", description="The most for the budget, or the least money that meets `targets`."
    )
    targets: list[TargetFields] = Field(
        default_factory=list, max_length=MOST_RULES, description="Results the plan has to bring."
    )
    cpa: PositiveAmount | None = Field(None, description="What a result may cost on average.")
    roas: PositiveAmount | None = Field(None, description="What a unit of money must return on average.")
    marginal_cpa: PositiveAmount | None = Field(None, description="Stop where the next result would cost more.")
    marginal_roas: PositiveAmount | None = Field(None, description="Stop where the next money would return less.")
    margin: PositiveShare | None = Field(
        None, description="Share of the conversion value that is earned: plan for earnings less spend."
    )
    weights: dict[str, Amount] | None = Field(
        None, min_length=1, max_length=10, description="Result to what a unit of it is worth; all are planned together."
    )
    then: list[ResultName] = Field(
        default_factory=list, max_length=5, description="Results to make most of afterwards, in order."
    )
    give: Share = Field(default=ZERO, description="Share of a result that the ones after it in `then` may cost.")
    on_top: PositiveAmount | None = Field(
        None, description="Place only this much on top of the running plan, of which nothing is taken away."
    )
    learning_reserve: Share = Field(
        default=ZERO, description="Share of the budget kept for channels whose curves are assumed or weak."
    )
    risk: RiskFields | None = Field(None, description="How much the worst outcomes count.")
    lift_tests: list[LiftTestFields] = Field(
        default_factory=list,
        max_length=MOST_RULES,
        description="Incrementality tests that calibrate the curves; those of one channel and result share no days.",
    )


def request_of(fields: PlanFields) -> ProposalRequest:
    """The request that the fields ask for; a result that was not named is the one the others speak of."""
    given = {name: value for name, value in fields.model_dump(exclude_unset=True).items() if value is not None}
    return ProposalRequest.from_dict({"result": _result(fields)} | given)


def _result(fields: PlanFields) -> str:
    if fields.weights:
        return max(sorted(fields.weights), key=fields.weights.__getitem__)
    spoken_of_value = (fields.margin, fields.roas, fields.marginal_roas)
    return VALUE if any(part is not None for part in spoken_of_value) else "conversions"
