"""Decides the best plan near a given one: every cell stays on its branch, and no step ever loses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.solve.refine import Solved, refine
from optimizer.solve.regions import convex_part
from optimizer.solve.task import Task, filled

STEPS = 6
EASE = 2e-6  # what a solver's tolerance can make of a branch
RESTING = 1e-9  # of its range: nearer to its lowest spend than this, a cell stands on it
SETTLED = 1e-12  # relative gain below which polishing ends


class _BranchBank:
    """A bank whose cells marked ``bent`` follow the tangent at ``at`` instead: below a convex curve everywhere."""

    def __init__(self, bank: CurveBank, bent: npt.NDArray[np.bool_], at: Array) -> None:
        self.size = bank.size
        self._bank, self._bent, self._at = bank, bent, at
        self._base, self._rise = bank.value(at), np.where(bent, bank.slope(at), 0.0)

    def value(self, spend: Array) -> Array:
        return np.where(self._bent, self._base + self._rise * (spend - self._at), self._bank.value(spend))

    def slope(self, spend: Array) -> Array:
        return np.where(self._bent, self._rise, self._bank.slope(spend))

    def spend_at(self, slope: Array) -> Array:
        return np.where(
            self._bent, np.where((self._rise > slope) | (slope <= 0), np.inf, 0.0), self._bank.spend_at(slope)
        )


def polish(
    task: Task, point: Array, tolerance: float, prices: Array | None = None, *, ease: float = 0.0
) -> Solved | None:
    """The best point whose cells keep the branches of ``point``, on the true curves; None where none keeps the rules.

    ``prices`` are near those to expect. Convex branches are replaced by their tangents, which lie below them, so every
    step can only gain. ``ease`` widens branches by a share of each cell's range.
    """
    best: Solved | None = None
    for _ in range(STEPS):
        spend = point[task.at]
        lower, upper = task.rules.lower.copy(), task.rules.upper.copy()
        first, last, bent = _branch(task, spend, ease)
        lower[task.at], upper[task.at] = first, last
        whole = np.flatnonzero(task.integer)
        lower[whole] = upper[whole] = np.round(point[whole])
        near = task.with_bounds(lower, upper)
        inside = RESTING * (last - first)  # on the edge of a table's piece the slope may be that of the next
        at = np.clip(spend, first + inside, last - inside)
        bank = _BranchBank(task.banks[0], bent, at) if bent.any() else task.banks[0]
        found = refine(near, [bank, *task.banks[1:]], prices=prices, tolerance=tolerance)
        if found.status != "optimal" and best is None and not ease:
            return polish(task, point, tolerance, prices, ease=EASE)  # rules that a point keeps only nearly
        if found.status != "optimal":
            return best
        true = filled(task, task.banks, found.point)
        gained = best is None or task.objective(true) > best.objective + SETTLED * abs(best.objective)
        if gained:
            best = Solved("optimal", true, task.objective(true), float("inf"), found.prices, found.rounds)
            point = true
        if not gained or not bent.any():
            break
    return best


def _branch(task: Task, spend: Array, ease: float) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Per cell the interval it may move in, and whether the curve is convex there."""
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    off = (task.least > 0) & (spend < 0.5 * task.least)
    low = np.where(task.least > 0, np.maximum(low, task.least), low)
    start, end = convex_part(task.banks[0], spend, low, high) if len(task.banks) == 1 else (low, low)
    convex = (end > start) & (spend < end) & ~off
    rests = convex & (spend <= low + RESTING * (high - low))  # at the foot of an S-shape it stays
    bent = convex & ~rests
    first = np.where(bent, start, np.where(spend >= end, np.maximum(low, end), low))
    last = np.where(rests, low, np.where(bent, end, high))
    width = ease * (high - low)
    first, last = np.maximum(first - width, low), np.minimum(np.maximum(last, first) + width, high)
    return np.where(off, 0.0, first), np.where(off, 0.0, last), bent
