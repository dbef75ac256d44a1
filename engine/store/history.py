"""Decides what an import changes in history: which versions begin, which end, which resume later.

A file received on day d speaks about every row of its scope and days: the rows it holds are so from d on, the rows it
leaves out are withdrawn from d on, until the next file received later that covers the same row. So a file that
comes in late (received before others already imported) takes its place between them, and what a later file said stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.store.packing import pack
from engine.store.types import OPEN_DAY, Ints

Mask = npt.NDArray[np.bool_]


class Cover(NamedTuple):
    """What a later import covers: a scope, the days, and when it was received."""

    scope: int
    first_day: int
    last_day: int
    received_on: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of facts side by side; ``known_to`` is until when each holds (or held, for rows that stand already)."""

    scope: Ints
    entity: Ints
    date_day: Ints
    period_end: Ints
    occurrence: Ints
    known_to: Ints
    measures: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.entity)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: positions in the incoming and in the standing rows."""

    begin: Ints
    end: Ints
    resume: Ints
    resume_from: Ints
    new: int
    restated: int
    unchanged: int
    withdrawn: int


def known_until(scope: Ints, date_day: Ints, period_end: Ints, later: Iterable[Cover]) -> Ints:
    """The day from which a later import speaks about each row; OPEN_DAY where none does."""
    until = np.full(len(scope), OPEN_DAY, dtype=np.int64)
    for cover in later:
        covered = (scope == cover.scope) & (date_day >= cover.first_day) & (period_end <= cover.last_day)
        until[covered] = np.minimum(until[covered], cover.received_on)
    return until


def plan(incoming: Rows, standing: Rows, until: Ints) -> Plan:
    """Compares a file with the versions that hold on the day it was received, inside its scope and days.

    ``incoming.known_to`` and ``until`` say from when a later import takes over, for the file's rows and the standing.
    """
    if not len(standing):
        everything = np.arange(len(incoming), dtype=np.int64)
        nothing = np.empty(0, dtype=np.int64)
        return Plan(everything, nothing, nothing, nothing, len(incoming), 0, 0, 0)
    place = _places(incoming, standing)
    matched = np.flatnonzero(place >= 0)
    same = _same(incoming, standing, matched, place[matched])
    unchanged = matched[same]
    restated = matched[~same]
    seen = np.zeros(len(standing), dtype=np.bool_)
    seen[place[matched]] = True
    kept = np.zeros(len(standing), dtype=np.bool_)
    kept[place[unchanged]] = True
    ended = np.flatnonzero(~kept)
    resumed = ended[until[ended] < standing.known_to[ended]]
    begins = np.ones(len(incoming), dtype=np.bool_)
    begins[unchanged] = False
    return Plan(
        begin=np.flatnonzero(begins),
        end=ended,
        resume=resumed,
        resume_from=until[resumed],
        new=len(incoming) - len(matched),
        restated=len(restated),
        unchanged=len(unchanged),
        withdrawn=int((~seen).sum()),
    )


def _places(incoming: Rows, standing: Rows) -> Ints:
    """Where each incoming row stands already; -1 where it does not."""
    both = (
        np.concatenate([mine, theirs])
        for mine, theirs in (
            (incoming.entity, standing.entity),
            (incoming.date_day, standing.date_day),
            (incoming.period_end, standing.period_end),
            (incoming.occurrence, standing.occurrence),
        )
    )
    keys = pack(list(both))
    return np.asarray(pd.Index(keys[len(incoming) :]).get_indexer(pd.Index(keys[: len(incoming)])), dtype=np.int64)


def _same(incoming: Rows, standing: Rows, mine: Ints, theirs: Ints) -> Mask:
    """Whether every measure of each pair is equal."""
    same = np.ones(len(mine), dtype=np.bool_)
    for name, values in incoming.measures.items():
        same &= values[mine] == standing.measures[name][theirs]
    return same
