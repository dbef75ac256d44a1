"""Decides when an entity last delivered, and whether its account's data reach far enough to say that it stopped.

A row of 0 and no row at all mean the same, but only on a day for which the account has rows: an export that
ends early is "data incomplete", not a hundred ads that stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rules.entities import Bools, Floats, Ints, LevelFacts
from rules.windows import add_up

NEVER = -(10**6)
BEFORE_DAYS = 7
LEARNING_DAYS = 7
ACTIVE_DAYS = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """Per entity, judged on ``day`` (its account's last day with rows, at most the window's end)."""

    columns: dict[str, Floats]
    day: Ints
    data_incomplete: Bools
    scheduled_off: Bools
    young: Bools
    active: Bools
    first_delivery: Ints
    known: Bools  # has ever delivered


def extreme(days: Ints, owner: Ints, count: int, latest: bool) -> Ints:
    """The latest (or earliest) of the days of every owner; ``NEVER`` (or its negative) where it has none."""
    out = np.full(count, NEVER if latest else -NEVER, dtype=np.int64)
    (np.maximum if latest else np.minimum).at(out, owner, days)
    return out


def delivery(facts: LevelFacts, last_day: int) -> Delivery:
    """Delivery by day of every entity up to ``last_day``."""
    count = len(facts.entities)
    account = facts.entities["account"].to_numpy(dtype=np.int64)
    accounts = int(account.max(initial=-1)) + 1
    shown = facts.values.get("impressions", np.full(len(facts.day), np.nan))
    daily = (facts.end_day == facts.day) & (facts.day <= last_day)
    row_account = account[facts.entity[daily]]
    data_end = extreme(facts.day[daily], row_account, accounts, latest=True)
    data_start = extreme(facts.day[daily], row_account, accounts, latest=False)
    day = data_end[account]
    delivered = daily & (shown > 0)
    last = extreme(facts.day[delivered], facts.entity[delivered], count, latest=True)
    first = extreme(facts.day[delivered], facts.entity[delivered], count, latest=False)
    ever = last > NEVER

    def _sum(rows: Bools) -> Floats:
        return add_up(shown[rows], facts.entity[rows], count)

    row_last, row_day = last[facts.entity], day[facts.entity]
    on_day = daily & (facts.day == row_day)
    present = np.bincount(facts.entity[on_day], minlength=count) > 0
    today = np.where(present, _sum(on_day), 0.0)
    before = _sum(daily & (facts.day > row_last - BEFORE_DAYS) & (facts.day <= row_last)) / BEFORE_DAYS
    week_ago = np.nan_to_num(_sum(daily & (facts.day == row_day - 7)))
    columns = {
        "impressions_last_day": np.where(ever, today, np.nan),
        "impressions_per_day_before": np.where(ever, before, np.nan),
        "days_since_delivery": np.where(ever, (day - last).astype(np.float64), np.nan),
        "age_days": np.where(ever, (day - first + 1).astype(np.float64), np.nan),
    }
    return Delivery(
        columns=columns,
        day=day,
        data_incomplete=day < last_day,
        scheduled_off=ever & (first < day - 7) & (last > day - 7) & (week_ago <= 0),
        young=ever & (day - first < LEARNING_DAYS) & (first > data_start[account]),
        active=ever & (day - last <= ACTIVE_DAYS),
        first_delivery=first,
        known=ever,
    )
