"""How often the shipped rules speak about accounts in which nothing is wrong: ``python -m tests.rules.quiet_accounts``.

Sound accounts have weekdays, clustered clicks and orders, and days of more or less traffic that all ads share. Whatever
is flagged is false. Printed per rule: entities flagged at least once in the nights looked at, of those looked at.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import timedelta

import numpy as np
import pandas as pd

from engine.metrics import measured
from engine.snapshot import DIMENSIONS, Snapshot
from rules.judge import judge
from rules.judgement import Targets
from tests.rules.accounts import AS_OF

DAYS, ADS, GROUPS, CAMPAIGNS = 120, 32, 8, 4
PLATFORMS = ("meta", "google_ads", "line", "tiktok")
TARGETS = Targets(dict.fromkeys(PLATFORMS, 300.0), target_roas=dict.fromkeys(PLATFORMS, 4.0))


def sound_account(seed: int, platform: str = "meta", nights: int = 1) -> pd.DataFrame:
    """Facts by ad and day up to the last of ``nights`` mornings, all ads on par and on target."""
    rng = np.random.default_rng(seed)
    days = DAYS + nights - 1
    at = [AS_OF + timedelta(days=int(d)) for d in range(-DAYS, nights - 1)]
    week = np.array([1.0, 1.0, 0.95, 1.0, 1.1, 1.25, 1.2])[[d.weekday() for d in at]]
    mood = np.exp(rng.normal(0, 0.12, days)) * week
    size = rng.lognormal(0, 0.6, ADS)[:, None]
    shown = rng.poisson(rng.gamma(20, 3000 * size * mood / 20))
    clicks = rng.poisson(rng.gamma(30, shown * 0.015 / 30))
    spend = clicks * 12.0 * np.exp(rng.normal(0, 0.1, (ADS, days)))
    orders = rng.poisson(rng.gamma(4, spend / 300 / 4))
    value = np.array([[rng.gamma(2, 1200 / 2, n).sum() for n in row] for row in orders])
    reach = np.minimum(np.round(shown / 1.2), shown)
    frame = pd.DataFrame(
        {
            "date_day": np.tile(np.array(at, dtype="datetime64[D]"), ADS),
            "ad_name": np.repeat([f"ad {n:02}" for n in range(ADS)], days),
            "ad_group_name": np.repeat([f"group {n % GROUPS}" for n in range(ADS)], days),
            "campaign_name": np.repeat([f"campaign {n % CAMPAIGNS}" for n in range(ADS)], days),
            "impressions": shown.ravel(), "clicks": clicks.ravel(), "spend": spend.ravel(),
            "conversions": orders.ravel(), "conversions_value": value.ravel(), "reach": reach.ravel(),
        }
    )  # fmt: skip
    fixed = dict.fromkeys(DIMENSIONS, "") | {
        "platform": platform,
        "account_id": "1",
        "account_name": "A",
        "grain": "ad",
    }
    for name, text in fixed.items():
        if name not in frame:
            frame[name] = text
    frame["date_day"] = pd.to_datetime(frame["date_day"])
    frame["period_end"] = frame["date_day"]
    for name in measured():
        frame[name] = frame[name].astype("float64") if name in frame else np.nan
    return frame


def false_flags(accounts: int, nights: int, first_seed: int = 0) -> tuple[Counter[str], Counter[str]]:
    """Per rule: entities flagged at least once over the nights, and entities looked at."""
    flagged: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    for seed in range(first_seed, first_seed + accounts):
        facts = sound_account(seed, PLATFORMS[seed % len(PLATFORMS)], nights)
        once = defaultdict(set)
        for night in range(nights):
            morning = AS_OF + timedelta(days=night)
            known = facts[facts["date_day"] < pd.Timestamp(morning)]
            said = judge(Snapshot("quiet", morning, "TWD", known, "h"), morning, targets=TARGETS)
            for one in said.recommendations:
                once[one.rule.name].add(one.entity)
            if night == 0:
                for judged in said.judged:
                    looked[judged.rule] += judged.judged
        flagged.update({rule: len(entities) for rule, entities in once.items()})
    return flagged, looked


def main() -> None:
    """Print both tables: one look at many accounts, thirty looks at a few."""
    scale = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for accounts, nights in ((24 * scale, 1), (4 * scale, 30)):
        flagged, looked = false_flags(accounts, nights)
        sys.stdout.write(f"{accounts} sound accounts, {nights} night(s)\n")
        for rule in sorted(looked):
            share = flagged[rule] / looked[rule] if looked[rule] else 0.0
            sys.stdout.write(f"  {rule:<26}{flagged[rule]:>5} of {looked[rule]:>6}{share:>8.2%}\n")


if __name__ == "__main__":
    main()
