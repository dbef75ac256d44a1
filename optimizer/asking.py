"""Decides how a checked demand becomes numbers: money as floats in units, the plan's steps, the days channels run."""

from __future__ import annotations

from collections.abc import Mapping

from engine.money import Money
from engine.vocabulary import Period
from optimizer.ask import Ask, Limit, Objective
from optimizer.calendar import Running, plan_weeks, running_days
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Bounds, Demand
from optimizer.problem import Problem, pose, units


def posed_demand(demand: Demand, channels: tuple[str, ...], curves: CurveSet) -> Problem:
    """The problem of a checked demand over ``channels``."""
    weeks = plan_weeks(demand.period)
    return pose(ask_of(demand), weeks, days_run(demand, channels, weeks), channels, curves)


def days_run(demand: Demand, channels: tuple[str, ...], weeks: tuple[Period, ...]) -> Running:
    """On how many days of each step each channel runs."""
    return running_days(channels, weeks, demand.flights)


def ask_of(demand: Demand) -> Ask:
    """The numbers of a checked demand."""
    return Ask(
        budget=units(demand.budget),
        objective=Objective({demand.result: 1.0}),
        bounds=_limits(demand.bounds),
        shares={name: Limit(high=cap) for name, cap in demand.share_caps.items()},
        weekly=_limit(demand.weekly),
        weekly_bounds=_limits(demand.weekly_bounds),
        running=None if demand.current is None else {name: units(money) for name, money in demand.current.items()},
    )


def _limits(bounds: Mapping[str, Bounds]) -> dict[str, Limit]:
    return {name: _limit(one) for name, one in bounds.items()}


def _limit(bounds: Bounds) -> Limit:
    return Limit(_units(bounds.min), _units(bounds.max))


def _units(money: Money | None) -> float | None:
    return None if money is None else units(money)
