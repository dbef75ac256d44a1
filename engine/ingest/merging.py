"""Decides what happens to lines about the same thing on the same days: they are added, and reach is not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.ingest.fields import NOT_ADDITIVE
from engine.ingest.grid import Ints
from engine.ingest.measures import Measure


def add_up(keys: Ints, measures: Mapping[str, Measure]) -> tuple[Ints, dict[str, Measure], int]:
    """The first line of every key, the measures added up over it, and how many lines went into another.

    With nothing to add up no lines are named and the measures come back as they are. A measure that is missing on
    every line of a key stays missing. Reach and frequency of different lines overlap in people, so they become
    missing where lines are added.
    """
    sorted_keys = np.sort(keys)
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    merged = len(keys) - len(starts)
    if not merged:
        return np.zeros(0, dtype=np.int64), dict(measures), 0
    order = np.argsort(keys, kind="stable")
    firsts = order[starts]
    sizes = np.diff(np.r_[starts, len(keys)])
    appearance = np.argsort(firsts, kind="stable")
    added = {}
    for name, measure in measures.items():
        values = np.add.reduceat(np.where(measure.valid, measure.values, 0)[order], starts)
        valid = np.logical_or.reduceat(measure.valid[order], starts)
        if name in NOT_ADDITIVE:
            valid &= sizes == 1
        added[name] = Measure(values[appearance], valid[appearance])
    return firsts[appearance], added, merged
