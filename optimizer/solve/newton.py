"""Decides the exact prices near those of a linear programme: Newton's method on the rows that bind, on the true curves.

A linear programme on segments knows its prices to within a segment. Where every column is spend, the spend that the
prices call for is known in closed form, so a few Newton steps make the binding rows hold to the last digit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.bank import Blend
from optimizer.curves.curve import Array
from optimizer.solve.certificate import legal_prices
from optimizer.solve.task import Task

STEPS = 40
NUDGE = 1e-5  # relative change of spend by which the bend of its curve is measured
CLOSE = 1e-12  # relative violation of a row that counts as held
DENSE = 200_000  # entries up to which a full matrix is faster than a sparse one
FORGOTTEN = 10  # steps after which brackets start anew
SWING = 0.3  # of the last miss: a miss of the other sign that is no smaller than this is a swing
EDGE = 0.02  # of its width: nearer to the edge of a bracket a swinging price does not go
NOTHING = 1e-6  # of the highest price: what an interior point leaves on rows that do not bind
FACTOR = 4.0  # the most a price may change in one step


def suits(task: Task) -> bool:
    """Whether every column is spend or an outcome that only the objective speaks of."""
    used = len(task.at) + len(task.outcomes)
    return used == task.rules.matrix.shape[1] and not np.diff(task.rules.matrix.indptr)[task.outcomes].any()


def exact_prices(task: Task, blend: Blend, prices: Array) -> Array | None:
    """Prices at which the rows that bind hold exactly, starting from ``prices``; None where that does not settle."""
    rules, at = task.rules, task.at
    small = rules.matrix.shape[0] * len(at) <= DENSE
    matrix = rules.matrix.toarray()[:, at] if small else sp.csr_array(rules.matrix[:, at])
    y = legal_prices(rules, prices)
    y = np.where(np.abs(y) > NOTHING * np.abs(y).max(initial=0.0), y, 0.0)
    low, high = rules.lower[at], rules.upper[at]
    unit = np.maximum(np.abs(np.where(y >= 0, rules.row_upper, rules.row_lower)), 1e-12)
    fixed_cost = task.cost[at]
    least, most = np.full(len(y), -np.inf), np.full(len(y), np.inf)
    last_miss = np.zeros(len(y))
    for turn in range(STEPS):
        hurdle = matrix.T @ y - fixed_cost
        spend = np.clip(blend.spend_at(hurdle), low, high)
        activity = matrix @ spend
        limit = np.where(y > 0, rules.row_upper, np.where(y < 0, rules.row_lower, np.inf))
        over, under = activity - rules.row_upper, rules.row_lower - activity
        broken = (y == 0) & (np.maximum(over, under) > CLOSE * unit)
        binding = (y != 0) | broken
        if not binding.any():
            return y
        limit = np.where(broken, np.where(over > 0, rules.row_upper, rules.row_lower), limit)
        miss = np.where(binding, activity - limit, 0.0)
        if np.abs(miss / unit).max() <= CLOSE:
            return y
        moving = (spend > low) & (spend < high) & (hurdle > 0)
        nudge = np.where(moving, NUDGE * spend, 1.0)
        with np.errstate(over="ignore"):  # beside 0 a steep curve bends beyond all numbers
            bend = (hurdle - blend.slope(spend + nudge)) / nudge
        give = np.where(moving & (bend > 0), 1.0 / np.where(bend > 0, bend, 1.0), 0.0)
        step = _step(matrix, give, binding, miss)
        if step is None:
            return None
        least, most = np.where(miss > 0, np.maximum(least, y), least), np.where(miss < 0, np.minimum(most, y), most)
        swings = (miss * last_miss < 0) & (np.abs(miss) > SWING * np.abs(last_miss))
        moved = _inside(y + step, least, most, swings)
        last_miss = miss
        if turn % FORGOTTEN == FORGOTTEN - 1:  # other rows move a row's bracket
            least, most = np.full(len(y), -np.inf), np.full(len(y), np.inf)
        started = broken & (np.sign(moved) == np.sign(np.where(over > 0, 1.0, -1.0)))
        held = (y != 0) & (np.sign(moved) == np.sign(y))
        capped = np.sign(y) * np.clip(np.abs(moved), np.abs(y) / FACTOR, np.abs(y) * FACTOR)
        y = np.where(held, capped, np.where(y != 0, _let_go(y, moved), np.where(started, moved, 0.0)))
    return None


def _inside(moved: Array, least: Array, most: Array, swings: npt.NDArray[np.bool_]) -> Array:
    """Prices kept inside their brackets: where a cell meets its bound between two, steps would swing for good."""
    known = np.isfinite(least) & np.isfinite(most) & (least < most)
    low, high = np.where(known, least, 0.0), np.where(known, most, 0.0)
    edge = EDGE * (high - low)
    outside = (moved <= low) | (moved >= high) | (swings & ((moved <= low + edge) | (moved >= high - edge)))
    return np.asarray(np.where(known & outside, 0.5 * (low + high), moved))


def _let_go(y: Array, moved: Array) -> Array:
    """A price that would change its sign is first made small; one that is small already is dropped."""
    tiny = np.abs(y) <= 1e-6 * np.abs(y).max(initial=1e-300)
    return np.where(tiny, 0.0, y / FACTOR)


def _step(matrix: Array | sp.csr_array, give: Array, binding: npt.NDArray[np.bool_], miss: Array) -> Array | None:
    """The change of prices that makes the binding rows hold to first order; ``give`` is less spend a unit of price."""
    if not np.isfinite(give).all():
        return None
    rows = np.flatnonzero(binding)
    part = matrix[rows]
    if isinstance(part, np.ndarray):
        system = (part * give) @ part.T
    else:
        system = (part @ sp.diags_array(give) @ part.T).toarray()
    try:
        solved = np.linalg.solve(system, miss[rows])
    except np.linalg.LinAlgError:
        return None
    step = np.zeros(len(miss))
    step[rows] = solved
    return step if np.isfinite(step).all() else None


def called_for(task: Task, blend: Blend, prices: Array) -> Array:
    """The spend of every cell that ``prices`` call for."""
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    hurdle = task.rules.matrix[:, task.at].T @ prices - task.cost[task.at]
    return np.clip(blend.spend_at(hurdle), low, high)
