"""The limit for a frontier: one segment model, one solver, and for every budget only the row's limit changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.optimizer.allocation import Allocation
from tests.bench.optimizer.greedy_start import greedy_basis, start_at
from tests.bench.optimizer.reference_curves import Array

SEGMENTS = 30


@dataclass(frozen=True, slots=True)
class Frontier:
    """Objective on the true curves, marginal worth of the budget and spend (budgets, channels) for every budget."""

    budgets: Array
    objective: Array
    marginal: Array
    spend: Array


def solve_frontier(allocation: Allocation, shares: Sequence[float] | Array) -> Frontier:
    """Plans for ``shares`` of the budget, concave curves; each solve starts from the one before."""
    import highspy

    unit = allocation.budget / allocation.size
    worth = allocation.objective(allocation.upper) / allocation.size
    task = allocation.scaled(unit, worth)
    cuts = task.curves.cuts(task.lower, task.upper, SEGMENTS)
    points = np.concatenate([task.lower[:, None], cuts, task.upper[:, None]], axis=1)
    length = np.diff(points, axis=1)
    gain = np.minimum.accumulate(np.diff(task.curves.value(points), axis=1) / length, axis=1)
    columns = task.rows[:, np.repeat(np.arange(task.size), SEGMENTS)]
    moved = task.rows @ task.lower
    budgets = np.asarray(shares) * task.budget
    limits = task.limits - moved
    limits[0] = budgets[0] - moved[0]
    solver = highspy.Highs()
    for name, setting in {"output_flag": False, "threads": 1, "presolve": "off", "solver": "simplex"}.items():
        solver.setOptionValue(name, setting)
    solver.passModel(
        gain.size,
        len(limits),
        columns.nnz,
        1,  # column-wise
        -1,  # maximise
        0.0,
        gain.ravel(),
        np.zeros(gain.size),
        length.ravel(),
        np.full(len(limits), -np.inf),
        limits,
        columns.indptr[:-1].astype(np.int32),
        columns.indices.astype(np.int32),
        columns.data,
        np.zeros(gain.size, dtype=np.int32),  # all continuous; HiGHS reads past an empty array
    )
    if task.disjoint:
        # The dual simplex takes a second for its first step at 1000 channels; from the greedy basis it takes none.
        start_at(solver, *greedy_basis(task, gain, length, limits))
    spend, marginal = np.empty((len(budgets), task.size)), np.empty(len(budgets))
    for place, budget in enumerate(budgets):
        solver.changeRowBounds(0, -np.inf, budget - moved[0])
        solver.run()
        solution = solver.getSolution()
        taken = np.array(solution.col_value).reshape(task.size, SEGMENTS)
        spend[place] = task.lower + taken.sum(axis=1)
        marginal[place] = solution.row_dual[0]
    objective = task.curves.value(np.minimum(spend.T, task.upper[:, None])).sum(axis=0)
    in_order = np.empty_like(spend)
    in_order[:, allocation.order] = spend * unit
    return Frontier(budgets * unit, objective * worth, marginal * worth / unit, in_order)
