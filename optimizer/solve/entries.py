"""Decides how rows, columns and pairs of rows are summed over a sparse matrix many times over.

A product of a small sparse matrix spends most of its time on its way to the loop; a sum by place does not.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array, Index

CROWDED = 20  # entries a column has, on average, from which a matrix product is faster than adding pairs up


class Entries:
    """The entries of a sparse matrix by row and column."""

    def __init__(self, matrix: sp.csc_array) -> None:
        self.rows, self.columns = matrix.shape
        self.counts = np.diff(matrix.indptr)
        self.start, self.row, self.data = matrix.indptr[:-1], matrix.indices, matrix.data
        self.column = np.repeat(np.arange(self.columns), self.counts)

    def times(self, by_column: Array) -> Array:
        """$A x$."""
        return _summed(self.row, self.data * by_column[self.column], self.rows)

    def turned(self, by_row: Array) -> Array:
        r"""$A^\top y$."""
        return _summed(self.column, self.data * by_row[self.row], self.columns)

    def weighed(self, weight: Array) -> Array:
        r"""$A D A^\top$ for the diagonal ``weight``, as a full matrix."""
        if (self.counts.astype(np.float64) ** 2).sum() > CROWDED * max(len(self.data), 1):
            matrix = sp.coo_array((self.data, (self.row, self.column)), shape=(self.rows, self.columns)).tocsr()
            return np.asarray((matrix @ sp.diags_array(weight) @ matrix.T).toarray())
        place, cell, product = self._pairs
        return _summed(place, product * weight[cell], self.rows**2).reshape(self.rows, self.rows)

    @cached_property
    def _pairs(self) -> tuple[Index, Index, Array]:
        """Where each pair of entries of a column adds up, whose column it is, and its product."""
        partners = np.repeat(self.counts, self.counts)
        first = np.repeat(np.arange(len(self.data)), partners)
        inside = np.arange(len(first)) - np.repeat(np.cumsum(partners) - partners, partners)
        second = np.repeat(self.start[self.column], partners) + inside
        place = self.row.astype(np.int64)[first] * self.rows + self.row[second]
        return place, self.column[first], self.data[first] * self.data[second]


def _summed(place: npt.NDArray[np.integer[Any]], values: Array, size: int) -> Array:
    return np.asarray(np.bincount(place, values, minlength=size), dtype=np.float64)
