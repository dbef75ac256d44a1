"""Decides what an entity did in a window: sums of its rows, ratios from sums, and "missing" kept apart from 0."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.metrics import metrics
from rules.entities import Bools, Floats, Ints, LevelFacts


def add_up(values: Floats, owner: Ints, count: int, among: Bools | None = None) -> Floats:
    """Sum per owner; an owner without a single known value is NaN. ``among``: the owners that have a row, if known."""
    missing = np.isnan(values)
    if missing.any():
        values, owner, among = values[~missing], owner[~missing], None
    total = np.bincount(owner, weights=values, minlength=count)
    return np.where(_having(owner, count) if among is None else among, total, np.nan)


def _having(owner: Ints, count: int) -> Bools:
    """Which owners have a row."""
    out = np.zeros(count, dtype=np.bool_)
    out[owner] = True
    return out


def divide(above: Floats, below: Floats) -> Floats:
    """``above / below``; NaN where ``below`` is 0 or either is missing."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=(below != 0) & ~np.isnan(below))
    return out


def inside(facts: LevelFacts, first_day: int, last_day: int) -> Bools:
    """Rows that lie wholly in a window; a longer period counts only when it lies inside."""
    out: Bools = (facts.day >= first_day) & (facts.end_day <= last_day)
    return out


def span(facts: LevelFacts, first_day: int, last_day: int) -> Bools | slice:
    """``inside``, as a slice where no row is of several days: they come in the order of their days."""
    if not facts.single_days:
        return inside(facts, first_day, last_day)
    return slice(*np.searchsorted(facts.day, (first_day, last_day + 1)).tolist())


def sums(facts: LevelFacts, first_day: int, last_day: int) -> dict[str, Floats]:
    """Every additive metric and ratio per entity over whole days."""
    return sums_of(facts, span(facts, first_day, last_day), metrics())


def sums_of(facts: LevelFacts, rows: Bools | slice, names: Iterable[str]) -> dict[str, Floats]:
    """The additive metrics and ratios ``names`` (and what they are divided from) per entity over the chosen rows."""
    wanted = set(names) | {part for name in names for part in parts_of(name)}
    owner, count = facts.entity[rows], len(facts.entities)
    among = _having(owner, count)
    columns = {
        name: add_up(values[rows], owner, count, among) for name, values in facts.values.items() if name in wanted
    }
    missing = np.full(count, np.nan)
    if "conversions" in columns:
        columns["conversions"][_mixed(facts.indicator[rows], owner, count)] = np.nan
    for name, metric in metrics().items():
        if name in wanted and metric.additive:
            columns.setdefault(name, missing)
    return columns | ratios_of(columns, wanted)


def ratios_of(columns: dict[str, Floats], names: Iterable[str]) -> dict[str, Floats]:
    """The ratios among ``names`` from sums."""
    wanted, out = set(names), {}
    for name, metric in metrics().items():
        if name in wanted and metric.numerator and metric.denominator:
            out[name] = divide(columns[metric.numerator] * metric.scale, columns[metric.denominator])
    return out


def parts_of(name: str) -> tuple[str, ...]:
    """What is summed for a metric: itself, or numerator and denominator of a ratio."""
    metric = metrics()[name]
    return (metric.numerator, metric.denominator) if metric.numerator and metric.denominator else (name,)


def _mixed(indicator: Ints, owner: Ints, count: int) -> Bools:
    """Entities whose rows count unlike results, which are not added up."""
    told = indicator >= 0
    if not told.any():
        return np.zeros(count, dtype=np.bool_)
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(least, owner[told], indicator[told])
    np.maximum.at(most, owner[told], indicator[told])
    out: Bools = most > least
    return out


def daily(facts: LevelFacts, first_day: int, last_day: int, name: str, owner: Ints | None = None) -> Floats:
    """An additive metric by entity (or by the ``owner`` of each) and day of the window; NaN where there is no row."""
    days, count = last_day - first_day + 1, len(facts.entities) if owner is None else int(owner.max(initial=-1)) + 1
    values = facts.values.get(name)
    if values is None:
        return np.full((count, days), np.nan)
    rows = inside(facts, first_day, last_day) & (facts.day == facts.end_day)
    entity = facts.entity[rows]
    cell = (entity if owner is None else owner[entity]) * days + facts.day[rows] - first_day
    return add_up(values[rows], cell, count * days).reshape(count, days)


def cut_periods(facts: LevelFacts, first_day: int, last_day: int) -> int:
    """How many rows of several days straddle the edge of the window and are therefore left out."""
    overlaps = (facts.day <= last_day) & (facts.end_day >= first_day)
    return int((overlaps & ~inside(facts, first_day, last_day)).sum())
