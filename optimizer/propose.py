"""Decides the proposal: the best plan a budget request allows on the curves of the account, proven and explained.

demand + curves -> problem -> Pyomo rules -> current plan -> certified optimum -> whole amounts -> proposal
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.errors import DemandError
from optimizer.asking import posed_demand
from optimizer.booking import book
from optimizer.checking import check_demand
from optimizer.current import current_plan
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand
from optimizer.infeasible import check_sums, explain_infeasible
from optimizer.lift_report import calibrating_tests
from optimizer.planning import plan, pose_model
from optimizer.proposal import Proposal
from optimizer.writing import write_proposal

if TYPE_CHECKING:
    from optimizer.history import WeeklyHistory


def propose(
    demand: Demand,
    history: WeeklyHistory | None = None,
    *,
    curves: CurveSet | None = None,
    others: Mapping[str, CurveSet] | None = None,
    seed: int = 0,
    tolerance: float | None = None,
) -> Proposal:
    """The certified best plan for ``demand``.

    Args:
        demand: budget, period and rules.
        history: weekly facts; needed when no ``curves`` are given.
        curves: stored curves of ``fit_curves``, used as they are: calibrated with the demand's lift tests already.
        others: curves of further results, by result, for demands that speak of several.
        seed: seed of the bootstrap when curves are fitted here.
        tolerance: certified relative gap to reach; 1e-6 where prices settle the problem, 1e-4 where branches must.

    Raises:
        DemandError: for a request that makes no sense or that no plan can meet; ``details`` say why, in money.
    """
    if curves is None:
        if history is None:
            raise DemandError("optimizer.demand.nothing_known")
        from optimizer.fitting import fit_history

        fitted = fit_history(history, channels=demand.channels, seed=seed)
        channels = check_demand(demand, fitted.curves, others)  # before the tests, which a fault would keep from moving
        curves = fitted.calibrated(calibrating_tests(demand.lift_tests, demand.result), seed)
    else:
        channels = check_demand(demand, curves, others)
    problem = posed_demand(demand, channels, curves, others)
    check_sums(problem)
    posed = pose_model(problem)
    current = current_plan(posed)
    anchor = posed.vector(current.feasible, current.bought) if current.keeps_rules else None
    planned = plan(posed, anchor=anchor, tolerance=tolerance)
    if planned.answer.status != "optimal":
        raise explain_infeasible(posed)
    return write_proposal(demand, planned, curves, current, book(planned, current), tolerance)
