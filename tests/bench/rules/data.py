"""An account of the size the rules bench is about: 1,000,000 ad-days of 100,000 ads, the same on every run.

Four platforms with two accounts each, 250 campaigns an account, five ad groups a campaign, ten ads a group. An ad runs
for one of a few usual lengths; seven in ten still ran yesterday. Median 700 impressions a day, twelve ads in a hundred
at 0.55 times their account's click rate, one in thirty never converts, one in fifty costs twice the clicks.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from engine.metrics import measured
from engine.snapshot import Snapshot

AS_OF = date(2026, 3, 2)
PLATFORMS = ("google_ads", "line", "meta", "tiktok")
TYPES = ("TRAFFIC", "SALES", "SALES", "LEADS", "SALES")
ADS_A_GROUP, GROUPS_A_CAMPAIGN, ACCOUNTS = 10, 5, 8
LENGTHS, SHARES = (3, 5, 7, 14, 28, 42), (0.40, 0.22, 0.15, 0.12, 0.08, 0.03)
HISTORY = 70


def account(ads: int = 100_000, ad_days: int = 1_000_000, seed: int = 20) -> Snapshot:
    """The snapshot, as the store hands it out: one row an ad and day, the last of them yesterday."""
    draw = np.random.default_rng(seed)
    owner, day = _days(draw, ads, ad_days)
    facts = pd.DataFrame(_texts(owner, ads))
    at = np.datetime64(AS_OF) - 1 - day
    facts["date_day"] = facts["period_end"] = at.astype("datetime64[s]")
    for name, values in _numbers(draw, owner, day, ads).items():
        facts[name] = values
    for name in measured():
        if name not in facts.columns:
            facts[name] = np.nan
    return Snapshot("bench", AS_OF, "TWD", facts, "0" * 64)


def _days(draw: np.random.Generator, ads: int, ad_days: int) -> tuple[np.ndarray, np.ndarray]:
    """Ad and age in days (0 = yesterday) of every row; lengths are stretched or cut to exactly ``ad_days`` rows."""
    length = draw.choice(LENGTHS, ads, p=SHARES)
    last = np.where(draw.random(ads) < 0.7, 0, draw.integers(1, HISTORY - max(LENGTHS), ads))
    while (missing := ad_days - int(length.sum())) != 0:
        some = draw.permutation(np.flatnonzero(length < HISTORY - last if missing > 0 else length > 3))[: abs(missing)]
        length[some] += np.sign(missing)
    owner = np.repeat(np.arange(ads), length)
    first = np.repeat(np.cumsum(length) - length, length)
    return owner, np.repeat(last, length) + (np.arange(len(owner)) - first)


def _texts(owner: np.ndarray, ads: int) -> dict[str, pd.api.extensions.ExtensionArray]:
    """The text columns, ids and names as exports have them."""
    ad = np.arange(ads)
    group = ad // ADS_A_GROUP
    campaign = group // GROUPS_A_CAMPAIGN
    within = campaign * ACCOUNTS // (ads // ADS_A_GROUP // GROUPS_A_CAMPAIGN)
    platform = [PLATFORMS[number % len(PLATFORMS)] for number in within.tolist()]
    words = {
        "platform": platform,
        "account_id": [f"{number + 1:010d}" for number in within.tolist()],
        "account_name": [f"品牌 {number + 1}" for number in within.tolist()],
        "grain": ["ad"] * ads,
        "breakdown": [""] * ads,
        "breakdown_value": [""] * ads,
        "campaign_id": [f"23850{number:09d}" for number in campaign.tolist()],
        "campaign_name": [f"春季活動 {number}" for number in campaign.tolist()],
        "campaign_type": [TYPES[number % len(TYPES)] for number in campaign.tolist()],
        "ad_group_id": [f"23851{number:09d}" for number in group.tolist()],
        "ad_group_name": [("再行銷" if number % 5 == 0 else "興趣") + f" {number}" for number in group.tolist()],
        "ad_id": [f"23852{number:09d}" for number in ad.tolist()],
        "ad_name": [("測試 " if number % 40 == 0 else "素材 ") + str(number) for number in ad.tolist()],
        "result_indicator": [""] * ads,
    }
    return {name: pd.array(texts, dtype="str").take(owner) for name, texts in words.items()}


def _numbers(draw: np.random.Generator, owner: np.ndarray, day: np.ndarray, ads: int) -> dict[str, np.ndarray]:
    """Impressions, clicks, spend, conversions, their value and reach of every row."""
    scale = np.exp(draw.normal(np.log(700), 0.9, ads))
    fading = draw.random(ads) < 0.05
    running = np.bincount(day)
    budget = np.minimum(running[0] / running, 4.0)[day]  # the fewer ads run, the more of the budget each gets
    shown = draw.poisson(scale[owner] * budget * np.exp(draw.normal(0, 0.25, len(owner)))).astype(np.float64)
    group = np.arange(ads) // ADS_A_GROUP
    usual = np.exp(draw.normal(np.log(0.012), 0.25, int(group.max()) + 1))[group]
    rate = usual * np.where(draw.random(ads) < 0.12, 0.55, 1.0) * draw.gamma(30, 1 / 30, ads)
    clicks = draw.binomial(shown.astype(np.int64), np.minimum(rate[owner], 1.0)).astype(np.float64)
    price = 8.0 * np.exp(draw.normal(0, 0.3, ads)) * np.where(draw.random(ads) < 0.02, 2.0, 1.0)
    spend = np.round(clicks * price[owner] * np.exp(draw.normal(0, 0.15, len(owner))))
    converting = 0.03 * draw.gamma(8, 1 / 8, ads) * (draw.random(ads) >= 1 / 30)
    conversions = draw.binomial(clicks.astype(np.int64), np.minimum(converting[owner], 1.0)).astype(np.float64)
    per_person = np.where(fading, 2.4, 1.3)[owner]
    return {
        "impressions": shown,
        "clicks": clicks,
        "spend": spend,
        "conversions": conversions,
        "conversion_value": conversions * 900.0,
        "reach": np.ceil(shown / per_person),
    }
