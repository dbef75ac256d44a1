"""Decides how wide the range around an expected outcome is: curve draws and the noise of results together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.curves.curve import Array
from optimizer.curves.curve_set import ChannelCurve
from optimizer.problem import Problem
from optimizer.proposal import ChartPoint

NINETY = 1.6448536269514722  # standard deviations on each side that hold 90 %
CHART_POINTS = 41


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected results with their 90 % range: per cell (channels, weeks), per channel, and in all."""

    cell: Array
    cell_low: Array
    cell_high: Array
    channel_low: Array
    channel_high: Array
    low: float
    high: float


def outlook(problem: Problem, plan: Array, fixed: float = 0.0) -> Outlook:
    """The range of a plan's outcome. Draws of a channel hold for all its weeks; channels are independent.

    ``fixed`` are the results of the packages taken, added to the whole as they were offered, without a range.
    """
    mean = problem.expected(plan)
    felt, _ = problem.felt(plan)
    low, high = mean.copy(), mean.copy()
    channel_low, channel_high = mean.sum(axis=1), mean.sum(axis=1)
    below = above = 0.0
    for number, name in enumerate(problem.channels):
        known = problem.curves[name]
        share = problem.running.active[number] / 7.0
        runs = share > 0
        draws = known.curve.value_draws(felt[number, runs] / share[runs]) * share[runs][:, None]
        low[number, runs], high[number, runs] = widened(mean[number, runs], draws, known.dispersion)
        total = draws.sum(axis=0, keepdims=True)
        one_low, one_high = widened(mean[number].sum(keepdims=True), total, known.dispersion)
        channel_low[number], channel_high[number] = one_low[0], one_high[0]
        below += float(mean[number].sum() - one_low[0]) ** 2
        above += float(one_high[0] - mean[number].sum()) ** 2
    whole = float(mean.sum()) + fixed
    return Outlook(mean, low, high, channel_low, channel_high, max(0.0, whole - below**0.5), whole + above**0.5)


def gain_draws(problem: Problem, plan: Array, other: Array, fixed: float = 0.0) -> Array:
    """Results that ``plan`` brings more than ``other``, per draw of the curves; ``fixed`` is added to each."""
    gain = np.full(1, fixed)
    for number, name in enumerate(problem.channels):
        gain = _added(gain, _draws(problem, plan, number, name) - _draws(problem, other, number, name))
    return gain


def chance_better(gain: Array) -> float:
    """Share of the curves' draws under which a plan brings at least as much as the other."""
    return float(np.mean(gain >= 0.0))


def _draws(problem: Problem, plan: Array, number: int, name: str) -> Array:
    """Results of one channel over the period, per draw of its curve."""
    felt, _ = problem.felt(plan)
    share = problem.running.active[number] / 7.0
    runs = share > 0
    draws = problem.curves[name].curve.value_draws(felt[number, runs] / share[runs])
    return np.asarray((draws * share[runs][:, None]).sum(axis=0))


def _added(one: Array, other: Array) -> Array:
    """Sum of two channels' draws; the shorter is repeated."""
    size = max(len(one), len(other))
    return np.asarray(np.resize(one, size) + np.resize(other, size))


def widened(mean: Array, draws: Array, dispersion: float) -> tuple[Array, Array]:
    """5 % and 95 % of draws, widened by the noise of results with variance ``dispersion`` times the mean."""
    noise = NINETY**2 * dispersion * mean if draws.shape[-1] > 1 else np.zeros_like(mean)
    low, high = np.quantile(draws, [0.05, 0.95], axis=-1)
    down = np.sqrt(np.maximum(mean - low, 0.0) ** 2 + noise)
    up = np.sqrt(np.maximum(high - mean, 0.0) ** 2 + noise)
    return np.maximum(mean - down, 0.0), mean + up


def chart_points(known: ChannelCurve, most: float) -> tuple[ChartPoint, ...]:
    """The weekly response from 0 to ``most`` with the range of the curve itself (no noise of results)."""
    spend = np.linspace(0.0, most, CHART_POINTS)
    mean, draws = known.curve.value(spend), known.curve.value_draws(spend)
    low, high = np.quantile(draws, [0.05, 0.95], axis=-1)
    return tuple(
        ChartPoint(float(x), float(y), float(a), float(b)) for x, y, a, b in zip(spend, mean, low, high, strict=True)
    )
