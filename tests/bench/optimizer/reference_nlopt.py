"""The peer of Robyn: NLopt's augmented Lagrangian around SLSQP with exact gradients, from near the lower bounds.

Robyn starts at the lower bounds, which it never lets be zero; here they may be, where an S-shaped curve has no slope,
so the start lies a tenth of the way to the equal split. Its budget may be an equality or a limit: each is used where
it measured better, the equality for S-shaped curves under the budget alone, the limit otherwise (three times faster).
Its tolerance (relative change 1e-10) and its evaluation limit (100,000) are Robyn's.
"""

from __future__ import annotations

import time

import numpy as np

from tests.bench.optimizer.allocation import Allocation, Answer
from tests.bench.optimizer.local_search import (
    CAP_SECONDS,
    LEAST_FOR_SLOPE,
    OutOfTime,
    equal_split,
    kept_or_none,
    search_from_starts,
)
from tests.bench.optimizer.reference_curves import Array

EVALUATIONS = 100_000
NEAR = 1e-10
NEAR_LOWER = 0.1


def solve_with_nlopt(
    allocation: Allocation, starts: int = 1, seed: int = 0, cap_seconds: float = CAP_SECONDS
) -> Answer:
    """The best of ``starts`` runs that ended within the cap; the first near the lower bounds, the others random."""
    return search_from_starts(allocation, _run, _near_lower, starts, seed, cap_seconds)


def _near_lower(task: Allocation) -> Array:
    return task.lower + NEAR_LOWER * (equal_split(task) - task.lower)


def _run(task: Allocation, start: Array, until: float) -> Array | None:
    """A local optimum that keeps every row, or None."""
    import nlopt

    rows = task.rows.toarray()

    def worth(x: Array, slope: Array) -> float:
        if slope.size:
            slope[:] = task.curves.slope(np.maximum(x, LEAST_FOR_SLOPE))
        return task.objective(np.maximum(x, 0.0))

    def over(result: Array, x: Array, slope: Array) -> None:
        if slope.size:
            slope[:] = rows
        result[:] = rows @ x - task.limits

    solver = nlopt.opt(nlopt.AUGLAG, task.size)
    local = nlopt.opt(nlopt.LD_SLSQP, task.size)
    local.set_xtol_rel(NEAR)
    solver.set_local_optimizer(local)
    solver.set_xtol_rel(NEAR)
    solver.set_maxeval(EVALUATIONS)
    solver.set_maxtime(max(1e-3, until - time.perf_counter()))
    solver.set_lower_bounds(task.lower)
    solver.set_upper_bounds(task.upper)
    solver.set_max_objective(worth)
    # Beside group rows it may not be possible to spend all of the budget.
    spends_all = len(task.limits) == 1 and task.upper.sum() > task.budget
    s_shaped = task.curves.inflection().any()
    add = solver.add_equality_mconstraint if spends_all and s_shaped else solver.add_inequality_mconstraint
    add(over, np.full(len(task.limits), 1e-10))
    solver.set_exceptions_enabled(False)  # a run that stops for rounding still has a point, usually a good one
    x = solver.optimize(start)
    if solver.last_optimize_result() == nlopt.MAXTIME_REACHED or time.perf_counter() > until:
        raise OutOfTime
    return kept_or_none(task, x)
