"""Worlds whose truth is known: arms drawn at random, accounts whose worst ads are flagged, and their daily course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from engine.vocabulary import Period
from rules.effect.arms import Arm
from rules.effect.assignment import is_withheld
from rules.effect.its import Days
from rules.effect.panels import Panel, Stretch

FIRST = date(2026, 1, 5)
BASELINE, FLAGGED, AFTER = 10, 2, 4
STRETCH = Stretch(BASELINE, BASELINE + FLAGGED)
WEEKS = BASELINE + FLAGGED + AFTER
ACTED_ON = FIRST + timedelta(weeks=BASELINE + FLAGGED)
FLAG_WINDOW = Period(FIRST + timedelta(weeks=BASELINE), ACTED_ON - timedelta(days=1))
WEEKDAYS = np.array([1.0, 1.05, 0.95, 1.0, 1.1, 0.8, 0.85])


def clicks_arms(rng, counts, effect, unlike=0.0):
    """Click rates of two arms drawn from the same ads; ``unlike`` is how far the effect differs between ads."""
    ads = sum(counts)
    shown = rng.lognormal(np.log(3_000), 1.0, ads)
    before = rng.poisson(shown)
    after = rng.poisson(shown * rng.lognormal(0, 0.4, ads))
    theta, swing = rng.gamma(16, 1 / 16, ads), rng.gamma(20, 1 / 20, (2, ads))
    clicks_before = rng.poisson(before * 0.01 * theta * swing[0])
    grown = np.fmax(0.0, 1 + effect + unlike * rng.standard_normal(ads))
    rate = 0.01 * theta * swing[1] * np.where(np.arange(ads) < counts[0], grown, 1.0)
    return _arms(counts[0], rng.poisson(after * rate), after, clicks_before, before)


def cost_arms(rng, counts, effect):
    """Cost per conversion of two arms: spend over conversions, a few dozen conversions an ad."""
    ads = sum(counts)
    spend = rng.lognormal(np.log(20_000), 0.8, (2, ads))
    cost = 600 / rng.gamma(6, 1 / 6, ads)
    bought = rng.poisson(spend[0] / cost)
    cost_after = cost * np.where(np.arange(ads) < counts[0], 1 + effect, 1.0)
    return _arms(counts[0], spend[1], rng.poisson(spend[1] / cost_after), spend[0], bought)


def spend_arms(rng, counts, left, swing=0.5):
    """Spend after over spend before; the treated keep the share ``left``. Gives the saving that is true, too."""
    ads = sum(counts)
    before = rng.lognormal(np.log(20_000), 0.8, ads)
    after = before * rng.lognormal(-(swing**2) / 2, swing, ads)
    acted = np.arange(ads) < counts[0]
    after = np.where(acted, left * after, after)
    expected = float(before[acted].sum() - after[acted].sum())
    return *_arms(counts[0], after, before), expected


def _arms(first, *columns):
    parts = (slice(0, first), slice(first, None))
    names = np.array([f"ad{i}" for i in range(len(columns[0]))])
    return [Arm(names[part].tolist(), *(np.asarray(c, float)[part] for c in columns)) for part in parts]


@dataclass
class Account:
    """Ads × weeks of impressions and clicks, days of the flagged ads, and who was flagged and withheld."""

    shown: np.ndarray
    clicks: np.ndarray
    flagged: np.ndarray
    withheld: np.ndarray
    days: Days

    def naive(self):
        """What before/after claims: click rate of the flagged after the action by that of the flag window."""
        window, after = slice(BASELINE, BASELINE + FLAGGED), slice(BASELINE + FLAGGED, None)
        rates = [self.clicks[self.flagged, s].sum() / self.shown[self.flagged, s].sum() for s in (window, after)]
        return rates[1] / rates[0] - 1

    def arms(self):
        """Treated and withheld of the flagged, with the flag window as what they did before."""
        return [self._arm(self.flagged & ~self.withheld), self._arm(self.flagged & self.withheld)]

    def _arm(self, who):
        spans = (slice(BASELINE + FLAGGED, None), slice(BASELINE, BASELINE + FLAGGED))
        sums = [table[who, s].sum(axis=1) for s in spans for table in (self.clicks, self.shown)]
        return Arm([f"ad{i}" for i in np.flatnonzero(who)], *sums)

    def panels(self):
        """The treated, and the ads that no rule flagged."""
        return [self._panel(self.flagged), self._panel(~self.flagged)]

    def _panel(self, who):
        names = [f"ad{i}" for i in np.flatnonzero(who)]
        volume = self.shown[who, :BASELINE].sum(axis=1)
        return Panel(names, ["meta"] * len(names), volume, self.clicks[who], self.shown[who])


def account(rng, effect=0.0, drift=0.0, holdout=0.2, ads=2_000, withhold=True):
    """An account of which the worst tenth by the click rate of a fortnight is flagged and acted on.

    Ads are flagged by what was seen, so most of them come back by themselves. ``drift`` is the weekly change of the
    true rate of the flagged alone, ``effect`` what the action brings.
    """
    theta, market = rng.gamma(16, 1 / 16, ads), np.exp(_lingering(rng))
    shown = rng.poisson(np.fmax(25, rng.lognormal(np.log(330), 1.2, ads))[:, None], (ads, WEEKS)).astype(float)
    swing = rng.gamma(20, 1 / 20, (ads, WEEKS))
    rate = 0.01 * theta[:, None] * market * swing
    fortnight = slice(BASELINE, BASELINE + FLAGGED)
    clicks = rng.poisson(shown * rate).astype(float)
    often = shown[:, fortnight].sum(axis=1)
    seen = np.where(often >= 400, clicks[:, fortnight].sum(axis=1) / often, np.inf)
    flagged = np.zeros(ads, bool)
    flagged[np.argsort(seen, kind="stable")[: ads // 10]] = True
    episode = f"run{rng.integers(2**31)}"
    withheld = np.array([withhold and is_withheld("a", "low_ctr", f"ad{i}", episode, holdout) for i in range(ads)])
    grown = np.where(flagged & ~withheld, 1 + effect, 1.0)
    course = np.exp(drift * flagged[:, None] * np.arange(WEEKS))
    clicks[:, BASELINE + FLAGGED :] = rng.poisson((shown * rate * course * grown[:, None])[:, BASELINE + FLAGGED :])
    if drift:
        clicks[:, :BASELINE] = rng.poisson((shown * rate * course)[:, :BASELINE])
    return Account(shown, clicks, flagged, withheld & flagged, _days(rng, shown[flagged], clicks[flagged]))


def _lingering(rng):
    """What all ads of a week share: a fifth of a week's deviation is gone the week after."""
    weeks = [0.05 * rng.standard_normal()]
    for _ in range(1, WEEKS):
        weeks.append(0.8 * weeks[-1] + 0.03 * rng.standard_normal())
    return np.array(weeks)


def _days(rng, shown, clicks):
    """The weeks of the flagged ads spread over weekdays by their usual course."""
    split = WEEKDAYS / WEEKDAYS.sum()
    daily = [rng.multinomial(table.sum(axis=0).astype(int), split).ravel() for table in (clicks, shown)]
    return Days(FIRST, daily[0].astype(float), daily[1].astype(float))
