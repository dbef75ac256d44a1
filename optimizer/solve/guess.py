"""Decides prices worth trying first: what each row would charge if money were offered at one hurdle to all.

Every cell is asked at once what it would spend at each of a few hurdles, and the hurdle at which a row meets its limit
is read off between two of them. Rows that hang together are only roughly right; Newton's method goes on from there.
"""

from __future__ import annotations

import numpy as np

from optimizer.curves.bank import Blend
from optimizer.curves.curve import Array
from optimizer.solve.entries import Entries
from optimizer.solve.task import Task

LADDER = np.geomspace(1.0 / 32.0, 32.0, 16)[:, None]  # of the median marginal response at an equal share


def guess_prices(task: Task, blend: Blend, matrix: Entries) -> Array | None:
    """Row prices near the right ones where one row caps all cells; None where none does or its price is far off.

    ``matrix`` holds the rows over the cells.
    """
    rules, at = task.rules, task.at
    over_all = np.bincount(matrix.row, matrix.data > 0, minlength=matrix.rows) == len(at)
    caps = np.flatnonzero(over_all & np.isfinite(rules.row_upper) & (rules.row_upper > 0))
    if not len(caps) or np.any(task.cost[at] != 0):
        return None
    total = caps[0]
    weight = matrix.data[matrix.row == total]
    low, high = rules.lower[at], rules.upper[at]
    slope = blend.slope(np.clip(rules.row_upper[total] / (len(at) * weight), low, high)) / weight
    usual = float(np.median(slope[np.isfinite(slope)])) if np.isfinite(slope).any() else 0.0
    if usual <= 0:
        return None
    hurdles = usual * LADDER
    spend = np.clip(blend.spend_at(hurdles * weight), low, high)
    activity = np.stack([matrix.times(own) for own in spend])  # (hurdles, rows)
    beyond = np.maximum(activity - rules.row_upper, 0.0)
    missing = np.maximum(rules.row_lower - activity, 0.0)
    others = np.arange(matrix.rows) != total
    share = _share_of_total(matrix, weight, total)
    kept = activity[:, total] - ((beyond - missing) * share)[:, others].sum(axis=1)
    level = _crossing(hurdles[:, 0], kept, float(rules.row_upper[total]))
    if level is None:
        return None
    prices = np.zeros(matrix.rows)
    prices[total] = level
    place = np.interp(level, hurdles[:, 0], np.arange(len(hurdles)))
    below, part = int(place), place % 1.0
    here = activity[below] + part * (activity[min(below + 1, len(hurdles) - 1)] - activity[below])
    for row in np.flatnonzero(others & ((here > rules.row_upper) | (here < rules.row_lower))):
        limit = rules.row_upper[row] if here[row] > rules.row_upper[row] else rules.row_lower[row]
        own = _crossing(hurdles[:, 0], activity[:, row], float(limit))
        prices[row] = 0.0 if own is None else (own - level) * share[row]
    return prices


def _share_of_total(matrix: Entries, weight: Array, total: int) -> Array:
    """How much of the total row a unit of each row is, on average over its cells."""
    own = np.bincount(matrix.row, np.abs(matrix.data), minlength=matrix.rows)
    in_total = np.bincount(matrix.row, weight[matrix.column], minlength=matrix.rows)
    return np.where(own > 0, in_total / np.where(own > 0, own, 1.0), 0.0)


def _crossing(hurdles: Array, activity: Array, limit: float) -> float | None:
    """The hurdle at which a falling ``activity`` meets ``limit``, on the line between logarithms; 0 where it is below.

    None where it lies above at every hurdle.
    """
    above = activity >= limit
    if not above[0]:
        return 0.0
    if above[-1]:
        return None
    last = int(np.argmin(above)) - 1
    left, right = (float(np.log(max(activity[k], 1e-300))) for k in (last, last + 1))
    part = (left - np.log(max(limit, 1e-300))) / (left - right) if left > right else 0.5
    return float(hurdles[last] * (hurdles[last + 1] / hurdles[last]) ** min(max(part, 0.0), 1.0))
