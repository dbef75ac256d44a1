"""Decides what a plan is worth: the objective of the demand, fixed buys and the worst draws included."""

from __future__ import annotations

import numpy as np

from optimizer.curves.curve import Array
from optimizer.model import Posed

WORST = "worst_draws"  # rows that tie a plan's worst draws to the objective


def filled_vector(posed: Posed, plan: Array, bought: Array) -> Array:
    """All variables' values of a plan and its packages, with the level of its worst draws where it counts best."""
    point = posed.vector(plan, bought)
    rows = [row for row, name in enumerate(posed.rules.rows) if name.constraint == WORST]
    if not rows:
        return point
    matrix = posed.rules.matrix.tocsr()
    outcomes = set(posed.task.outcomes.tolist())
    level, scenario, short = -1, [], []
    for row in rows:
        columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        values = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        for column, value in zip(columns.tolist(), values, strict=True):
            if column in outcomes:
                scenario.append(column)
            elif value > 0:
                level = column
            else:
                short.append(column)
    drawn, cost = point[scenario], posed.task.cost
    tried = np.sort(drawn)
    below = np.maximum(tried[:, None] - drawn, 0.0)
    best = int(np.argmax(cost[level] * tried + below @ cost[short]))
    point[level], point[short] = tried[best], below[best]
    return point


def worth(posed: Posed, plan: Array, bought: Array) -> float:
    """The objective of a plan (channels, steps) and the packages taken."""
    return posed.task.objective(filled_vector(posed, plan, bought))


def package_results(posed: Posed, bought: Array, result: str) -> Array:
    """Results of each package taken."""
    each = np.array([package.worth.get(result, 0.0) for package in posed.problem.ask.packages])
    return np.asarray(each * bought) if len(each) else np.zeros(0)


def package_money(posed: Posed, bought: Array) -> Array:
    """Money of each package taken."""
    prices = np.array([package.price for package in posed.problem.ask.packages])
    return np.asarray(prices * bought) if len(prices) else np.zeros(0)


def expected_in_all(posed: Posed, plan: Array, bought: Array, result: str | None = None) -> float:
    """Expected results of a plan, packages included."""
    wanted = result or posed.problem.result
    return float(posed.problem.expected(plan, wanted).sum() + package_results(posed, bought, wanted).sum())
