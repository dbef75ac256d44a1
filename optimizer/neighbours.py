"""Decides what a plan would be worth with one switch the other way, or with one limit moved: solved again, not guessed.

A concave problem is solved again whole. Where branches and switches were chosen, they stay as they are but for the one
asked about: the figure is that of the neighbouring plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from optimizer.curves.curve import Array
from optimizer.planning import Planned
from optimizer.solve.polish import polish
from optimizer.solve.refine import refine
from optimizer.solve.solving import is_concave
from optimizer.solve.task import Task, scaled

FINE = 1e-4  # certified gap of a neighbour: a hundredth of what a step of a tenth is worth
ROUNDS = 2  # programmes a neighbour is worth; each is within the gap of the one before, and below the truth


def moved_limits(planned: Planned, rows: Mapping[int, tuple[float, float]]) -> Task:
    """The task with other limits on some rows."""
    task = planned.posed.task
    lower, upper = task.rules.row_lower.copy(), task.rules.row_upper.copy()
    for row, (low, high) in rows.items():
        lower[row], upper[row] = low, high
    return replace(task, rules=replace(task.rules, row_lower=lower, row_upper=upper))


def solved_again(planned: Planned, task: Task) -> tuple[float, Array] | None:
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
        rounds=ROUNDS,
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
