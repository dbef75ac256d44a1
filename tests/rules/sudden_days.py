"""Sound campaigns of four sizes, and the share of them that the shipped rule for a sudden drop names.

``python -m tests.rules.sudden_days`` measures false alarms and what is found of a day with six in ten gone.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from engine.metrics import measured
from engine.snapshot import DIMENSIONS, Snapshot
from rules.judge import judge
from tests.rules.accounts import shipped

AS_OF = date(2026, 3, 3)
DAYS, CAMPAIGNS = 64, 400
LOST = 0.6


def impressions(noise: float, *, lost: float, weekly: float = 0.0, holiday: bool = False, seed: int = 7):
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


def named(shown) -> float:
    """The share of campaigns that the shipped rule names on the morning after the last day."""
    days = pd.date_range(end=pd.Timestamp(AS_OF) - pd.Timedelta(days=1), periods=DAYS)
    names = [f"C{number}" for number in range(CAMPAIGNS)]
    frame = pd.DataFrame(
        dict.fromkeys(DIMENSIONS, "")
        | {"platform": "meta", "account_id": "A1", "grain": "campaign", "campaign_name": np.repeat(names, DAYS)}
        | {"date_day": np.tile(days, CAMPAIGNS), "period_end": np.tile(days, CAMPAIGNS)}
        | dict.fromkeys(measured(), np.nan)
        | {"impressions": shown.reshape(-1).astype(float), "spend": 0.1 * shown.reshape(-1)}
    )
    said = judge(Snapshot("x", AS_OF, "TWD", frame, "h"), AS_OF, packs=shipped("sudden_drop"))
    return sum(one.subject.level == "campaign" for one in said.recommendations) / CAMPAIGNS


RESTLESS = {"weekly": -0.05, "holiday": True}


def main() -> None:
    """Prints the table: noise of a day, what else is in the weeks, false alarms and finds in per cent."""
    for noise in (0.1, 0.2, 0.35):
        for more in ({}, RESTLESS):
            said = [
                np.mean([named(impressions(noise, lost=lost, seed=seed, **more)) for seed in (7, 8, 9)])
                for lost in (0.0, LOST)
            ]
            weeks = "decline, holiday" if more else "even"
            print(f"noise {noise:.2f}  {weeks:16}  false {said[0]:.1%}  found {said[1]:.0%}")


if __name__ == "__main__":
    main()
