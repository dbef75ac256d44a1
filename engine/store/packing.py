"""Decides how several columns become one column of whole numbers, so that keys compare at the speed of integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.store.types import Ints

_ROOM = 2**62


def text_codes(column: pd.Series) -> tuple[Ints, npt.NDArray[np.object_]]:
    """A code for each row and the text of each code; missing and empty text are the same, always code 0."""
    codes, found = pd.factorize(column)
    texts = np.asarray(found, dtype=object)
    empty = np.flatnonzero(texts == "")
    order = np.delete(np.arange(len(texts)), empty)
    moved = np.zeros(len(texts) + 1, dtype=np.int64)  # the last place is what -1 (missing) points at
    moved[order] = np.arange(1, len(order) + 1)
    return moved[codes], np.concatenate([np.array([""], dtype=object), texts[order]])


def pack(columns: Sequence[Ints]) -> Ints:
    """One number a row: equal where every column is equal, and nowhere else."""
    packed = np.zeros(len(columns[0]), dtype=np.int64)
    size = 1
    for column in columns:
        codes, found = pd.factorize(column)
        if size * max(len(found), 1) > _ROOM:
            packed, distinct = pd.factorize(packed)
            size = len(distinct)
        packed = packed * max(len(found), 1) + codes
        size *= max(len(found), 1)
    return packed


def occurrences(keys: Ints) -> Ints:
    """How many rows above have the same key: 0 for the first of each."""
    if len(pd.unique(keys)) == len(keys):
        return np.zeros(len(keys), dtype=np.int64)
    return np.asarray(pd.Series(keys).groupby(keys).cumcount(), dtype=np.int64)
