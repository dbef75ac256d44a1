"""Small frames of facts in the columns the store hands over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.snapshot import DIMENSIONS


def facts(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Facts from rows that name only what differs; text dimensions default to empty, metrics to missing."""
    frame = pd.DataFrame(rows)
    for name in DIMENSIONS:
        frame[name] = frame[name].fillna("") if name in frame else ""
    frame["date_day"] = pd.to_datetime(frame["date_day"])
    frame["period_end"] = pd.to_datetime(frame["period_end"]) if "period_end" in frame else frame["date_day"]
    frame["period_end"] = frame["period_end"].fillna(frame["date_day"])
    for metric in ("spend", "impressions", "clicks", "conversions", "conversions_value"):
        frame[metric] = frame[metric].astype("float64") if metric in frame else np.nan
    return frame


def day_facts(
    start: str = "2025-01-06",
    days: int = 14,
    *,
    platform: str = "google_ads",
    campaign_type: str = "search",
    grain: str = "campaign",
    spend: float = 100.0,
    conversions: float | None = 5.0,
    **more: Any,
) -> list[dict[str, Any]]:
    """One row a day of one campaign."""
    return [
        {
            "platform": platform,
            "account_id": "1",
            "grain": grain,
            "campaign_id": f"{platform}-{campaign_type}",
            "campaign_type": campaign_type,
            "date_day": day,
            "spend": spend,
            "conversions": conversions,
            **more,
        }
        for day in pd.date_range(start, periods=days)
    ]
