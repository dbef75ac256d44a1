"""Decides what each channel's spend truly brings: its curve, its carry-over and how far its budget is from the best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from api.sample.advertiser import Advertiser
from api.sample.curves import FAMILIES, Curve, Floats


@dataclass(frozen=True, slots=True)
class ChannelTruth:
    """The true answer of one channel; money in NT$, spends per day."""

    curve: Curve
    carry: float
    best_daily_spend: float
    habitual_daily_spend: float


def draw_truth(rng: np.random.Generator, shop: Advertiser, family: str) -> tuple[dict[str, ChannelTruth], float]:
    """The true channels, and how misallocated the planner's habit is (log standard deviation)."""
    weekly_budget = float(np.exp(rng.uniform(np.log(450_000), np.log(1_100_000))))
    slope = 1.0 / rng.uniform(700, 1200)
    keys = list(shop.channels)
    best = np.array([shop.channels[key].share for key in keys]) * np.exp(rng.normal(0, 0.35, len(keys)))
    best *= weekly_budget / best.sum()
    misallocation = float(rng.uniform(0.4, 1.5))
    habit = best * np.exp(np.clip(rng.normal(0, misallocation, len(keys)), -2.1, 2.1))
    habit *= weekly_budget / habit.sum()
    truths = {}
    for index, key in enumerate(keys):
        curve = FAMILIES[family](rng, best[index] / 7, slope)
        truths[key] = ChannelTruth(
            curve=curve,
            carry=float(rng.uniform(0.2, 0.75)),
            best_daily_spend=float(best[index] / 7),
            habitual_daily_spend=float(habit[index] / 7),
        )
    return truths, misallocation


def carry_over(daily_spend: Floats, carry: float) -> Floats:
    """Effective spend: ``a[d] = (1 - carry) * spend[d] + carry * a[d-1]``, starting at the first week's mean."""
    effective = np.empty_like(daily_spend)
    level = float(daily_spend[:7].mean())
    for day, spend in enumerate(daily_spend):
        level = (1.0 - carry) * spend + carry * level
        effective[day] = level
    return effective


def draw_conversions(
    rng: np.random.Generator, truths: Mapping[str, ChannelTruth], spend: Mapping[str, Floats], demand: Floats
) -> dict[str, Floats]:
    """Conversions per channel and day: overdispersed counts around the curve.

    A common and a channel's own shock, each lasting about a week, stand for competitors, stock and landing pages;
    negative-binomial counts stand for buyers.
    """
    days = len(demand)
    weeks = -(-days // 7)
    common = np.repeat(rng.normal(0, 0.03, weeks), 7)[:days]
    conversions = {}
    for key, truth in truths.items():
        own = np.repeat(rng.normal(0, 0.05, weeks), 7)[:days]
        mean = truth.curve.respond(carry_over(spend[key], truth.carry)) * demand * np.exp(common + own)
        size = 30.0
        conversions[key] = rng.negative_binomial(size, size / (size + mean)).astype(np.float64)
    return conversions
