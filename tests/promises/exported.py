"""Decides what the planners spent last, read off the exports with the csv module alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from api.sample import Truth
from tests.sample import plain_reading as reading


def last_weeks_spend(exports: Path, truth: Truth, weeks: int = 4) -> dict[str, float]:
    """Spend of the last whole weeks per channel of the truth file, in NT$."""
    google, _ = reading.google(exports / "google-ads-campaigns.csv")
    meta, _ = reading.meta(exports / "meta-ads.csv")
    tables = {
        "google_ads": (google, ("Campaign type", "Day", "Cost")),
        "meta": (meta, ("目標", "天數", "花費金額 (TWD)")),
        "line": (reading.line(exports), ("campaign_objective", "day", "cost")),
    }
    first = date.fromisoformat(truth.end) - timedelta(days=7 * weeks - 1)
    spend: dict[str, float] = defaultdict(float)
    for channel in truth.channels:
        rows, (kind, day, cost) = tables[channel["platform"]]
        for row in rows:
            if row[kind] == channel["campaign_type"] and date.fromisoformat(row[day]) >= first:
                spend[channel["channel"]] += float(reading.number(row[cost]))
    return dict(spend)
