"""Decides whether the amounts, shares and numbers of a budget request can be used, each on its own and as pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from engine.messages import Message
from engine.money import Money
from optimizer.demand import Bounds, Demand

Allowed = Literal["share", "part", "positive", "zero_or_more"]


def value_faults(demand: Demand, channels: int) -> Iterator[Message]:
    """Every amount, share or number that cannot be used; ``channels`` is how many are planned."""
    yield from _amount_faults(demand)
    yield from _number_faults(demand)
    yield from _pair_faults(demand)
    yield from _count_faults(demand, channels)
    for name, lock in sorted(demand.locks.items()):
        bounds = demand.bounds.get(name, Bounds())
        low, high = bounds.min, bounds.max
        if (low is not None and lock.micros < low.micros) or (high is not None and lock.micros > high.micros):
            limits = {"min": "—" if low is None else str(low), "max": "—" if high is None else str(high)}
            yield Message("optimizer.demand.lock_outside", {"channel": name, "lock": str(lock), **limits})


def _amount_faults(demand: Demand) -> Iterator[Message]:
    currency = demand.budget.currency
    for place, amount, positive in _amounts(demand):
        if amount.currency != currency:
            values = {"field": place, "amount": str(amount), "currency": currency}
            yield Message("optimizer.demand.mixed_currency", values)
        elif positive and amount.micros <= 0:
            yield Message("optimizer.demand.amount_not_positive", {"field": place, "amount": str(amount)})
        elif amount.micros < 0:
            yield Message("optimizer.demand.negative_amount", {"field": place, "amount": str(amount)})


def _amounts(demand: Demand) -> Iterator[tuple[str, Money, bool]]:
    """Every amount beside the budget: its field, the amount, and whether it must be above 0."""
    for place, bounds in _bounds(demand):
        yield from ((place, amount, False) for amount in (bounds.min, bounds.max) if amount is not None)
    for place, amounts, positive in (
        ("locks", demand.locks, False),
        ("min_if_active", demand.min_if_active, False),
        ("current", demand.current or {}, False),
        ("steps", demand.steps, True),
    ):
        yield from ((f"{place}/{name}", amount, positive) for name, amount in sorted(amounts.items()))
    yield from ((f"packages/{package.name}", package.price, True) for package in demand.packages)
    for place, single in (("cpa", demand.cpa), ("marginal_cpa", demand.marginal_cpa), ("on_top", demand.on_top)):
        if single is not None:
            yield place, single, True


def _bounds(demand: Demand) -> Iterator[tuple[str, Bounds]]:
    """Every pair of least and most money."""
    yield from ((f"bounds/{name}", bounds) for name, bounds in sorted(demand.bounds.items()))
    yield from ((f"weekly_bounds/{name}", bounds) for name, bounds in sorted(demand.weekly_bounds.items()))
    yield from ((f"groups/{group.name}", Bounds(group.min, group.max)) for group in demand.groups)
    yield from (("weekly", demand.weekly), ("daily", demand.daily))


def _number_faults(demand: Demand) -> Iterator[Message]:
    for place, value, allowed in _numbers(demand):
        within = {"share": 0 <= value <= 1, "part": 0 < value <= 1, "positive": value > 0, "zero_or_more": value >= 0}
        if not (math.isfinite(value) and within[allowed]):
            yield Message(f"optimizer.demand.number_not_{allowed}", {"field": place, "value": str(value)})


def _numbers(demand: Demand) -> Iterator[tuple[str, float, Allowed]]:
    """Every number that is no amount of money: its field, the number, and what it may be."""
    for place, shares in (("share_caps", demand.share_caps), ("share_floors", demand.share_floors)):
        yield from ((f"{place}/{name}", share, "share") for name, share in sorted(shares.items()))
    for group in demand.groups:
        parts = (part for part in (group.min_share, group.max_share) if part is not None)
        yield from ((f"groups/{group.name}", part, "share") for part in parts)
    for ratio in demand.ratios:
        times = (one for one in (ratio.min, ratio.max) if one is not None)
        yield from ((f"ratios/{ratio.over}:{ratio.under}", one, "zero_or_more") for one in times)
    yield from ((f"packages/{package.name}", package.results, "zero_or_more") for package in demand.packages)
    yield from ((f"ramp/{name}", change, "zero_or_more") for name, change in sorted(demand.ramp.items()))
    yield from ((f"targets/{target.result}", target.least, "positive") for target in demand.targets)
    yield from ((f"weights/{name}", weight, "zero_or_more") for name, weight in sorted((demand.weights or {}).items()))
    if demand.pacing is not None:
        yield "pacing/tolerance", demand.pacing.tolerance, "part"
        yield "pacing/weekend", demand.pacing.weekend, "zero_or_more"
        yield "pacing/holiday", demand.pacing.holiday, "zero_or_more"
    if demand.risk is not None:
        yield "risk/tail", demand.risk.tail, "part"
        yield "risk/weight", demand.risk.weight, "share"
    yield "give", demand.give, "share"
    yield "learning_reserve", demand.learning_reserve, "share"
    if demand.margin is not None:
        yield "margin", demand.margin, "part"
    for place, value in (("roas", demand.roas), ("marginal_roas", demand.marginal_roas)):
        if value is not None:
            yield place, value, "positive"


def _pair_faults(demand: Demand) -> Iterator[Message]:
    """Least above most, of whatever kind."""
    for place, low, high in _pairs(demand):
        if low is not None and high is not None and _above(low, high):
            yield Message("optimizer.demand.min_above_max", {"field": place, "min": str(low), "max": str(high)})
    if demand.weights is not None and not any(weight > 0 for weight in demand.weights.values()):
        yield Message("optimizer.demand.no_weight")


def _above(low: Money | float, high: Money | float) -> bool:
    if isinstance(low, Money) and isinstance(high, Money):
        return low.currency == high.currency and low.micros > high.micros
    return not isinstance(low, Money) and not isinstance(high, Money) and low > high


def _pairs(demand: Demand) -> Iterator[tuple[str, Money | float | None, Money | float | None]]:
    yield from ((place, bounds.min, bounds.max) for place, bounds in _bounds(demand))
    for name in sorted({*demand.share_floors} & {*demand.share_caps}):
        yield f"share_floors/{name}", demand.share_floors[name], demand.share_caps[name]
    yield from ((f"groups/{group.name}", group.min_share, group.max_share) for group in demand.groups)
    yield from ((f"ratios/{ratio.over}:{ratio.under}", ratio.min, ratio.max) for ratio in demand.ratios)
    yield "fewest_channels", demand.fewest_channels, demand.most_channels


def _count_faults(demand: Demand, channels: int) -> Iterator[Message]:
    for place, count, least in (
        ("fewest_channels", demand.fewest_channels, 0),
        ("most_channels", demand.most_channels, 1),
    ):
        if count is not None and not least <= count <= channels:
            span = {"least": least, "most": channels}
            yield Message("optimizer.demand.count_out_of_range", {"field": place, "count": count, **span})
