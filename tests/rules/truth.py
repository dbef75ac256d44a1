"""Accounts whose truth is known: which ads are bad, and what they did day by day.

``pinned`` is the generator the rules are measured by (5,000 creatives, 12 % truly at 0.55 of the others, median 665
impressions). ``drawn`` is another whose every parameter is drawn anew: ad groups with rates of their own, ads spread
smoothly, bad ones of every shade. ``graded``, ``mostly_bad``, ``all_sound`` and ``even`` lie between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from engine.metrics import measured
from engine.snapshot import DIMENSIONS, Snapshot

RATIO = 0.8
USUAL_DAYS = 28


@dataclass(frozen=True)
class Account:
    """Ads with true click rates (as a ratio to ``base``), impressions in four weeks, and which of them are bad."""

    theta: np.ndarray
    shown: np.ndarray
    base: np.ndarray
    group: np.ndarray
    bad: np.ndarray


def pinned(rng: np.random.Generator) -> Account:
    """Two kinds of creatives in one group."""
    bad = rng.random(5_000) < 0.12
    shown = np.maximum(50, rng.lognormal(np.log(665), 1.2, 5_000)).astype(int)
    return Account(np.where(bad, 0.55, 1.0), shown, np.full(5_000, 0.01), np.zeros(5_000, int), bad)


def graded(rng: np.random.Generator, ads: int = 3_000, median: float = 3_000) -> Account:
    """Ads of every shade; bad is what truly lies below 0.8 of its group's mean."""
    theta = rng.gamma(16, 1 / 16, ads)
    theta = np.where(rng.random(ads) < 0.15, theta * rng.uniform(0.4, 0.75, ads), theta)
    groups = ads // 12
    group = rng.integers(0, groups, ads)
    base = np.exp(rng.normal(np.log(0.012), 0.3, groups))[group]
    shown = np.maximum(50, rng.lognormal(np.log(median), 1.2, ads)).astype(int)
    return Account(theta, shown, base, group, theta < RATIO * _mean(theta, group)[group])


def drawn(rng: np.random.Generator) -> Account:
    """An account of a size, spread, thinness and badness that nobody chose."""
    ads = int(rng.integers(400, 3_000))
    shape, median = rng.uniform(10, 60), np.exp(rng.uniform(np.log(800), np.log(20_000)))
    theta = rng.gamma(shape, 1 / shape, ads)
    worst = rng.uniform(0.3, 0.6)
    theta = np.where(rng.random(ads) < rng.uniform(0.05, 0.25), theta * rng.uniform(worst, 0.75, ads), theta)
    groups = max(ads // int(rng.integers(6, 40)), 1)
    group = rng.integers(0, groups, ads)
    base = np.exp(rng.normal(np.log(rng.uniform(0.004, 0.03)), rng.uniform(0.1, 0.5), groups))[group]
    shown = np.maximum(50, rng.lognormal(np.log(median), rng.uniform(0.8, 1.5), ads)).astype(int)
    return Account(theta, shown, base, group, theta < RATIO * _mean(theta, group)[group])


def mostly_bad(rng: np.random.Generator) -> Account:
    """Two ads in five are bad, on plenty of data."""
    bad = rng.random(400) < 0.4
    shown = np.maximum(500, rng.lognormal(np.log(20_000), 0.8, 400)).astype(int)
    return Account(np.where(bad, 0.55, 1.0), shown, np.full(400, 0.012), rng.integers(0, 25, 400), bad)


def all_sound(rng: np.random.Generator) -> Account:
    """No ad is bad."""
    shown = np.maximum(50, rng.lognormal(np.log(3_000), 1.2, 3_000)).astype(int)
    nobody = np.zeros(3_000, bool)
    return Account(np.ones(3_000), shown, np.full(3_000, 0.01), rng.integers(0, 250, 3_000), nobody)


def even(rng: np.random.Generator, ads: int = 600) -> Account:
    """Ad groups of twelve, 12 % of the ads at 0.55 of the others, who are all exactly on par."""
    bad = rng.random(ads) < 0.12
    shown = USUAL_DAYS * np.maximum(20, rng.lognormal(np.log(150), 1.0, ads)).astype(int)
    return Account(np.where(bad, 0.55, 1.0), shown, np.full(ads, 0.012), np.arange(ads) // 12, bad)


def _mean(theta: np.ndarray, group: np.ndarray) -> np.ndarray:
    groups = int(group.max()) + 1
    return np.bincount(group, weights=theta, minlength=groups) / np.maximum(np.bincount(group, minlength=groups), 1)


def entities(group: np.ndarray) -> pd.DataFrame:
    """One account's ads in these ad groups, as the peers are found from."""
    frame = pd.DataFrame({"group_key": pd.Series(group).astype("str")})
    return frame.assign(account_key="a", campaign_type="", breakdown_value="", campaign_key="c", platform="meta")


@dataclass(frozen=True)
class Diary:
    """What every ad did on every day (days x ads); NaN where a metric is not told."""

    group: np.ndarray
    bad: np.ndarray
    numbers: dict[str, np.ndarray]

    @property
    def days(self) -> int:
        """How many days it holds."""
        return len(next(iter(self.numbers.values())))


def clicks_of(account: Account, rng: np.random.Generator, days: int | None = None) -> Diary:
    """Impressions and clicks; without ``days`` the four weeks are told as one day."""
    shown = (
        account.shown[None, :] if days is None else rng.poisson(account.shown / USUAL_DAYS, (days, len(account.bad)))
    )
    clicks = np.minimum(rng.poisson(shown * account.base * account.theta), shown)
    return Diary(account.group, account.bad, {"impressions": shown, "clicks": clicks})


@dataclass(frozen=True)
class Costs:
    """Ads that should bring ``due`` conversions in four weeks, and bring ``theta`` times as many."""

    theta: np.ndarray
    due: np.ndarray
    bad: np.ndarray


def silent(rng: np.random.Generator, ads: int, share: float, median: float, shape: float = 4.0) -> Costs:
    """A share of the ads converts never, the others at rates spread as Gamma(shape, shape)."""
    dead = rng.random(ads) < share
    due = rng.lognormal(np.log(median), 1.0, ads)
    return Costs(np.where(dead, 0.0, rng.gamma(shape, 1 / shape, ads)), due, dead)


def costly(rng: np.random.Generator, ads: int, median: float, ratio: float) -> Costs:
    """Some ads bring a fourth to a half of what is due; bad is what truly costs more than ``ratio`` x the target."""
    theta = rng.gamma(20, 1 / 20, ads)
    theta = np.where(rng.random(ads) < 0.12, theta * rng.uniform(0.25, 0.5, ads), theta)
    due = rng.lognormal(np.log(median), 1.0, ads)
    return Costs(theta, due, theta < 1 / ratio)


def conversions_of(costs: Costs, rng: np.random.Generator, days: int, cpa: float, burst: float = 0.0) -> Diary:
    """Spend and conversions, every ad in a group of its own; ``burst`` more come along with each on the same day."""
    spend = np.tile(costs.due * cpa / USUAL_DAYS, (days, 1))
    events = rng.poisson(spend / cpa * costs.theta / (1 + burst))
    conversions = events + rng.poisson(events * burst)
    shown = np.full(spend.shape, 1_000)
    numbers = {"impressions": shown, "clicks": shown // 50, "spend": spend, "conversions": conversions}
    return Diary(np.arange(len(costs.bad)), costs.bad, numbers)


def snapshot_of(diary: Diary, last: date) -> Snapshot:
    """The diary as facts of one Meta account, its last row on ``last``; ads are named by their number."""
    days, ads = next(iter(diary.numbers.values())).shape
    frame = pd.DataFrame({name: pd.Categorical.from_codes(np.zeros(days * ads, int), [""]) for name in DIMENSIONS})
    frame["platform"], frame["account_id"], frame["account_name"] = "meta", "1", "1"
    frame["campaign_name"], frame["grain"] = "C", "ad"
    frame["ad_group_name"] = np.tile(diary.group.astype(str), days)
    frame["ad_name"] = np.tile(np.arange(ads).astype(str), days)
    at = np.repeat(pd.to_datetime([last - timedelta(days=days - 1 - day) for day in range(days)]), ads)
    frame["date_day"] = frame["period_end"] = at
    for name in measured():
        frame[name] = diary.numbers[name].ravel().astype("float64") if name in diary.numbers else np.nan
    return Snapshot("truth", last, "TWD", frame, "0" * 64)
