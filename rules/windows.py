"""Decides what an entity did in a window: sums of its rows, ratios from sums, and "missing" kept apart from 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.metrics import metrics
from rules.entities import Floats, Ints, LevelFacts


def add_up(values: Floats, owner: Ints, count: int) -> Floats:
    """Sum per owner; an owner without a single known value is NaN."""
    known = ~np.isnan(values)
    total = np.bincount(owner, weights=np.where(known, values, 0.0), minlength=count)
    return np.where(np.bincount(owner, weights=known, minlength=count) > 0, total, np.nan)


def divide(above: Floats, below: Floats) -> Floats:
    """``above / below``; NaN where ``below`` is 0 or either is missing."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=(below != 0) & ~np.isnan(below))
    return out


def sums(facts: LevelFacts, first_day: int, last_day: int) -> dict[str, Floats]:
    """Additive metrics and ratios per entity over whole days; a longer period counts only when it lies inside."""
    inside = (facts.day >= first_day) & (facts.end_day <= last_day)
    owner, count = facts.entity[inside], len(facts.entities)
    columns = {name: add_up(values[inside], owner, count) for name, values in facts.values.items()}
    missing = np.full(count, np.nan)
    if "conversions" in columns:
        columns["conversions"][_mixed(facts.indicator[inside], owner, count)] = np.nan
    for name, metric in metrics().items():
        if metric.additive:
            columns.setdefault(name, missing)
        elif metric.kind == "ratio" and metric.numerator and metric.denominator:
            above = columns.get(metric.numerator, missing) * metric.scale
            columns[name] = divide(above, columns.get(metric.denominator, missing))
    return columns


def _mixed(indicator: Ints, owner: Ints, count: int) -> NDArray[np.bool_]:
    """Entities whose rows count unlike results, which are not added up."""
    told = indicator >= 0
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(least, owner[told], indicator[told])
    np.maximum.at(most, owner[told], indicator[told])
    out: NDArray[np.bool_] = most > least
    return out


def cut_periods(facts: LevelFacts, first_day: int, last_day: int) -> int:
    """How many rows of several days straddle the edge of the window and are therefore left out."""
    overlaps = (facts.day <= last_day) & (facts.end_day >= first_day)
    return int((overlaps & ~((facts.day >= first_day) & (facts.end_day <= last_day))).sum())
