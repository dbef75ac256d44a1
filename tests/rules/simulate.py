"""Accounts whose truth is known, to count how many flags are false and how many bad ads are found.

``pinned`` is the generator the rules are measured by (5,000 creatives, 12 % truly at 0.55 of the others, median 665
impressions). ``graded`` is another: ad groups of a dozen with rates of their own, ads spread smoothly, bad ones
from 0.4 to 0.75. A third draws conversions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rules.evidence import false_discovery_set
from rules.peers import peer_rates
from rules.rate_ratios import SURE, rate_ratios
from rules.silence import fit_silence

RATIO = 0.8


@dataclass(frozen=True)
class Account:
    """Ads with true click rates (as a ratio to ``base``) and which of them are bad."""

    theta: np.ndarray
    shown: np.ndarray
    base: np.ndarray
    group: np.ndarray
    bad: np.ndarray


@dataclass
class Tally:
    """Flags over several accounts: proposed at FDR 10 %, and sure enough to be automatic."""

    flagged: int = 0
    false: int = 0
    found: int = 0
    bad: int = 0
    sure: int = 0
    sure_false: int = 0

    @property
    def false_share(self) -> float:
        """Share of proposals that are false."""
        return self.false / max(self.flagged, 1)

    @property
    def power(self) -> float:
        """Share of bad ads that are proposed."""
        return self.found / max(self.bad, 1)

    @property
    def sure_false_share(self) -> float:
        """Share of automatic flags that are false."""
        return self.sure_false / max(self.sure, 1)


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
    mean = np.bincount(group, weights=theta, minlength=groups) / np.maximum(np.bincount(group, minlength=groups), 1)
    return Account(theta, shown, base, group, theta < RATIO * mean[group])


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


def entities(group: np.ndarray) -> pd.DataFrame:
    """One account's ads in these ad groups."""
    frame = pd.DataFrame({"group_key": pd.Series(group).astype("str")})
    return frame.assign(account_key="a", campaign_type="", breakdown_value="", campaign_key="c", platform="meta")


def flag_accounts(draw: Callable[[np.random.Generator], Account], repetitions: int) -> Tally:
    """What the CTR rule says about ``repetitions`` drawn accounts."""
    tally = Tally()
    for seed in range(repetitions):
        rng = np.random.default_rng(seed)
        account = draw(rng)
        clicks = np.minimum(rng.poisson(account.shown * account.base * account.theta), account.shown).astype(float)
        shown = account.shown.astype(float)
        peers = peer_rates(entities(account.group), {"impressions": shown, "clicks": clicks})
        said = rate_ratios(
            clicks, shown * peers.rate, peers.log_error, peers.shape, np.zeros(len(shown), np.int64), RATIO
        )
        below = clicks / shown < RATIO * peers.rate
        chosen, _ = false_discovery_set(said.below, below, 0.10)
        sure = below & (said.below > SURE)
        tally.flagged += int(chosen.sum())
        tally.false += int((chosen & ~account.bad).sum())
        tally.found += int((chosen & account.bad).sum())
        tally.bad += int(account.bad.sum())
        tally.sure += int(sure.sum())
        tally.sure_false += int((sure & ~account.bad).sum())
    return tally


def flag_silent_ads(repetitions: int, ads: int, dead_share: float, median_due: float) -> Tally:
    """What the no-conversion rule says about accounts where ``dead_share`` of the ads converts never."""
    tally = Tally()
    for seed in range(repetitions):
        rng = np.random.default_rng(seed)
        dead = rng.random(ads) < dead_share
        due = rng.lognormal(np.log(median_due), 1.0, ads)
        conversions = rng.poisson(due * np.where(dead, 0.0, rng.gamma(4, 0.25, ads))).astype(float)
        behind = np.full(ads, 400.0)
        sure = np.where(conversions > 0, 0.0, fit_silence(conversions, due, behind).sure(due, behind))
        strong = (conversions == 0) & (due >= 3) & ((1 + due / 400) ** -400.0 <= 0.05)
        chosen, _ = false_discovery_set(sure, strong, 0.10)
        tally.flagged += int(chosen.sum())
        tally.false += int((chosen & ~dead).sum())
        tally.found += int((chosen & dead & (due >= 5)).sum())
        tally.bad += int((dead & (due >= 5)).sum())
    return tally
