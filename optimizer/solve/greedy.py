"""Decides the basis a linear programme starts from: segments taken by what they bring until rows are full.

The dual simplex spends seconds in its one bound-flipping step on a wide row; from here the primal simplex has little
left to do: where no segment is in two other rows, the basis is nearly the last one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array, Index
from optimizer.solve.entries import Entries
from optimizer.solve.expand import Expanded

WIDE = 1000  # columns below which the dual simplex is fast enough from nowhere
BASIC, AT_LOWER, AT_UPPER = 1, 0, 2


def first_basis(expanded: Expanded) -> tuple[Index, Index] | None:
    """Statuses of columns and rows; None where no one row covers every segment or columns without curves are there."""
    count, matrix = len(expanded.segments.owner), expanded.matrix
    if len(expanded.straight) or count < WIDE or np.any(matrix.data <= 0):
        return None
    capped = np.isfinite(expanded.row_upper) & (expanded.row_upper > 0)
    filling = np.bincount(matrix.indices, minlength=matrix.shape[0])
    covering = np.flatnonzero(capped & (filling == count))
    if not len(covering):
        return None
    group, weight = _groups(matrix, covering[0], capped)
    columns = np.full(count, AT_LOWER, dtype=np.int64)
    statuses = np.full(matrix.shape[0], BASIC, dtype=np.int64)
    taken = expanded.upper.copy()
    if group is not None:
        taken, crossing = _within_groups(expanded, group, weight)
    of_row = matrix.data[matrix.indices == covering[0]]
    order = np.argsort(-expanded.cost / of_row, kind="stable")
    filled = np.cumsum((of_row * taken)[order])
    whole = int(np.searchsorted(filled, expanded.row_upper[covering[0]], side="left"))
    first = order[:whole]
    columns[first[taken[first] > 0]] = AT_UPPER
    if group is not None:
        crossed = first[crossing[first]]
        columns[crossed], statuses[group[crossed]] = BASIC, AT_UPPER
    if whole < count:
        columns[order[whole]] = BASIC
        statuses[covering[0]] = AT_UPPER
    return columns, statuses


def _groups(matrix: sp.csc_array, covering: int, capped: npt.NDArray[np.bool_]) -> tuple[Index | None, Array]:
    """Each segment's one other capped row (-1 for none) and its weight there; None where one is in two such rows."""
    entries, count = Entries(matrix), matrix.shape[1]
    live = capped[entries.row] & (entries.row != covering)
    column, group, weight = entries.column[live], np.full(count, -1, dtype=np.int64), np.zeros(count)
    if np.bincount(column, minlength=count).max(initial=0) > 1:
        return None, weight
    group[column], weight[column] = entries.row[live], entries.data[live]
    return group, weight


def _within_groups(expanded: Expanded, group: Index, weight: Array) -> tuple[Array, Array]:
    """How much of each segment its group's row leaves room for, and which segments are cut short by it."""
    taken, crossing = expanded.upper.copy(), np.zeros(len(group), dtype=bool)
    inside = np.flatnonzero(group >= 0)
    if not len(inside):
        return taken, crossing
    order = inside[np.lexsort((-expanded.cost[inside], group[inside]))]
    filled = np.cumsum(weight[order] * expanded.upper[order])
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    before = np.repeat(np.concatenate([[0.0], filled])[starts], np.diff(np.append(starts, len(order))))
    room = expanded.row_upper[group[order]] - (filled - before - weight[order] * expanded.upper[order])
    taken[order] = np.clip(room / weight[order], 0.0, expanded.upper[order])
    crossing[order] = (taken[order] > 0) & (taken[order] < expanded.upper[order])
    return taken, crossing
