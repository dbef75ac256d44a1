"""Decides what successive exports said of each day: its conversions as every file that covers the day told them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.money import MICROS
from engine.store.tables import Coverage, Fact, Scope
from engine.store.types import day_to_int, ints_to_days

COLUMNS = ("platform", "scope", "date_day", "seen_on", "conversions")


def conversion_receipts(session: Session, known_on: date, days: int) -> pd.DataFrame:
    """One row per export and day it covers: ``platform``, ``scope``, ``date_day``, ``seen_on``, ``conversions``.

    ``scope`` numbers the account's kinds of export; of each platform account only the one received on most days is
    told, so that no conversion is counted at two grains. Only days within ``days`` before ``known_on``, and only what
    was received by then. A day none of whose rows says how many has no row.
    """
    on, since = day_to_int(known_on), day_to_int(known_on - timedelta(days=days))
    parts = []
    for scope, platform in _chosen(session, on, since):
        values = (Fact.date_day, Fact.known_from, Fact.known_to, func.sum(Fact.conversions))
        counted = (
            select(*values)
            .where(Fact.scope_pk == scope, Fact.date_day == Fact.period_end, Fact.date_day >= since)
            .where(Fact.known_from <= on, Fact.conversions.is_not(None))
            .group_by(Fact.date_day, Fact.known_from, Fact.known_to)
        )
        rows = np.array([[float(cell) for cell in row] for row in session.execute(counted)]).reshape(-1, 4)
        covers = select(Coverage.received_on, Coverage.first_day, Coverage.last_day).where(
            Coverage.scope_pk == scope, Coverage.received_on <= on, Coverage.last_day >= since
        )
        told = [_as_received(rows, *cover) for cover in sorted({tuple(row) for row in session.execute(covers)})]
        parts += [part.assign(platform=platform, scope=scope) for part in told]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    return found.drop_duplicates(["scope", "date_day", "seen_on"])[list(COLUMNS)]


def _chosen(session: Session, on: int, since: int) -> list[tuple[int, str]]:
    """Per platform account the kind of export that was received on most days."""
    received = func.count(func.distinct(Coverage.received_on))
    statement = (
        select(Scope.pk, Scope.platform, Scope.account_id, received)
        .join(Coverage, Coverage.scope_pk == Scope.pk)
        .where(Scope.breakdown == "", Scope.daily, Coverage.received_on <= on, Coverage.last_day >= since)
        .group_by(Scope.pk, Scope.platform, Scope.account_id)
    )
    best: dict[tuple[str, str], tuple[int, int]] = {}
    for scope, platform, account, count in session.execute(statement):
        best[platform, account] = max(best.get((platform, account), (0, 0)), (int(count), -int(scope)))
    return [(-scope, platform) for (platform, _), (_, scope) in sorted(best.items())]


def _as_received(rows: np.ndarray, received_on: int, first_day: int, last_day: int) -> pd.DataFrame:
    """What one file said of its days: the versions that held on the day it was received."""
    held = (rows[:, 1] <= received_on) & (rows[:, 2] > received_on)
    held &= (rows[:, 0] >= first_day) & (rows[:, 0] <= last_day)
    days, place = np.unique(rows[held, 0].astype(np.int64), return_inverse=True)
    seen = np.full(len(days), received_on, dtype=np.int64)
    total = np.bincount(place, weights=rows[held, 3], minlength=len(days)) / MICROS
    return pd.DataFrame({"date_day": ints_to_days(days), "seen_on": ints_to_days(seen), "conversions": total})
