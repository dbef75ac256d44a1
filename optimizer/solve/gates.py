"""Decides which on/off column shuts which cells, read off the rows themselves."""

from __future__ import annotations

import numpy as np

from optimizer.curves.curve import Index
from optimizer.solve.task import Task


def gates(task: Task) -> Index:
    """Per cell, the whole column that is 0 only where the cell gets nothing; -1 where there is none.

    Such a row says that a positive sum of amounts is at most a multiple of one on/off column. A solver that takes a
    switch of 1e-7 for off would let a cell with a steep start in through it, so the cell's branches follow the switch.
    """
    rules = task.rules
    found = np.full(len(task.at), -1, dtype=np.int64)
    if not task.integer.any():
        return found
    cell_of = np.full(rules.matrix.shape[1], -1, dtype=np.int64)
    cell_of[task.at] = np.arange(len(task.at))
    by_row = rules.matrix.tocsr()
    for row in np.flatnonzero(rules.row_upper == 0.0):
        part = slice(by_row.indptr[row], by_row.indptr[row + 1])
        columns, values = by_row.indices[part], by_row.data[part]
        shut = columns[values < 0]
        if len(shut) != 1 or not task.integer[shut[0]] or rules.upper[shut[0]] > 1.0:
            continue
        amounts = columns[values > 0]
        if np.all(rules.lower[amounts] >= 0.0):
            cells = cell_of[amounts]
            found[cells[cells >= 0]] = shut[0]
    return found
