"""Decides the basis a linear programme starts from: segments taken by what they bring until one row is full.

The dual simplex spends seconds in its one bound-flipping step on a wide row; from here the primal simplex has little
left to do.
"""

from __future__ import annotations

import numpy as np

from optimizer.solve.expand import Expanded
from optimizer.solve.task import Index

WIDE = 2000  # columns below which the dual simplex is fast enough from nowhere
BASIC, AT_LOWER, AT_UPPER = 1, 0, 2


def first_basis(expanded: Expanded) -> tuple[Index, Index] | None:
    """Statuses of columns and rows; None where no one row covers every segment or columns without curves are there."""
    count, matrix = len(expanded.segments.owner), expanded.matrix
    if len(expanded.straight) or count < WIDE:
        return None
    rows = matrix.tocsr()
    covering = [
        row
        for row in np.flatnonzero(np.isfinite(expanded.row_upper) & (np.diff(rows.indptr) == count))
        if np.all(rows.data[rows.indptr[row] : rows.indptr[row + 1]] > 0) and expanded.row_upper[row] > 0
    ]
    if not covering:
        return None
    row = covering[0]
    weight = np.zeros(count)
    weight[rows.indices[rows.indptr[row] : rows.indptr[row + 1]]] = rows.data[rows.indptr[row] : rows.indptr[row + 1]]
    order = np.argsort(-expanded.cost / weight, kind="stable")
    filled = np.cumsum(weight[order] * expanded.upper[order])
    whole = int(np.searchsorted(filled, expanded.row_upper[row], side="left"))
    columns = np.full(count, AT_LOWER, dtype=np.int64)
    columns[order[:whole]] = AT_UPPER
    statuses = np.full(matrix.shape[0], BASIC, dtype=np.int64)
    if whole < count:
        columns[order[whole]] = BASIC
        statuses[row] = AT_UPPER
    return columns, statuses
