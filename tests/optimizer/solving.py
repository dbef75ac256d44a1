"""The certified plan of a demand as plain amounts, for checks by arithmetic."""

from __future__ import annotations

from optimizer.asking import posed_demand
from optimizer.checking import check_demand
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand
from optimizer.planning import plan, pose_model
from tests.optimizer.keeping import Plan


def solved(asked: Demand, curves: CurveSet) -> tuple[Plan, float]:
    """The plan, and what the optimizer says it brings."""
    channels = check_demand(asked, curves)
    posed = pose_model(posed_demand(asked, channels, curves))
    found = plan(posed)
    assert found.answer.status == "optimal"
    spend = {
        (name, step): float(found.plan[number, step])
        for number, name in enumerate(channels)
        for step in range(found.plan.shape[1])
    }
    taken = zip(asked.packages, posed.packages(found.answer.point), strict=True)
    bought = frozenset(package.name for package, one in taken if one > 0.5)
    return Plan(asked, curves, spend, bought), float(found.answer.objective)
