"""Decides what a plan would be worth with one switch the other way, or with one limit moved: solved again, not guessed.

A concave problem is solved again whole. Where branches and switches were chosen, they stay as they are but for the one
asked about: the figure is that of the neighbouring plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optimizer.bindings import Held
from optimizer.curves.curve import Array
from optimizer.planning import Planned
from optimizer.solve.polish import polish
from optimizer.solve.refine import refine
from optimizer.solve.solving import is_concave
from optimizer.solve.task import Task, scaled

FINE = 1e-5  # certified gap of a neighbour: small beside what a step of a tenth is worth
LARGE, SMALL = 2, 3  # linear programmes that a neighbour is worth: a large change shows after two


def moved_limits(planned: Planned, rows: Mapping[int, tuple[float, float]]) -> Task:
    """The task with other limits on some rows."""
    task = planned.posed.task
    lower, upper = task.rules.row_lower.copy(), task.rules.row_upper.copy()
    for row, (low, high) in rows.items():
        lower[row], upper[row] = low, high
    return replace(task, rules=replace(task.rules, row_lower=lower, row_upper=upper))


def eased(planned: Planned, one: Held, step: float, share: float) -> Task:
    """The task with a rule a ``step`` further on all its limits, each in proportion; a price by a ``share`` of it."""
    posed, further = planned.posed, step if one.side == "max" else -step
    if one.rule == "efficiency":
        return _dearer(planned, one, share)
    rules, task = posed.rules, posed.task
    rows: dict[int, tuple[float, float]] = {}
    lower, upper, least = rules.lower.copy(), rules.upper.copy(), task.least.copy()
    for limit in one.limits:
        moved = further * (abs(limit.at) / one.at if one.at > 0 else 1.0)
        if limit.row is not None:
            low, high = float(rules.row_lower[limit.row]), float(rules.row_upper[limit.row])
            rows[limit.row] = (low, high + moved) if one.side == "max" else (low + moved, high)
        elif limit.cell is not None and one.rule == "min_if_active":
            least[limit.cell] = max(limit.at + moved, 0.0)
        elif limit.cell is not None:
            bound, column = (upper if one.side == "max" else lower), posed.spend[limit.cell]
            bound[column] = max(bound[column] + moved, 0.0)
    return replace(moved_limits(planned, rows).with_bounds(lower, upper), least=least)


def _dearer(planned: Planned, one: Held, share: float) -> Task:
    """The task with results allowed to cost a share more on average.

    The row is money less price times results; with M the row of all money, a share more is (1 + share) row - share M.
    """
    task = planned.posed.task
    money = [row for row, name in enumerate(task.rules.rows) if name.constraint == "total_budget"]
    matrix = task.rules.matrix.tolil()
    for limit in one.limits:
        if limit.row is not None:
            matrix[limit.row] = (1.0 + share) * matrix[limit.row] - share * matrix[money[0]]
    return replace(task, rules=replace(task.rules, matrix=sp.csc_array(matrix)))


def solved_again(planned: Planned, task: Task, rounds: int = SMALL) -> tuple[float, Array] | None:
    """The best worth and plan under a changed ``task``, the chosen branches kept; None where none keeps the rules."""
    if not is_concave(task):
        return _near(task, planned.answer.point)
    shrunk, answer = scaled(task), planned.answer
    found = refine(
        shrunk.task,
        shrunk.task.banks,
        through=(answer.point / shrunk.columns)[task.at],
        prices=answer.prices * shrunk.rows / shrunk.unit,
        tolerance=FINE,
        rounds=rounds,
    )
    return (found.objective * shrunk.unit, shrunk.point(found.point)) if found.status == "optimal" else None


def switched(planned: Planned, task: Task, column: int, value: float) -> float | None:
    """The best worth when switch ``column`` is at ``value`` and all others stay; None where that cannot be."""
    point = planned.answer.point.copy()
    point[column] = value
    found = _near(task, point)
    return None if found is None or abs(round(found[1][column]) - value) > 0.5 else found[0]


def spending_at_least(planned: Planned, task: Task, cell: int, amount: float) -> float | None:
    """The best worth when a cell that is off takes at least ``amount``."""
    point = planned.answer.point.copy()
    point[task.at[cell]] = amount
    found = _near(task, point)
    return None if found is None else found[0]


def _near(task: Task, point: Array) -> tuple[float, Array] | None:
    shrunk = scaled(task)
    found = polish(shrunk.task, np.asarray(point / shrunk.columns), FINE)
    if found is None:
        return None
    return found.objective * shrunk.unit, shrunk.point(found.point)
