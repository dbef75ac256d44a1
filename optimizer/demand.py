"""Decides what a budget request holds and whether it makes sense at all, before anything is optimised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import DemandError
from engine.messages import Message
from engine.money import Money
from engine.vocabulary import Period
from optimizer.ask import Goal, Kpi, Pacing, Risk

LONGEST_DAYS = 371  # 53 weeks


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most money, both included; None is no limit."""

    min: Money | None = None
    max: Money | None = None


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """Channels taken together (a platform, a funnel stage, a region, a brand), in money and in shares of the budget."""

    name: str
    channels: Sequence[str]
    min: Money | None = None
    max: Money | None = None
    min_share: float | None = None
    max_share: float | None = None


@dataclass(frozen=True, slots=True)
class RatioLimit:
    """Spend of channel ``over`` is at least ``min`` and at most ``max`` times the spend of channel ``under``."""

    over: str
    under: str
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """A fixed buy (檔購) on a channel: all of ``price`` for ``results`` of the demand's result, or nothing."""

    name: str
    channel: str
    price: Money
    results: float
    must: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """A request to plan ``budget`` (net media money, at most) over ``period`` for one ``result``.

    Attributes:
        bounds: per channel, over the whole period; ``locks``: its money is exactly this.
        share_caps, share_floors: per channel, the largest and the least share of the budget, 0 to 1.
        groups, ratios: channels taken together, and one channel against another.
        min_if_active: per channel, the least it gets if it gets anything.
        fewest_channels, most_channels: how many channels spend at all.
        packages: fixed buys on offer; those that ``must`` be bought are.
        weekly, daily: all channels together, per full week (partial weeks in proportion to their days) and per day.
        weekly_bounds: per channel and full week; partial weeks in proportion to the days the channel runs.
        by_day: the plan's steps are days, not weeks.
        pacing: how far each step may stray from its even share of the money.
        ramp: per channel, the largest relative change of its daily money from step to step, the first against now.
        flights: per channel, the days it runs; the whole period where not given.
        blackouts: per channel (``*``: every one), stretches of days without spend.
        targets: results the plan must bring at least; ``cpa``, ``roas``: what they may cost on average.
        marginal_cpa, marginal_roas: stop where the next result would cost more, or the next money return less.
        goal: most results for the budget, or the least money that meets ``targets``.
        margin: share of conversion value that is earned; the plan makes most of earnings less spend.
        weights: several results at once, by what a unit of each is worth.
        then: results made most of afterwards, in order; ``give`` is the share of each that the next may cost.
        current: the running plan, per channel for the period; the last four complete weeks scaled where not given.
        on_top: plan only this much more than the running plan, of which nothing is taken away.
        held: channels with flagged creatives; they get no more than in the running plan.
        learning_reserve: share of the budget kept for channels whose curves are assumed or weak.
        risk: how much the worst outcomes weigh.
        steps: per channel, the smallest amount its platform books.
        channels: what to plan; every channel with a curve where not given.
    """

    budget: Money
    period: Period
    result: str = "conversions"
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    locks: Mapping[str, Money] = field(default_factory=dict)
    share_caps: Mapping[str, float] = field(default_factory=dict)
    share_floors: Mapping[str, float] = field(default_factory=dict)
    groups: Sequence[GroupLimit] = ()
    ratios: Sequence[RatioLimit] = ()
    min_if_active: Mapping[str, Money] = field(default_factory=dict)
    fewest_channels: int | None = None
    most_channels: int | None = None
    packages: Sequence[PackageOffer] = ()
    weekly: Bounds = field(default_factory=Bounds)
    weekly_bounds: Mapping[str, Bounds] = field(default_factory=dict)
    daily: Bounds = field(default_factory=Bounds)
    by_day: bool = False
    pacing: Pacing | None = None
    ramp: Mapping[str, float] = field(default_factory=dict)
    flights: Mapping[str, Period] = field(default_factory=dict)
    blackouts: Mapping[str, Sequence[Period]] = field(default_factory=dict)
    targets: Sequence[Kpi] = ()
    cpa: Money | None = None
    roas: float | None = None
    marginal_cpa: Money | None = None
    marginal_roas: float | None = None
    goal: Goal = "most"
    margin: float | None = None
    weights: Mapping[str, float] | None = None
    then: Sequence[str] = ()
    give: float = 0.0
    current: Mapping[str, Money] | None = None
    on_top: Money | None = None
    held: Sequence[str] = ()
    learning_reserve: float = 0.0
    risk: Risk | None = None
    steps: Mapping[str, Money] = field(default_factory=dict)
    channels: Sequence[str] | None = None

    @property
    def money(self) -> Money:
        """What may be spent in all: the budget, or the running plan and what comes on top of it."""
        if self.on_top is None or self.current is None:
            return self.budget
        return sum(self.current.values(), start=self.on_top)


def group_by_platform(channels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Channels by platform, the part of a name before its first ``/``; both sorted."""
    platforms: dict[str, list[str]] = {}
    for name in sorted(channels):
        platforms.setdefault(name.partition("/")[0], []).append(name)
    return {platform: tuple(names) for platform, names in sorted(platforms.items())}


def check_demand(demand: Demand, known: Sequence[str], currency: str, result: str) -> tuple[str, ...]:
    """The channels to plan, sorted. Raises DemandError with every fault of the request at once."""
    faults: list[Message] = []
    channels = tuple(demand.channels) if demand.channels is not None else tuple(known)
    if not channels:
        faults.append(Message("optimizer.demand.no_channels"))
    for name in sorted({name for name in channels if channels.count(name) > 1}):
        faults.append(Message("optimizer.demand.duplicate_channel", {"channel": name}))
    faults += _unknown(demand, channels, known)
    if demand.budget.micros <= 0:
        faults.append(Message("optimizer.demand.budget_not_positive", {"budget": str(demand.budget)}))
    if demand.budget.currency != currency:
        values = {"budget": demand.budget.currency, "history": currency}
        faults.append(Message("optimizer.demand.other_currency", values))
    if demand.result != result:
        faults.append(Message("optimizer.demand.other_result", {"result": demand.result, "curves": result}))
    faults += _period_faults(demand)
    faults += _amount_faults(demand)
    if faults:
        raise DemandError("optimizer.demand.unusable", faults, count=len(faults))
    return tuple(sorted(set(channels)))


def _unknown(demand: Demand, channels: Sequence[str], known: Sequence[str]) -> list[Message]:
    out = []
    listed = "、".join(sorted(set(known))) or "—"
    for name in sorted(set(channels) - set(known)):
        out.append(Message("optimizer.demand.unknown_channel", {"channel": name, "field": "channels", "known": listed}))
    planned = "、".join(sorted(set(channels))) or "—"
    for place, names in (
        ("bounds", demand.bounds),
        ("share_caps", demand.share_caps),
        ("weekly_bounds", demand.weekly_bounds),
        ("flights", demand.flights),
        ("current", demand.current or {}),
    ):
        for name in sorted(set(names) - set(channels)):
            values = {"channel": name, "field": place, "known": planned}
            out.append(Message("optimizer.demand.unknown_channel", values))
    return out


def _period_faults(demand: Demand) -> list[Message]:
    period = demand.period
    if period.end < period.start:
        values = {"start": period.start.isoformat(), "end": period.end.isoformat()}
        return [Message("optimizer.demand.end_before_start", values)]
    if period.days > LONGEST_DAYS:
        return [Message("optimizer.demand.period_too_long", {"days": period.days, "most": LONGEST_DAYS})]
    out = []
    for name, flight in sorted(demand.flights.items()):
        if flight.end < flight.start or flight.end < period.start or flight.start > period.end:
            values = {
                "channel": name,
                "start": flight.start.isoformat(),
                "end": flight.end.isoformat(),
                "period": f"{period.start.isoformat()} – {period.end.isoformat()}",
            }
            out.append(Message("optimizer.demand.flight_outside", values))
    return out


def _amount_faults(demand: Demand) -> list[Message]:
    out = []
    named = [(f"bounds/{name}", bounds) for name, bounds in sorted(demand.bounds.items())]
    named += [(f"weekly_bounds/{name}", bounds) for name, bounds in sorted(demand.weekly_bounds.items())]
    for place, bounds in [*named, ("weekly", demand.weekly)]:
        for amount in (bounds.min, bounds.max):
            if amount is None:
                continue
            if amount.currency != demand.budget.currency:
                values = {"field": place, "amount": str(amount), "currency": demand.budget.currency}
                out.append(Message("optimizer.demand.mixed_currency", values))
            elif amount.micros < 0:
                out.append(Message("optimizer.demand.negative_amount", {"field": place, "amount": str(amount)}))
        if bounds.min is not None and bounds.max is not None and bounds.min.micros > bounds.max.micros:
            values = {"field": place, "min": str(bounds.min), "max": str(bounds.max)}
            out.append(Message("optimizer.demand.min_above_max", values))
    for name, share in sorted(demand.share_caps.items()):
        if not (math.isfinite(share) and 0 <= share <= 1):
            out.append(Message("optimizer.demand.share_out_of_range", {"channel": name, "share": str(share)}))
    for name, amount in sorted((demand.current or {}).items()):
        if amount.currency != demand.budget.currency or amount.micros < 0:
            out.append(Message("optimizer.demand.negative_amount", {"field": f"current/{name}", "amount": str(amount)}))
    return out
