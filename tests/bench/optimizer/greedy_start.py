"""A start basis that is already the optimum of a segment model whose rows are nested."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tests.bench.optimizer.allocation import Allocation
from tests.bench.optimizer.reference_curves import Array

AT_LOWER, BASIC, AT_UPPER = 0, 1, 2
Index = npt.NDArray[np.int64]


def greedy_basis(task: Allocation, gain: Array, length: Array, limits: Array) -> tuple[Index, Index]:
    """Statuses of columns and rows of the greedy optimum of nested rows: steepest first, groups before the budget."""
    slope, room = gain.ravel(), length.ravel()
    # Few rows fit a short integer, which numpy sorts by radix.
    owner = np.repeat(task.group_of.astype(np.min_scalar_type(len(limits))), length.shape[1])
    columns = np.full(len(slope), AT_LOWER)
    rows = np.full(len(limits), BASIC)
    order = np.argsort(-slope)
    if len(limits) > 1:
        by_group = order[np.argsort(owner[order], kind="stable")]
        heap, group = np.cumsum(room[by_group]), owner[by_group]
        first = np.searchsorted(group, np.arange(len(limits)))
        before = np.where(first > 0, heap[np.maximum(first - 1, 0)], 0.0)
        cap = np.where(np.arange(len(limits)) > 0, limits, np.inf)
        left = cap[group] - (heap - room[by_group] - before[group])  # room of the group before this segment
        allowed = np.empty_like(room)
        allowed[by_group] = np.clip(left, 0.0, room[by_group])
        cut = by_group[(left > 0.0) & (left < room[by_group])]
        full = allowed >= room
    else:
        allowed, cut, full = room, np.zeros(0, dtype=np.int64), np.ones(len(room), dtype=bool)
    heap = np.cumsum(allowed[order])
    last = int(np.searchsorted(heap, limits[0]))
    inside = np.zeros(len(slope), dtype=bool)
    inside[order[:last]] = True
    columns[inside & full & (room > 0.0)] = AT_UPPER
    cut = cut[inside[cut]]
    columns[cut] = BASIC
    rows[owner[cut]] = AT_UPPER
    if last < len(slope):
        columns[order[last]] = BASIC
        rows[0] = AT_UPPER
    return columns, rows


def start_at(solver: Any, columns: Index, rows: Index) -> None:
    """Sets a basis by status numbers; taking the words from an array is ten times faster than making each."""
    import highspy

    words = np.array([highspy.HighsBasisStatus(code) for code in range(5)], dtype=object)
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = words[columns].tolist(), words[rows].tolist()
    basis.valid, basis.alien = True, False
    solver.setBasis(basis)
