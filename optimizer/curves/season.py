"""Decides which ups and downs the channels share, so that a good week is not taken for the work of more spend.

Every week, and every day in it, has an effect on all channels, shrunk by a variance the data themselves give.
Channels that spent more or less than the others at the time are what tells spend from season.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from optimizer.curves.curve import Array
from optimizer.curves.series import ChannelSeries
from optimizer.curves.shapes import BEND_PRIOR, BENDS

ROUNDS = 10
PRIOR_ELASTICITY = 0.5  # typical of paid media; a prior, not a fact
PRIOR_SPREAD = 0.85  # of one channel around the account's mean, logit scale
CENTRE_SPREAD = 0.5  # of the account's mean around the prior
BEND_COUNT = 4.0  # channels that the prior of the bend counts for
LOOSE = 8.0  # effects are shrunk less than their variance asks: season left over would be taken for the work of spend
LONELY = 3  # with fewer channels a free effect per week would swallow the spend effect: only slow drift is kept


@dataclass(frozen=True, slots=True)
class Shared:
    """What channels share: ``season`` per channel and step, usual elasticity (logit), and how spend saturates.

    ``level_spread`` is how far (log) the mean of the weeks seen may lie from an ordinary season; ``week`` the effect
    of each week before that day's own, ``lonely`` whether it is slow drift only.
    """

    season: tuple[Array, ...]
    centre: float
    bend_weights: Array
    level_spread: float
    week: Array
    lonely: bool


def shared_season(
    series: Sequence[ChannelSeries],
    days: Sequence[npt.NDArray[np.int64]],
    step_days: Sequence[int],
    rounds: int = ROUNDS,
) -> Shared:
    """Alternates between the channels' curves and the effects they share; ``days`` numbers each step's first day.

    All ``series`` are concave: an S-shaped channel is told apart afterwards.
    """
    centre, bends = float(logit(PRIOR_ELASTICITY)), BEND_PRIOR
    weeks = 1 + max(int(day.max()) for day in days) // 7
    lonely = len(series) < LONELY
    effect = np.zeros(7 * weeks)
    for one in series:
        one.shared_by = len(series)
    for _ in range(rounds):
        seen, expected, shapes, counted = np.zeros(7 * weeks), np.zeros(7 * weeks), 0.0, np.zeros(len(BENDS))
        for one, day in zip(series, days, strict=True):
            one.bend_weights = bends
            one.refresh(np.exp(effect)[day], centre, PRIOR_SPREAD)
            plain = one.base * one.pattern() * one.observed
            seen += np.bincount(day, one.result / one.dispersion, minlength=7 * weeks)
            expected += np.bincount(day, plain / one.dispersion, minlength=7 * weeks)
            shapes += one.mean(logit(one.grid.share)) - logit(PRIOR_ELASTICITY)
            counted += one.bends()
        pooled = shapes / PRIOR_SPREAD**2 / (1.0 / CENTRE_SPREAD**2 + len(series) / PRIOR_SPREAD**2)
        centre = float(logit(PRIOR_ELASTICITY)) + float(pooled)
        bends = (BEND_COUNT * BEND_PRIOR + counted) / (BEND_COUNT + len(series))
        week = week_effects(seen.reshape(-1, 7).sum(axis=1), expected.reshape(-1, 7).sum(axis=1), lonely=lonely)
        effect = np.repeat(week, 7)
        if not lonely and min(step_days) == 1:  # a sale that starts midweek: the day's own effect on top
            effect = effect + _shrunk(seen, expected * np.exp(effect))
    # Curves are told for an ordinary week: sales lift the mean of a history, the next weeks need not hold any.
    effect = effect - float(np.median(effect))
    season = tuple(np.exp(effect)[day] for day in days)
    return Shared(season, centre, bends, _ordinary(effect, weeks), week, lonely)


def _ordinary(effect: Array, weeks: int) -> float:
    """Standard error of the mean week; neighbouring weeks are alike, so each counts for half."""
    each = effect.reshape(-1, 7).mean(axis=1)
    return float(each.std() / np.sqrt(max(weeks / 2.0, 1.0)))


def week_effects(seen: Array, expected: Array, *, lonely: bool) -> Array:
    """Log effect of every week on results ``seen`` beside what was ``expected`` without it; shape (..., weeks)."""
    return _slow(seen, expected) if lonely else _shrunk(seen, expected)


def _shrunk(seen: Array, expected: Array) -> Array:
    """Effects shrunk towards 0 by their own estimated variance; mean 0 over the weeks (or days) that were seen."""
    known = expected > 0
    count = np.maximum(known.sum(axis=-1, keepdims=True), 1)
    raw = np.where(known, np.log((seen + 0.5) / (expected + 0.5)), 0.0)
    spread = (raw**2).sum(axis=-1, keepdims=True) / count - (raw.sum(axis=-1, keepdims=True) / count) ** 2
    noise = np.where(known, 1.0 / np.maximum(expected, 1.0), 0.0).sum(axis=-1, keepdims=True) / count
    variance = LOOSE * np.maximum(spread - noise, 1e-4)
    effect = np.where(known, np.log((seen + 1.0 / variance) / (expected + 1.0 / variance)), 0.0)
    return np.asarray(np.where(known, effect - effect.sum(axis=-1, keepdims=True) / count, 0.0))


def _slow(seen: Array, expected: Array) -> Array:
    """Slow drift only: a quadratic over the weeks, fitted to the log ratios and shrunk like three parameters."""
    known = expected > 0
    if known.sum(axis=-1).min() < 8:
        return np.zeros(seen.shape)
    at = np.linspace(-1.0, 1.0, seen.shape[-1])
    basis = np.stack([at, at**2 - 1.0 / 3.0], axis=1)
    raw = np.where(known, np.log((seen + 0.5) / (expected + 0.5)), 0.0)
    weight = np.where(known, expected, 0.0)
    centre = (weight @ basis) / weight.sum(axis=-1, keepdims=True)
    design = basis - centre[..., None, :]
    heavy = design * weight[..., None]
    bend = np.swapaxes(heavy, -1, -2) @ design + np.eye(2) / 0.2**2
    solved = np.linalg.solve(bend, np.swapaxes(heavy, -1, -2) @ raw[..., None])[..., 0]
    effect = solved @ basis.T
    count = known.sum(axis=-1, keepdims=True)
    return np.asarray(effect - np.where(known, effect, 0.0).sum(axis=-1, keepdims=True) / count)
