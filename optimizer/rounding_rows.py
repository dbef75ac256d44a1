"""Decides what bookable amounts have to keep: the rules as rows over money alone, switches and packages as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array
from optimizer.gradient import outcome_gradient
from optimizer.model import Posed

CLEAR = 1e-9  # of its limit: how far a rule on results is kept clear of it, since it is followed in a straight line
EVEN = 1e-6  # of a step: nearer to a whole number than this, an amount is whole


@dataclass(frozen=True, slots=True)
class MoneyRows:
    """Rows over cells in money; amounts are whole numbers of ``step`` between ``least`` and ``most``.

    ``wanted`` is the plan in steps, ``total`` the money to place. The last rows of the matrix follow the rules on
    results, numbered by ``on_curves``, in a straight line from the plan on; ``saving``: no more than they need.
    """

    matrix: sp.csr_array
    low: Array
    high: Array
    step: Array
    wanted: Array
    least: Array
    most: Array
    total: float
    slack: Array
    saving: bool
    on_curves: list[int]

    def kept(self, whole: npt.NDArray[np.int64]) -> bool:
        """Whether whole numbers of steps keep the rows and bounds."""
        money = whole * self.step
        activity = self.matrix @ money
        held = np.all(activity >= self.low - self.slack) and np.all(activity <= self.high + self.slack)
        bounded = np.all(whole >= self.least) and np.all(whole <= self.most)
        return bool(held and bounded)


def money_rows(posed: Posed, plan: Array, bought: Array | None, step: Array) -> MoneyRows:
    """The rows of ``posed`` that amounts near ``plan`` have to keep, in steps of ``step`` a cell."""
    problem, rules, task = posed.problem, posed.rules, posed.task
    plan = without_traces(posed, plan, float(step.min()))
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
    off = (task.least > 0) & (spend < 0.5 * task.least)
    lower = np.where((task.least > 0) & ~off, np.maximum(lower, task.least), lower)
    upper[off], lower = 0.0, np.where(off, 0.0, lower)
    saving = problem.ask.goal == "least_spend"
    on_curves, lines, lows, highs = _curve_rows(posed, plan, point)
    low = np.concatenate([rules.row_lower[rows] - fixed, lows + _clear(lows)])
    high = np.concatenate([rules.row_upper[rows] - fixed, highs - _clear(highs)])
    unit = float(step.min())
    cap = problem.budget if saving else np.floor(spend.sum() / unit + EVEN) * unit
    return MoneyRows(
        matrix=sp.csr_array(sp.vstack([matrix[rows][:, posed.spend], sp.csr_array(lines)])),
        low=low,
        high=high,
        step=step,
        wanted=spend / step,
        least=np.ceil(lower / step - EVEN),
        most=np.floor(upper / step + EVEN),
        total=float(cap),
        slack=np.concatenate([np.full(len(rows), 1e-9 * problem.budget), np.zeros(len(on_curves))]),
        saving=saving,
        on_curves=on_curves,
    )


def without_traces(posed: Posed, plan: Array, step: float) -> Array:
    """The plan with channels that a solver left a trace of money in, less than a step, off as they are meant to be."""
    out = plan.copy()
    for number in posed.active:
        if out[number].sum() < 0.5 * step:
            out[number] = 0.0
    return out


def _clear(limits: Array) -> Array:
    return np.asarray(CLEAR * np.where(np.isfinite(limits), np.abs(limits), 0.0))


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
