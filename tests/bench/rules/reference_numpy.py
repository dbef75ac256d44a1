"""The yardstick of aggregation and conditions: numpy only, no reasons, no statistics, nothing kept.

Rows are added up once, by ad, for every span of days that a rule looks at; groups, campaigns and accounts are added up
from those sums, since every ad has one of each. Only the metrics that a rule reads are added. Every distinct comparison
is computed once a span and packed to bits; a comparison with a missing number is false. Statistics (peers, lag, trends,
wear) are handed in as columns that are ready.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rules.condition_form import All, Condition, Not, Test

LEVELS = {"ad": "ad_id", "ad_group": "ad_group_id", "campaign": "campaign_id", "account": "account_id"}
RATIOS = {
    "ctr": ("clicks", "impressions", 1.0),
    "cpc": ("spend", "clicks", 1.0),
    "cpm": ("spend", "impressions", 1000.0),
    "cpa": ("spend", "conversions", 1.0),
    "cvr": ("conversions", "clicks", 1.0),
    "roas": ("conversion_value", "spend", 1.0),
}
LATE = frozenset({"conversions", "conversion_value", "cpa", "cvr", "roas"})
ABOVE = {"ad": "ad_group", "ad_group": "campaign", "campaign": "account"}
COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
Span = tuple[int, int]
Numbers = dict[str, np.ndarray]


class Sums:
    """Sums by level and span of one frame of facts at ad grain; days count since 1970-01-01."""

    def __init__(self, facts: pd.DataFrame, metrics: Sequence[str]) -> None:
        """Numbers the ads and puts the rows in the order of their days, so that a span is a slice."""
        day = facts["date_day"].to_numpy(dtype="datetime64[D]").astype(np.int64)
        order = np.argsort(day, kind="stable")
        self.day = day[order]
        ad, _ = pd.factorize(facts["ad_id"])
        self.ads = int(ad.max()) + 1
        row = np.empty(self.ads, dtype=np.int64)
        row[ad] = np.arange(len(ad))
        self.owner = ad[order]
        self.up: dict[str, np.ndarray] = {"ad": np.arange(self.ads)}
        for level in ("ad_group", "campaign", "account"):
            self.up[level] = pd.factorize(facts[LEVELS[level]].take(row))[0]
        self.values = {name: facts[name].to_numpy()[order] for name in metrics}
        self.kept: dict[tuple[str, Span, str], np.ndarray] = {}

    def total(self, level: str, span: Span, name: str) -> np.ndarray:
        """The sum of an additive metric; NaN where no row of the span says."""
        key = (level, span, name)
        if key not in self.kept:
            first, last = np.searchsorted(self.day, (span[0], span[1] + 1))
            if level == "ad":
                owner, values = self.owner[first:last], self.values[name][first:last]
                total = np.bincount(owner, weights=values, minlength=self.ads)
                known = np.bincount(owner, minlength=self.ads) > 0
            else:
                below, up = self.total("ad", span, name), self.up[level]
                seen = ~np.isnan(below)
                total = np.bincount(up, weights=np.where(seen, below, 0.0))
                known = np.bincount(up, weights=seen) > 0
            self.kept[key] = np.where(known, total, np.nan)
        return self.kept[key]

    def metric(self, level: str, span: Span, name: str) -> np.ndarray:
        """An additive metric or a ratio of sums."""
        if name not in RATIOS:
            return self.total(level, span, name)
        above, below, scale = RATIOS[name]
        return _divide(self.total(level, span, above) * scale, self.total(level, span, below))

    def side(self, level: str, span: Span, name: str, side: str) -> np.ndarray | None:
        """The other side of a comparison where it is made of sums: the previous span, the level above, its rest."""
        if side == "previous":
            days = span[1] - span[0] + 1
            return self.metric(level, (span[0] - days, span[0] - 1), name)
        if side not in ("parent", "rest"):
            return None
        pool = np.empty(int(self.up[level].max()) + 1, dtype=np.int64)
        pool[self.up[level]] = self.up[ABOVE[level]]
        parts = RATIOS[name][:2] if name in RATIOS else (name,)
        own = [self.total(level, span, part) for part in parts]
        known = np.logical_and.reduce([~np.isnan(values) for values in own])
        sums = []
        for values in own:
            counted = np.where(known, values, 0.0)
            whole = np.bincount(pool, weights=counted)[pool]
            sums.append(whole if side == "parent" else whole - counted)
        return sums[0] if len(sums) == 1 else _divide(sums[0] * RATIOS[name][2], sums[1])


def _divide(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def columns_of(sums: Sums, level: str, span: Span, wanted: Sequence[str], ready: Mapping[str, np.ndarray]) -> Numbers:
    """The columns that the conditions of a level and span read: summed here, or ``ready`` where they are statistics."""
    found: Numbers = {}
    for column in wanted:
        name, _, side = column.partition("@")
        summed = name in RATIOS or name in sums.values
        made = None
        if summed:
            late = name in LATE and side  # conversions still to be reported are allowed for, which is a statistic
            made = None if late else sums.side(level, span, name, side) if side else sums.metric(level, span, name)
        found[column] = ready[column] if made is None else made
    return found


def masks(conditions: Sequence[Condition], columns: Mapping[str, np.ndarray], count: int) -> list[np.ndarray]:
    """A boolean per entity for every condition of one level and span; distinct comparisons once, packed."""
    seen: dict[Test, np.ndarray] = {}

    def answer(when: Any) -> np.ndarray:
        if isinstance(when, Test):
            if when not in seen:
                seen[when] = np.packbits(compare(when))
            return seen[when]
        if isinstance(when, Not):
            return ~answer(when.negated)
        parts = [answer(part) for part in (when.all if isinstance(when, All) else when.any)]
        return (np.bitwise_and if isinstance(when, All) else np.bitwise_or).reduce(parts)

    def compare(test: Test) -> np.ndarray:
        left = columns[test.metric]
        if isinstance(test.value, tuple):
            return (left >= test.value[0]) & (left <= test.value[1])
        if test.than is not None:
            return COMPARE[test.op](left, columns[test.than.column] * test.than.times)
        return COMPARE[test.op](left, test.value)

    return [np.unpackbits(answer(when), count=count).view(bool) for when in conditions]
