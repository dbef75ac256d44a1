"""Decides what each condition of a budget request may say: groups, packages, days, targets, risk, lift tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from api.v1.numbers import Amount, PositiveAmount, PositiveShare, Share, Signed
from api.v1.strict import Strict, Text

Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
ResultName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
ZERO, ONE, USUAL_LEVEL = Decimal(0), Decimal(1), Decimal("0.9")
Names = Annotated[list[Name], Field(max_length=200)]


class MoneyRange(Strict):
    """Least and most money, both included."""

    min: Amount | None = Field(None, description="Least money; no limit where left out.")
    max: Amount | None = Field(None, description="Most money; no limit where left out.")


class DaysRange(Strict):
    """Calendar days, both included."""

    start: date = Field(description="First day.")
    end: date = Field(description="Last day, not before the first.")


class GroupFields(Strict):
    """Channels that are limited together: a platform, a funnel stage, a region, a brand."""

    name: Name = Field(description="What the group is called in the explanations.")
    channels: list[Name] = Field(min_length=1, max_length=200, description="Its channels.")
    min: Amount | None = Field(None, description="Least money of the group.")
    max: Amount | None = Field(None, description="Most money of the group.")
    min_share: Share | None = Field(None, description="Least share of the budget, 0 to 1.")
    max_share: Share | None = Field(None, description="Largest share of the budget, 0 to 1.")


class RatioFields(Strict):
    """The money of one channel against that of another."""

    over: Name = Field(description="The channel whose money is limited.")
    under: Name = Field(description="The channel it is measured by.")
    min: Amount | None = Field(None, description="At least so many times the money of `under`.")
    max: Amount | None = Field(None, description="At most so many times the money of `under`.")


class PackageFields(Strict):
    """A fixed buy: all of it or nothing, beside what its channel spends."""

    name: Name = Field(description="What it is called.")
    channel: Name = Field(description="The channel it belongs to.")
    price: PositiveAmount = Field(description="Its whole price.")
    results: Amount = Field(description="What it brings, in units of `result`.")
    must: bool = Field(False, description="Whether it is bought in any case.")


class PacingFields(Strict):
    """How evenly the money runs."""

    tolerance: Share = Field(description="How far each week (or day) may stray from its even share, 0 to 1.")
    weekend: Amount = Field(default=ONE, description="What a Saturday or Sunday weighs against a working day.")
    holiday: Amount = Field(default=ONE, description="What a public holiday weighs against a working day.")


class TargetFields(Strict):
    """A result the plan has to bring."""

    result: ResultName = Field(description="Which result, such as conversions.")
    least: PositiveAmount = Field(description="At least so many.")
    channels: list[Name] | None = Field(
        None, min_length=1, max_length=200, description="From these channels; all of them where left out."
    )


class RiskFields(Strict):
    """How much the worst outcomes count: the objective is (1 - weight) x mean + weight x mean of the worst tail."""

    tail: PositiveShare = Field(description="The share of the curves' draws that counts as the worst, above 0 to 1.")
    weight: Share = Field(description="How much they count, 0 to 1.")


class LiftTestFields(Strict):
    """An incrementality test of a channel, as a Conversion Lift study or a geo hold-out reports it."""

    channel: Name = Field(description="The channel that was tested.")
    start: date = Field(description="First day of the test.")
    end: date = Field(description="Last day, not before the first.")
    spend: Amount = Field(description="All money of the channel in those days, where its ads ran as tested.")
    lift: Signed = Field(description="Incremental results: what `spend` brought beyond `spend_without`.")
    result: ResultName | None = Field(None, description="Which result; the request's where left out.")
    spend_without: Amount = Field(
        default=ZERO,
        description="What the channel would have spent without what was tested; 0 where the control saw no ad of it.",
    )
    standard_error: PositiveAmount | None = Field(
        None, description="Standard error of `lift`; or else give `low` and `high`."
    )
    low: Signed | None = Field(None, description="Lower end of the range of `lift`.")
    high: Signed | None = Field(None, description="Upper end of the range of `lift`.")
    level: PositiveShare = Field(default=USUAL_LEVEL, description="Confidence level of the range, 0.9 for 90 %.")
    coverage: PositiveShare = Field(
        default=ONE,
        description="Share of the channel's audience that spend and lift speak of: the test regions of a geo "
        "hold-out, or what is no control. Both are scaled up to the whole channel.",
    )
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = Field(
        None, description="Currency of the report, which must be the account's; the account's where left out."
    )
    source: Annotated[Text, Field(max_length=200)] = Field(default="", description="Where it is from, in your words.")
