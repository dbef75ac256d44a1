"""Decides how curve segments become columns of a linear programme, and how its answer becomes a point again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.curves.bank import Bank
from optimizer.curves.curve import Array, Index
from optimizer.solve.entries import Entries
from optimizer.solve.segments import Segments
from optimizer.solve.task import Task


@dataclass(frozen=True, slots=True)
class Expanded:
    """A linear programme over segment columns (first) and the straight columns of the task (after them)."""

    cost: Array
    matrix: sp.csc_array
    lower: Array
    upper: Array
    row_lower: Array
    row_upper: Array
    straight: Index
    base: Array  # the task's columns before any segment is taken
    segments: Segments

    def point(self, columns: Array) -> Array:
        """The task's columns (outcomes left at their base) for values of the expanded columns."""
        count = len(self.segments.owner)
        point = self.base.copy()
        if len(columns) != count + len(self.straight):
            return point
        point[self.straight] = columns[count:]
        return point


def straight_columns(task: Task) -> Index:
    """The columns no curve is concerned with."""
    straight = np.ones(task.rules.matrix.shape[1], dtype=bool)
    straight[task.at] = False
    straight[task.outcomes] = False
    return np.flatnonzero(straight)


def expand(task: Task, banks: Sequence[Bank], segments: Segments) -> Expanded:
    """The linear programme of ``segments``."""
    rules, owner = task.rules, segments.owner
    base = np.zeros(rules.matrix.shape[1])
    base[task.at] = rules.lower[task.at]
    cost = task.cost[task.at][owner]
    matrix = repeat_columns(rules.matrix, task.at[owner])
    for link in task.links:
        live = link.columns >= 0
        bottom = banks[link.result].value(rules.lower[task.at])
        np.add.at(base, link.columns[live], bottom[live])
        gain = segments.gains[link.result] * live[owner]
        columns = np.where(live, link.columns, 0)[owner]
        cost = cost + task.cost[columns] * gain
        if np.diff(rules.matrix.indptr)[link.columns[live]].any():
            matrix = sp.csc_array(matrix + repeat_columns(rules.matrix, columns, gain))
    straight = straight_columns(task)
    moved = Entries(rules.matrix).times(base)
    if len(straight):
        matrix = sp.csc_array(sp.hstack([matrix, rules.matrix[:, straight]]))
    return Expanded(
        cost=np.concatenate([cost, task.cost[straight]]),
        matrix=matrix,
        lower=np.concatenate([np.zeros(len(owner)), rules.lower[straight]]),
        upper=np.concatenate([segments.length, rules.upper[straight]]),
        row_lower=rules.row_lower - moved,
        row_upper=rules.row_upper - moved,
        straight=straight,
        base=base,
        segments=segments,
    )


def spent(expanded: Expanded, columns: Array, cells: int) -> Array:
    """Money in each cell above its lower bound."""
    count = len(expanded.segments.owner)
    return np.asarray(np.bincount(expanded.segments.owner, columns[:count], minlength=cells), dtype=np.float64)


def repeat_columns(matrix: sp.csc_array, columns: Index, factors: Array | None = None) -> sp.csc_array:
    """``matrix[:, columns]`` for columns that repeat many times, each times its factor, without sparse overhead."""
    counts = np.diff(matrix.indptr)[columns]
    indptr = np.concatenate([[0], np.cumsum(counts)])
    offsets = np.arange(indptr[-1]) - np.repeat(indptr[:-1], counts) + np.repeat(matrix.indptr[columns], counts)
    data = matrix.data[offsets]
    if factors is not None:
        data = data * np.repeat(factors, counts)
    return sp.csc_array((data, matrix.indices[offsets], indptr), shape=(matrix.shape[0], len(columns)))
