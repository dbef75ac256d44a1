"""Decides how a checked demand becomes numbers: money as floats in units, the plan's steps, the days channels run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.money import Money
from engine.vocabulary import Period
from optimizer.ask import NONE, Ask, Efficiency, Group, Limit, Objective, Package, Ratio
from optimizer.calendar import Running, plan_days, plan_weeks, running_days
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import VALUE, Bounds, Demand
from optimizer.problem import Problem, pose, units

WEAK = 0.1  # a curve that learned less of its spread than this from the data is as good as assumed


def posed_demand(
    demand: Demand, channels: tuple[str, ...], curves: CurveSet, others: Mapping[str, CurveSet] | None = None
) -> Problem:
    """The problem of a checked demand over ``channels``; ``others`` holds the curves of further results, by result."""
    steps = plan_days(demand.period) if demand.by_day else plan_weeks(demand.period)
    ask = ask_of(demand, learners(channels, curves))
    whole = {result: one for result, one in (others or {}).items() if set(channels) <= set(one.curves)}
    return pose(ask, steps, days_run(demand, channels, steps), channels, curves, whole)


def days_run(demand: Demand, channels: tuple[str, ...], weeks: tuple[Period, ...]) -> Running:
    """On which days each channel runs."""
    return running_days(channels, weeks, demand.flights, demand.blackouts)


def learners(channels: Sequence[str], curves: CurveSet) -> tuple[str, ...]:
    """Channels whose curves are assumed or hardly known."""
    known = curves.curves
    return tuple(name for name in channels if known[name].basis == "assumed" or known[name].information < WEAK)


def ask_of(demand: Demand, learning: tuple[str, ...] = ()) -> Ask:
    """The numbers of a checked demand; ``learning`` names the channels that its reserve is for."""
    return Ask(
        budget=units(demand.money),
        objective=_objective(demand),
        goal=demand.goal,
        bounds=_limits(demand.bounds),
        locks=_amounts(demand.locks),
        shares={
            name: Limit(demand.share_floors.get(name), demand.share_caps.get(name))
            for name in sorted({*demand.share_floors, *demand.share_caps})
        },
        groups=tuple(
            Group(
                one.name,
                tuple(one.channels),
                Limit(_units(one.min), _units(one.max)),
                Limit(one.min_share, one.max_share),
            )
            for one in demand.groups
        ),
        ratios=tuple(Ratio(one.over, one.under, Limit(one.min, one.max)) for one in demand.ratios),
        least_if_active=_amounts(demand.min_if_active),
        active=Limit(demand.fewest_channels, demand.most_channels),
        packages=tuple(
            Package(one.name, one.channel, units(one.price), {demand.result: one.results}, one.must)
            for one in demand.packages
        ),
        weekly=_limit(demand.weekly),
        weekly_bounds=_limits(demand.weekly_bounds),
        daily=_limit(demand.daily),
        pacing=demand.pacing,
        ramp=dict(demand.ramp),
        kpis=tuple(demand.targets),
        efficiency=_efficiency(demand),
        running=None if demand.current is None else _amounts(demand.current),
        on_top=demand.on_top is not None,
        held=tuple(demand.held),
        learning=(learning, demand.learning_reserve) if demand.learning_reserve > 0 else ((), 0.0),
        risk=demand.risk,
        steps=_amounts(demand.steps),
        then=tuple(demand.then),
        give=demand.give,
    )


def _objective(demand: Demand) -> Objective:
    """What is made most of. A price of the next result is a weight of money: results less spend over the price."""
    if demand.margin is not None:
        return Objective({VALUE: demand.margin}, spend=1.0)
    if demand.weights is not None:
        return Objective({name: weight for name, weight in demand.weights.items() if weight > 0})
    if demand.marginal_cpa is not None:
        return Objective({demand.result: 1.0}, spend=1.0 / units(demand.marginal_cpa))
    return Objective({demand.result: 1.0}, spend=demand.marginal_roas or 0.0)


def _efficiency(demand: Demand) -> Efficiency | None:
    if demand.cpa is not None:
        return Efficiency(demand.result, units(demand.cpa))
    return None if demand.roas is None else Efficiency(demand.result, 1.0 / demand.roas)


def _limits(bounds: Mapping[str, Bounds]) -> dict[str, Limit]:
    return {name: _limit(one) for name, one in bounds.items()}


def _limit(bounds: Bounds) -> Limit:
    return NONE if bounds == Bounds() else Limit(_units(bounds.min), _units(bounds.max))


def _amounts(amounts: Mapping[str, Money]) -> dict[str, float]:
    return {name: units(money) for name, money in amounts.items()}


def _units(money: Money | None) -> float | None:
    return None if money is None else units(money)
