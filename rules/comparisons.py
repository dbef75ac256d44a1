"""Decides what a metric is compared with: the same one at another time, of the level above, or of like entities.

    than: {of: previous}       the window of equal length just before
    than: {of: same_weekday}   the median of the same weekdays of the eight weeks before
    than: {of: first_days}     the seven days that followed the entity's learning phase
    than: {of: parent}, rest   the level above, with and without the entity itself
    than: {of: peers}          the others of its ad group (campaign, account) of the same type and placement

A side that is not known is NaN, which conditions answer "no data". Ratios are always made from sums.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from engine.metrics import metrics
from rules.delivery import LEARNING_DAYS, Delivery
from rules.entities import Bools, Floats, Ints, LevelFacts
from rules.peers import LEAST_PEERS, peer_sets
from rules.windows import divide, parts_of, span, sums_of

WEEKS, LEAST_WEEKS, WEEK = 8, 4, 7
ABOVE = {"ad": "group_key", "placement": "campaign_key", "ad_group": "campaign_key", "campaign": "account_key"}


def previous(facts: LevelFacts, first_day: int, last_day: int, name: str) -> Floats:
    """``name`` over the window of equal length just before."""
    days = last_day - first_day + 1
    return sums_of(facts, span(facts, first_day - days, first_day - 1), [name])[name]


def earlier_weeks(facts: LevelFacts, first_day: int, last_day: int, name: str) -> Floats:
    """``name`` over the same weekdays of each of the eight weeks before: weeks x entities."""
    weeks = [span(facts, first_day - WEEK * at, last_day - WEEK * at) for at in range(1, WEEKS + 1)]
    return np.array([sums_of(facts, rows, [name])[name] for rows in weeks])


def median_of_weeks(weeks: Floats) -> Floats:
    """Median per entity over the weeks that are known; NaN where fewer than four are."""
    enough = (~np.isnan(weeks)).sum(axis=0) >= LEAST_WEEKS
    out = np.full(weeks.shape[1], np.nan)
    if enough.any():
        out[enough] = np.nanmedian(weeks[:, enough], axis=0)
    return out


def first_days_rows(facts: LevelFacts, delivered: Delivery, first_day: int) -> Bools:
    """Rows in the week after the learning phase of their entity, where that week ended before ``first_day``."""
    start = delivered.first_delivery + LEARNING_DAYS
    usable = delivered.known & (start + WEEK <= first_day)
    begin = start[facts.entity]
    out: Bools = usable[facts.entity] & (facts.day >= begin) & (facts.end_day < begin + WEEK)
    return out


def first_days(facts: LevelFacts, delivered: Delivery, first_day: int, name: str) -> Floats:
    """``name`` over the seven days that followed learning; a start before the data counts as their first day."""
    return sums_of(facts, first_days_rows(facts, delivered, first_day), [name])[name]


def above(facts: LevelFacts, columns: dict[str, Floats], name: str, *, own: bool) -> Floats:
    """``name`` of the level above: with the entity's ``own`` part or of the rest only."""
    if facts.level not in ABOVE:
        return np.full(len(facts.entities), np.nan)
    pool = pd.factorize(facts.entities[ABOVE[facts.level]])[0].astype(np.int64)
    parts = parts_of(name)
    # A ratio of the rest counts only those who have both of its parts.
    known = np.logical_and.reduce([~np.isnan(columns[part]) for part in parts])
    pooled = [_pooled(columns[part], known, pool, own=own) for part in parts]
    return pooled[0] if len(pooled) == 1 else divide(pooled[0] * metrics()[name].scale, pooled[1])


def _pooled(values: Floats, known: Bools, pool: Ints, *, own: bool) -> Floats:
    counted = np.where(known, values, 0.0)
    total = np.bincount(pool, weights=counted)[pool] - (0.0 if own else counted)
    members = np.bincount(pool, weights=known)[pool] - (0.0 if own else known)
    out: Floats = np.where(members > 0, total, np.nan)
    return out


def peers(facts: LevelFacts, columns: dict[str, Floats], name: str) -> Floats:
    """``name`` of like entities without the entity itself: pooled for ratios, their mean for what is added up."""
    out = np.full(len(facts.entities), np.nan)
    for value, others in _peer_sets(facts, columns, name):
        fits = np.isnan(out) & (others >= LEAST_PEERS)
        out[fits] = value[fits]
    return out


def _peer_sets(facts: LevelFacts, columns: dict[str, Floats], name: str) -> Iterator[tuple[Floats, Floats]]:
    parts = parts_of(name)
    known = np.logical_and.reduce([~np.isnan(columns[part]) for part in parts])
    for pool in peer_sets(facts.entities):
        others = np.bincount(pool, weights=known)[pool] - known
        pooled = [_pooled(columns[part], known, pool, own=False) for part in parts]
        if len(pooled) == 1:
            yield divide(pooled[0], others), others
        else:
            yield divide(pooled[0] * metrics()[name].scale, pooled[1]), others
