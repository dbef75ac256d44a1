"""Decides which facts an example of a rule stands for, so that the example can be judged like an account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from engine.metrics import measured
from engine.snapshot import DIMENSIONS
from rules.example_form import Example, ExampleAd


def _rows(ad: ExampleAd, name: str, as_of: date) -> list[dict[str, Any]]:
    fixed = dict.fromkeys(DIMENSIONS, "") | {
        "platform": ad.platform,
        "account_id": "A1",
        "account_name": "A1",
        "grain": "ad",
        "breakdown": "placement" if ad.placement else "",
        "breakdown_value": ad.placement or "",
        "campaign_name": ad.campaign,
        "ad_group_name": ad.ad_group,
        "ad_name": name,
    }
    numbers = {"impressions": ad.impressions, "clicks": ad.clicks, "spend": ad.spend, "conversions": ad.conversions}
    days = [as_of + timedelta(days=at) for at in range(ad.days[0], ad.days[1] + 1)]
    return [{**fixed, "date_day": day, "period_end": day, **numbers} for day in days]


def example_facts(example: Example, as_of: date) -> tuple[pd.DataFrame, set[str]]:
    """The facts of an example in the form of ``Snapshot.facts``, and the names that must be flagged."""
    rows: list[dict[str, Any]] = []
    expected = set()
    for ad in example.ads:
        names = [ad.ad] if ad.copies == 1 else [f"{ad.ad} {at + 1}" for at in range(ad.copies)]
        for name in names:
            rows += _rows(ad, name, as_of)
        if ad.flag:
            expected |= {ad.placement} if ad.placement else set(names)
    frame = pd.DataFrame(rows)
    for column in ("date_day", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    for name in measured():
        frame[name] = frame[name].astype("float64") if name in frame.columns else float("nan")
    return frame, expected
