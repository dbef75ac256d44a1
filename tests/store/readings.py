"""Readings made by hand: what a file says, without a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from engine.metrics import metrics
from engine.snapshot import DIMENSIONS

TEXTS = (*DIMENSIONS, "currency", "attribution")


@dataclass(frozen=True, slots=True)
class MadeReport:
    file: str
    sha256: str
    platform: str = "google_ads"
    grain: str = "campaign"
    breakdown: str = ""
    currency: str | None = "TWD"
    period: tuple[date, date] | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    rows_kept: int = 0
    sums: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeReading:
    table: pd.DataFrame
    report: MadeReport


def row(campaign: str, day: str | date, spend: int | None = 0, **more: Any) -> dict[str, Any]:
    """One row of a file; spend in whole NT$, other metrics as they are stored in a reading."""
    made: dict[str, Any] = dict.fromkeys(TEXTS, "")
    made |= {"platform": "google_ads", "account_id": "123-456", "grain": "campaign", "currency": "TWD"}
    made |= {"campaign_name": campaign, "date_day": pd.Timestamp(day), "period_end": pd.Timestamp(day)}
    made |= {"spend": None if spend is None else spend * 1_000_000}
    return made | more


def reading(
    *rows: Mapping[str, Any], period: tuple[str, str] | None = None, sha256: str | None = None, **report: Any
) -> MadeReading:
    """A file that holds these rows; its hash follows from the rows unless one is given."""
    table = pd.DataFrame(list(rows))
    for name, metric in metrics().items():
        if name in table:
            table[name] = table[name].astype("float64" if metric.kind == "real" else "Int64")
    for name in ("date_day", "period_end"):
        table[name] = pd.to_datetime(table[name])
    table["source_row"] = np.arange(4, 4 + len(table))
    digest = sha256 or hashlib.sha256(repr((rows, period)).encode()).hexdigest()
    span = (date.fromisoformat(period[0]), date.fromisoformat(period[1])) if period else None
    return MadeReading(table, MadeReport("export.csv", digest, period=span, rows_kept=len(table), **report))


def large_reading(rows: int, seed: int = 0) -> MadeReading:
    """A Google export of many ads by day, in the order a platform writes it."""
    rng = np.random.default_rng(seed)
    ads = max(rows // 365, 1)
    place = np.arange(rows)
    ad, day = place % ads, place // ads
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(day, unit="D")
    table = pd.DataFrame({"platform": pd.Series("google_ads", index=place, dtype="str")})
    table["account_id"], table["account_name"] = "123-456-7890", "範例廣告主"
    table["grain"], table["breakdown"], table["breakdown_value"] = "ad", "", ""
    for level, count in (("campaign", 25), ("ad_group", 250), ("ad", ads)):
        number = pd.Series(ad % count)
        table[f"{level}_id"] = (number + 10_000_000).astype("str")
        table[f"{level}_name"] = "名稱 " + number.astype("str")
    table["campaign_type"], table["result_indicator"], table["attribution"] = "搜尋", "", ""
    table["currency"] = "TWD"
    table["date_day"] = table["period_end"] = days
    table["source_row"] = place + 4
    table["spend"] = pd.array(rng.integers(0, 500_000_000, rows), dtype="Int64")
    table["impressions"] = pd.array(rng.integers(0, 50_000, rows), dtype="Int64")
    table["clicks"] = pd.array(rng.integers(0, 2_000, rows), dtype="Int64")
    table["conversions"] = rng.integers(0, 4_000, rows) / 100
    table["conversions_value"] = pd.array(rng.integers(0, 900_000_000, rows), dtype="Int64")
    table.loc[rng.random(rows) < 0.05, "conversions"] = np.nan
    digest = hashlib.sha256(f"{rows}/{seed}".encode()).hexdigest()
    return MadeReading(table, MadeReport("large.csv", digest, grain="ad", rows_kept=rows))
