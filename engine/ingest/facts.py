"""Decides the form in which a file's lines travel through the import: dimensions, days, rows and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.ingest.fields import COUNTS, MONEY, STORED
from engine.ingest.grid import Bools, Ints, Labels
from engine.ingest.measures import Measure
from engine.ingest.when import Days
from engine.snapshot import DIMENSIONS

EXTRA = ("currency", "attribution")


@dataclass(frozen=True, slots=True)
class Facts:
    """Lines of one length: ``dimensions`` by the names of a snapshot plus currency and attribution."""

    dimensions: dict[str, Labels]
    start: Days
    end: Days
    rows: Ints
    measures: dict[str, Measure]

    def __len__(self) -> int:
        return len(self.rows)

    def keep(self, mask: Bools) -> Facts:
        """Some of the lines."""
        chosen = as_slice(mask)
        return Facts(
            {name: Labels(labels.codes[chosen], labels.values) for name, labels in self.dimensions.items()},
            self.start[chosen],
            self.end[chosen],
            self.rows[chosen],
            {name: Measure(m.values[chosen], m.valid[chosen]) for name, m in self.measures.items()},
        )

    def pick(self, lines: Ints, measures: dict[str, Measure]) -> Facts:
        """The lines at ``lines`` with measures that were worked out for them."""
        return Facts(
            {name: Labels(labels.codes[lines], labels.values) for name, labels in self.dimensions.items()},
            self.start[lines],
            self.end[lines],
            self.rows[lines],
            measures,
        )

    def table(self) -> pd.DataFrame:
        """The frame that is handed on; columns and types as ``Reading`` says."""
        columns: dict[str, object] = {name: self.dimensions[name].categorical() for name in (*DIMENSIONS, *EXTRA)}
        columns["date_day"] = self.start.astype("datetime64[s]")
        columns["period_end"] = self.end.astype("datetime64[s]")
        columns["source_row"] = self.rows
        for name in STORED:
            columns[name] = _column(name, self.measures.get(name), len(self))
        return pd.DataFrame(columns, copy=False)


def as_slice(mask: Bools) -> Bools | slice:
    """The mask, or the slice that is the same: totals mostly stand at one end, and a slice copies nothing."""
    lines = int(mask.sum())
    first = int(mask.argmax()) if lines else 0
    return slice(first, first + lines) if mask[first : first + lines].all() else mask


def _column(name: str, measure: Measure | None, lines: int) -> object:
    if name in MONEY or name in COUNTS:
        if measure is None:
            return pd.arrays.IntegerArray(np.zeros(lines, dtype=np.int64), np.ones(lines, dtype=bool))
        return pd.arrays.IntegerArray(measure.values.astype(np.int64, copy=False), ~measure.valid)
    if measure is None:
        return np.full(lines, np.nan)
    return np.where(measure.valid, measure.values, np.nan)


def melt(facts: Facts, wide: Mapping[tuple[str, str], Measure]) -> Facts:
    """A wide table as one line a channel: the channel becomes the campaign's name."""
    channels = list(dict.fromkeys(channel for _, channel in wide))
    lines, times = len(facts), len(channels)
    dimensions = {
        name: Labels(np.tile(labels.codes, times), labels.values) for name, labels in facts.dimensions.items()
    }
    dimensions["campaign_name"] = Labels(np.repeat(np.arange(times, dtype=np.int32), lines), tuple(channels))
    dimensions["grain"] = Labels.constant("campaign", lines * times)
    nothing = Measure(np.zeros(lines, dtype=np.int64), np.zeros(lines, dtype=bool))
    measures = {}
    for metric in dict.fromkeys(metric for metric, _ in wide):
        parts = [wide.get((metric, channel), nothing) for channel in channels]
        measures[metric] = Measure(
            np.concatenate([part.values for part in parts]), np.concatenate([part.valid for part in parts])
        )
    return Facts(
        dimensions, np.tile(facts.start, times), np.tile(facts.end, times), np.tile(facts.rows, times), measures
    )
