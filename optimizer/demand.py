"""Decides what a budget request holds and whether it makes sense at all, before anything is optimised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import DemandError
from engine.messages import Message
from engine.money import Money
from engine.vocabulary import Period

LONGEST_DAYS = 371  # 53 weeks


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most money, both included; None is no limit."""

    min: Money | None = None
    max: Money | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """A request to plan ``budget`` (net media money, at most) over ``period`` for one ``result``.

    Attributes:
        bounds: per channel, over the whole period.
        share_caps: per channel, the largest share of the budget, 0 to 1.
        weekly: all channels together, per full week; partial weeks in proportion to their days.
        weekly_bounds: per channel and full week; partial weeks in proportion to the days the channel runs.
        flights: per channel, the days it runs; the whole period where not given.
        current: the running plan, per channel for the period; the last four complete weeks scaled where not given.
        channels: what to plan; every channel with a curve where not given.
    """

    budget: Money
    period: Period
    result: str = "conversions"
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    share_caps: Mapping[str, float] = field(default_factory=dict)
    weekly: Bounds = field(default_factory=Bounds)
    weekly_bounds: Mapping[str, Bounds] = field(default_factory=dict)
    flights: Mapping[str, Period] = field(default_factory=dict)
    current: Mapping[str, Money] | None = None
    channels: Sequence[str] | None = None


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
