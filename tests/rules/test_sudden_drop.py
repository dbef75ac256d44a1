"""How often ordinary weeks raise the alarm for a sudden drop, and how often a day with six in ten gone does.

Sound campaigns of four sizes: a weekday pattern, noise from day to day, a slow decline, a holiday in one of the weeks.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.metrics import measured
from engine.snapshot import DIMENSIONS, Snapshot
from rules.judge import judge
from rules.loading import shipped_packs

AS_OF = date(2026, 3, 3)
DAYS, CAMPAIGNS = 64, 400
LOST = 0.6


def _impressions(noise: float, *, lost: float, weekly: float = 0.0, holiday: bool = False, seed: int = 7):
    """Impressions of campaigns x days; the last day has lost a share of its own."""
    rng = np.random.default_rng(seed)
    size = np.resize([300.0, 1000.0, 5000.0, 50_000.0], CAMPAIGNS)[:, None]
    day = np.arange(DAYS)
    week = np.array([1.0, 1.0, 0.95, 1.0, 1.1, 0.7, 0.6])[day % 7]
    level = size * week * np.exp(weekly * (day - DAYS) / 7 + rng.normal(0, noise, (CAMPAIGNS, DAYS)))
    if holiday:
        level[:, DAYS - 22 : DAYS - 20] *= 0.4
    level[:, -1] *= 1 - lost
    return rng.poisson(level)


def _named(impressions) -> float:
    """The share of campaigns that the shipped rule names on the morning after the last day."""
    days = pd.date_range(end=pd.Timestamp(AS_OF) - pd.Timedelta(days=1), periods=DAYS)
    names = [f"C{number}" for number in range(CAMPAIGNS)]
    frame = pd.DataFrame(
        dict.fromkeys(DIMENSIONS, "")
        | {"platform": "meta", "account_id": "A1", "grain": "campaign", "campaign_name": np.repeat(names, DAYS)}
        | {"date_day": np.tile(days, CAMPAIGNS), "period_end": np.tile(days, CAMPAIGNS)}
        | dict.fromkeys(measured(), np.nan)
        | {"impressions": impressions.reshape(-1).astype(float), "spend": 0.1 * impressions.reshape(-1)}
    )
    pack = next(loaded for loaded in shipped_packs() if loaded[0].id == "sudden_drop")
    said = judge(Snapshot("x", AS_OF, "TWD", frame, "h"), AS_OF, packs=[pack])
    return sum(one.subject.level == "campaign" for one in said.recommendations) / CAMPAIGNS


@pytest.mark.parametrize(
    ("noise", "more", "most"),
    [
        (0.1, {}, 0.0025),
        (0.2, {}, 0.005),
        (0.2, {"weekly": -0.05, "holiday": True}, 0.015),
        (0.35, {"weekly": -0.05, "holiday": True}, 0.03),
    ],
    ids=["steady", "ordinary", "declining, with a holiday", "restless"],
)
def test_ordinary_weeks_are_seldom_an_alarm(noise, more, most):
    assert _named(_impressions(noise, lost=0.0, **more)) <= most


@pytest.mark.parametrize(("noise", "least"), [(0.1, 0.9), (0.2, 0.55)])
def test_six_in_ten_gone_is_seen(noise, least):
    assert _named(_impressions(noise, lost=LOST)) >= least
