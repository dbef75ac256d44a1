"""Decides what bookable amounts have to keep: the rules as rows over money alone, switches and packages as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array
from optimizer.gradient import outcome_gradient
from optimizer.model import Posed

EVEN = 1e-6  # of a step: nearer to a whole number than this, an amount is whole


@dataclass(frozen=True, slots=True)
class MoneyRows:
    """Rows over cells in money; amounts are whole numbers of ``step`` between ``least`` and ``most``.

    ``wanted`` is the plan in steps, ``total`` the money to place; ``on_curves`` numbers the rules on results, which
    ``curve_matrix`` and its limits follow in a straight line from the plan on.
    """

    matrix: sp.csr_array
    low: Array
    high: Array
    step: Array
    wanted: Array
    least: Array
    most: Array
    total: float
    slack: float
    saving: bool
    on_curves: list[int]
    curve_matrix: Array
    curve_low: Array
    curve_high: Array

    def kept(self, whole: npt.NDArray[np.int64]) -> bool:
        """Whether whole numbers of steps keep the money rows and place all they can."""
        money = whole * self.step
        activity = self.matrix @ money
        held = np.all(activity >= self.low - self.slack) and np.all(activity <= self.high + self.slack)
        bounded = np.all(whole >= self.least) and np.all(whole <= self.most)
        return bool(held and bounded) and not self.saving


def money_rows(posed: Posed, plan: Array, bought: Array | None, step: Array) -> MoneyRows:
    """The rows of ``posed`` that amounts near ``plan`` have to keep, in steps of ``step`` a cell."""
    problem, rules, task = posed.problem, posed.rules, posed.task
    point = posed.vector(plan, bought)
    whole = np.flatnonzero(task.integer)
    matrix = rules.matrix.tocsr()
    others = np.setdiff1d(np.arange(matrix.shape[1]), np.concatenate([posed.spend, whole]))
    plain = np.asarray(abs(matrix[:, others]).sum(axis=1)).ravel() == 0
    money = np.asarray(abs(matrix[:, posed.spend]).sum(axis=1)).ravel() > 0
    rows = np.flatnonzero(plain & money)
    fixed = matrix[rows][:, whole] @ point[whole]
    spend = np.array([plan[cell] for cell in problem.cells])
    lower, upper = rules.lower[posed.spend], rules.upper[posed.spend].copy()
    lower = np.where((task.least > 0) & (spend > 0), np.maximum(lower, task.least), lower)
    off = (task.least > 0) & (spend <= 0)
    upper[off], lower = 0.0, np.where(off, 0.0, lower)
    saving = problem.ask.goal == "least_spend"
    on_curves, lines, lows, highs = _curve_rows(posed, plan, point)
    unit = float(step.min())
    cap = problem.budget if saving else np.floor(spend.sum() / unit + EVEN) * unit
    return MoneyRows(
        matrix=sp.csr_array(matrix[rows][:, posed.spend]),
        low=rules.row_lower[rows] - fixed,
        high=rules.row_upper[rows] - fixed,
        step=step,
        wanted=spend / step,
        least=np.ceil(lower / step - EVEN),
        most=np.floor(upper / step + EVEN),
        total=float(cap),
        slack=1e-9 * problem.budget,
        saving=saving,
        on_curves=on_curves,
        curve_matrix=lines,
        curve_low=lows,
        curve_high=highs,
    )


def _curve_rows(posed: Posed, plan: Array, point: Array) -> tuple[list[int], Array, Array, Array]:
    """Rules on results as rows over cells: their gradient at the plan, their limits less what the plan has."""
    rules = posed.rules
    used = np.asarray(abs(rules.matrix[:, posed.task.outcomes]).sum(axis=1)).ravel() > 0
    rows = [int(row) for row in np.flatnonzero(used) if rules.rows[row].constraint != "worst_draws"]
    dense = rules.matrix.tocsr()[rows].toarray() if rows else np.empty((0, rules.matrix.shape[1]))
    spend = np.array([plan[cell] for cell in posed.problem.cells])
    lines = np.array([line[posed.spend] + outcome_gradient(posed, plan, line) for line in dense])
    lines = lines.reshape(len(rows), len(posed.spend))
    moved = lines @ spend - dense @ point
    return rows, lines, rules.row_lower[rows] + moved, rules.row_upper[rows] + moved
