"""Decides what happens to lines about the same thing on the same days: they are added, and reach is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.ingest.fields import NOT_ADDITIVE
from engine.ingest.grid import Bools, Ints
from engine.ingest.measures import Measure


@dataclass(frozen=True, slots=True)
class Added:
    """The first line of every key, its measures, how many lines went into another, whether reach was lost."""

    lines: Ints
    measures: dict[str, Measure]
    merged: int
    lost_reach: bool


def repeats(keys: Ints) -> bool:
    """Whether any key stands on more than one line."""
    ordered = np.sort(keys)
    return bool((ordered[1:] == ordered[:-1]).any())


def add_up(things: Ints, kinds: Ints, measures: Mapping[str, Measure]) -> Added:
    """Lines of the same thing and the same kind of result, added up.

    ``things`` numbers what a line is about and when, ``kinds`` what its conversions count: unlike results are not
    added, so a thing may keep a line for each. A measure that is missing on every line of a key stays missing. Reach
    and frequency of different lines overlap in people, so they are missing wherever a thing had several lines.
    """
    order = np.lexsort((kinds, things))
    thing, kind = things[order], kinds[order]
    new_thing = np.r_[True, thing[1:] != thing[:-1]]
    starts = np.flatnonzero(new_thing | np.r_[True, kind[1:] != kind[:-1]])
    alone = _alone(new_thing)[starts]
    firsts = order[starts]
    appearance = np.argsort(firsts, kind="stable")
    added: dict[str, Measure] = {}
    lost = False
    for name, measure in measures.items():
        values = np.add.reduceat(np.where(measure.valid, measure.values, 0)[order], starts)
        valid = np.logical_or.reduceat(measure.valid[order], starts)
        if name in NOT_ADDITIVE:
            lost |= bool((valid & ~alone).any())
            valid &= alone
        added[name] = Measure(values[appearance], valid[appearance])
    return Added(firsts[appearance], added, len(things) - len(starts), lost)


def _alone(new_thing: Bools) -> Bools:
    """For every line, in order, whether its thing has no other line."""
    starts = np.flatnonzero(new_thing)
    sizes = np.diff(np.r_[starts, len(new_thing)])
    return np.repeat(sizes == 1, sizes)
