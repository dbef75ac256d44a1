"""The certified plan of a demand as plain amounts, for checks by arithmetic."""

from __future__ import annotations

from optimizer.asking import posed_demand
from optimizer.calendar import plan_days, plan_weeks
from optimizer.checking import check_demand
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand
from optimizer.planning import plan, pose_model
from optimizer.propose import propose
from tests.optimizer.keeping import Plan


def solved(asked: Demand, curves: CurveSet) -> tuple[Plan, float]:
    """The plan, and what the optimizer says it brings."""
    channels = check_demand(asked, curves)
    posed = pose_model(posed_demand(asked, channels, curves))
    found = plan(posed)
    assert found.answer.status == "optimal"
    assert found.plan.min() >= -1e-2  # what the programme beneath calls 0 at this scale of money
    spend = {
        (name, step): max(float(found.plan[number, step]), 0.0)
        for number, name in enumerate(channels)
        for step in range(found.plan.shape[1])
    }
    taken = zip(asked.packages, posed.packages(found.answer.point), strict=True)
    bought = frozenset(package.name for package, one in taken if one > 0.5)
    return Plan(asked, curves, spend, bought), float(found.answer.objective)


def proposed(asked: Demand, curves: CurveSet) -> Plan:
    """The proposal of a demand, in amounts that can be booked."""
    found = propose(asked, curves=curves)
    steps = plan_days(asked.period) if asked.by_day else plan_weeks(asked.period)
    spend = {(name, number): 0.0 for name in curves.curves for number in range(len(steps))}
    spend |= {(cell.channel, steps.index(cell.week)): cell.spend for cell in found.weeks}
    return Plan(asked, curves, spend, frozenset(package.name for package in found.packages if package.bought))
