"""A made-up advertiser with known truth: daily spend, adstocked concave response, season, weekday, noisy counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.history import WeeklyHistory

MONDAY = pd.Timestamp("2025-01-06")
SHAPES = {"power": (0.35, 0.85), "s_shaped": (2.0, 3.0)}
FAMILIES = ("hill", "power", "michaelis_menten", "log")


@dataclass(frozen=True)
class TrueChannel:
    """Daily truth: expected results = level(adstocked daily spend) x season x weekday."""

    name: str
    family: str
    a: float
    shape: float
    k: float
    theta: float
    usual: float

    def daily(self, stock: np.ndarray) -> np.ndarray:
        x = np.maximum(stock, 0.0) / self.usual
        if self.family == "power":
            return self.a * x**self.shape
        if self.family == "log":
            return self.a * np.log1p(x / self.k) / np.log1p(1 / self.k)
        s = 1.0 if self.family == "michaelis_menten" else self.shape
        return self.a * x**s * (1 + self.k**s) / (x**s + self.k**s)

    def stock(self, spend: np.ndarray, carry: float) -> np.ndarray:
        out = np.empty(len(spend))
        for day, amount in enumerate(spend):
            carry = self.theta * carry + (1 - self.theta) * amount
            out[day] = carry
        return out


def _special(days: int) -> np.ndarray:
    """-1 in lunar new year, 1 in the sales of Mother's Day and 618, of 2025."""
    out = np.zeros(days)
    for first, last, sign in (("01-28", "01-31", -1.0), ("05-02", "05-11", 1.0), ("06-16", "06-18", 1.0)):
        start, end = ((pd.Timestamp(f"2025-{day}") - MONDAY).days for day in (first, last))
        out[start : end + 1] = sign
    return out


@dataclass(frozen=True)
class Advertiser:
    channels: tuple[TrueChannel, ...]
    daily: pd.DataFrame
    history: WeeklyHistory
    carry: dict[str, float]

    def outcome(self, plan: dict[str, np.ndarray]) -> float:
        """True expected results (season 1) of weekly amounts spent evenly over each week's days."""
        total = 0.0
        for channel in self.channels:
            days = np.repeat(np.asarray(plan[channel.name]) / 7.0, 7)
            total += float(channel.daily(channel.stock(days, self.carry[channel.name])).sum())
        return total

    def best_steady(self, budget_week: float) -> dict[str, float]:
        """Best constant weekly spend per channel, by bisection on the marginal response."""
        grid = np.geomspace(1e-4, 60.0, 6000)
        slopes, spends = [], []
        for channel in self.channels:
            x = grid * channel.usual
            slopes.append(np.gradient(channel.daily(x), x))
            spends.append(7 * x)
        low, high = 1e-12, max(float(s.max()) for s in slopes)
        for _ in range(200):
            price = np.sqrt(low * high)
            chosen = [float(np.interp(-price, -s, x)) for s, x in zip(slopes, spends, strict=True)]
            low, high = (price, high) if sum(chosen) > budget_week else (low, price)
        scale = budget_week / sum(chosen)
        return {c.name: v * scale for c, v in zip(self.channels, chosen, strict=True)}


def simulate(
    seed: int,
    family: str = "hill",
    *,
    channels: int = 6,
    weeks: int = 26,
    variation: float = 0.3,
    together: float = 0.15,
    dispersion: float = 25.0,
    shocks: float = 0.06,
    drift: float = 0.0,
    calendar: float = 0.0,
    confounded: float = 0.0,
) -> Advertiser:
    """One advertiser. ``family`` "mixed" draws a family per channel.

    ``variation``: weekly spend noise (log sd); ``together``: the part of it that all channels share, partly in step
    with the season; ``dispersion``: negative-binomial size; ``shocks``: weekly channel noise; ``drift``: log trend;
    ``calendar``: log effect of new year (down) and sales (up), for which advertisers also spend more;
    ``confounded``: log spend per log shock, as of an advertiser who follows demand. Family "s_shaped" is convex first.
    """
    rng = np.random.default_rng([seed, sum(map(ord, family))])
    days = weeks * 7
    week = np.arange(days) // 7
    dow = np.arange(days) % 7
    season = np.exp(0.12 * np.sin(2 * np.pi * (np.arange(weeks) / 26 + rng.random())) + 0.05 * rng.normal(size=weeks))
    common = together * rng.normal(size=weeks) + 0.5 * np.log(season)
    true: list[TrueChannel] = []
    rows: list[pd.DataFrame] = []
    carry: dict[str, float] = {}
    for number in range(channels):
        kind = str(rng.choice(FAMILIES)) if family == "mixed" else family
        usual = float(np.exp(rng.uniform(np.log(3_000), np.log(40_000))))
        cpa = float(np.exp(rng.uniform(np.log(150), np.log(900))))
        channel = TrueChannel(
            name=f"p{number}/t{number}",
            family=kind,
            a=usual / cpa,
            shape=float(rng.uniform(*SHAPES.get(kind, (0.7, 1.0)))),
            k=float(np.exp(rng.uniform(*np.log((0.8, 3.0) if kind == "s_shaped" else (0.2, 4.0))))),
            theta=float(rng.uniform(0.0, 0.7)),
            usual=usual,
        )
        level = np.empty(weeks)
        level[0] = rng.normal() * variation
        for t in range(1, weeks):
            level[t] = 0.5 * level[t - 1] + variation * np.sqrt(0.75) * rng.normal()
        weekday_spend = np.exp(0.12 * rng.normal(size=7))
        spend = usual * np.exp(level + common)[week] * weekday_spend[dow] * np.exp(0.08 * rng.normal(size=days))
        special = calendar * _special(days) * (1.0 + 0.3 * rng.normal()) if calendar else np.zeros(days)
        spend = spend * np.exp(0.7 * special)
        weekday = np.exp(0.15 * rng.normal(size=7))
        weekday /= weekday.mean()
        shock = np.exp(shocks * rng.normal(size=weeks) + drift * rng.normal() * np.linspace(-0.5, 0.5, weeks))
        spend = spend * shock[week] ** confounded
        stock = channel.stock(spend, usual)
        mean = channel.daily(stock) * season[week] * weekday[dow] * shock[week] * np.exp(special)
        count = rng.negative_binomial(dispersion, dispersion / (dispersion + mean))
        true.append(channel)
        carry[channel.name] = float(stock[-1])
        rows.append(
            pd.DataFrame(
                {
                    "channel": channel.name,
                    "day": MONDAY + pd.to_timedelta(np.arange(days), unit="D"),
                    "spend": np.round(spend, 2),
                    "result": count.astype(float),
                    "present": True,
                }
            )
        )
    daily = pd.concat(rows, ignore_index=True)
    weekly = daily.assign(week=daily["day"] - pd.to_timedelta(daily["day"].dt.day_of_week, unit="D"))
    frame = weekly.groupby(["channel", "week"])[["spend", "result"]].sum().reset_index()
    history = WeeklyHistory(frame.assign(complete=True), (), "conversions", "TWD", {}, daily)
    return Advertiser(tuple(true), daily, history, carry)
