"""Decides what the planners spent: habits, budget steps, tests, pauses and seasons, as real accounts show them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from api.sample.curves import Floats
from api.sample.response import ChannelTruth
from api.sample.season import Season

QUIET_WEEKS = 5
"""No test, pause or retired creative in the last weeks: the plan in force is a plan."""


def _week_levels(rng: np.random.Generator, weeks: int) -> Floats:
    """Log budget level per week: planners change it every few weeks and drift back to their habit."""
    level, levels = float(rng.normal(0, 0.25)), np.zeros(weeks)
    for week in range(weeks):
        if rng.random() < 0.35:
            level = 0.5 * level + float(rng.normal(0, 0.35))
        levels[week] = np.clip(level, -1.0, 1.0)
    return levels


def _test_and_pause(rng: np.random.Generator, weeks: int) -> Floats:
    """Factors of a budget test up or down for two or three weeks, and of a pause of one or two."""
    factors = np.ones(weeks)
    last = weeks - QUIET_WEEKS
    if last > 3 and rng.random() < 0.6:
        first = int(rng.integers(1, last - 2))
        strength = rng.uniform(1.6, 2.6) if rng.random() < 0.65 else rng.uniform(0.35, 0.6)
        factors[first : min(first + int(rng.integers(2, 4)), last)] *= strength
    if last > 3 and rng.random() < 0.35:
        first = int(rng.integers(1, last - 1))
        factors[first : min(first + int(rng.integers(1, 3)), last)] = 0.0
    return factors


def draw_spend(rng: np.random.Generator, truths: Mapping[str, ChannelTruth], season: Season) -> dict[str, Floats]:
    """Spend per channel and day in NT$, before it is shared among ads."""
    weeks = len(season.days) // 7
    spend = {}
    for key, truth in truths.items():
        factors = np.exp(_week_levels(rng, weeks)) * _test_and_pause(rng, weeks)
        weekly = truth.habitual_daily_spend * 7 * factors * np.exp(rng.normal(0, 0.04, weeks))
        eagerness = rng.uniform(0.6, 1.2)
        daily = (weekly[:, None] * season.weekday_share[None, :]).reshape(-1)
        spend[key] = daily * season.budget**eagerness * np.exp(rng.normal(0, 0.08, 7 * weeks))
    return spend
