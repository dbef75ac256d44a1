"""Small accounts built for the tests: facts in the form of Snapshot.facts from a few lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from engine.metrics import measured
from engine.snapshot import DIMENSIONS, Snapshot
from rules.loading import LoadedPack, shipped_packs

AS_OF = date(2026, 3, 2)


def row(day: int, ad: str = "A", **values: Any) -> dict[str, Any]:
    """One fact ``day`` days before (negative) the day of judging."""
    at = AS_OF + timedelta(days=day)
    named = {"platform": "meta", "account_id": "1", "account_name": "帳戶", "campaign_name": "C", "ad_group_name": "G"}
    fixed = dict.fromkeys(DIMENSIONS, "") | named | {"grain": "ad", "ad_name": ad, "date_day": at, "period_end": at}
    return fixed | values


def daily(ad: str, first: int, last: int, **values: Any) -> list[dict[str, Any]]:
    """The same numbers every day from ``first`` to ``last``."""
    return [row(day, ad, **values) for day in range(first, last + 1)]


def facts(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The frame of these rows with every measured metric."""
    frame = pd.DataFrame(list(rows), columns=None)
    for column in ("date_day", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    for name in measured():
        frame[name] = frame[name].astype("float64") if name in frame.columns else np.nan
    return frame


def snapshot(rows: Iterable[dict[str, Any]], account: str = "acme") -> Snapshot:
    """A snapshot of these rows."""
    return Snapshot(account, AS_OF, "TWD", facts(rows), "0" * 64)


def shipped(*names: str) -> list[LoadedPack]:
    """The shipped packs of these ids, in the order asked for. Raises KeyError where one is not shipped."""
    packs = {loaded[0].id: loaded for loaded in shipped_packs()}
    return [packs[name] for name in names]


def healthy(copies: int = 12, first: int = -40, last: int = -1, **values: Any) -> list[dict[str, Any]]:
    """Ads on par with each other."""
    numbers = {"impressions": 2000, "clicks": 30, "spend": 400, "conversions": 1} | values
    return [r for at in range(copies) for r in daily(f"good {at}", first, last, **numbers)]
