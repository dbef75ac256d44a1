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
PRIOR_SPREAD = 0.45  # of one channel around the account's mean, logit scale
CENTRE_SPREAD = 0.5  # of the account's mean around the prior
BEND_COUNT = 4.0  # channels that the prior of the bend counts for
LOOSE = 8.0  # effects are shrunk less than their variance asks: season left over would be taken for the work of spend
LONELY = 3  # with fewer channels a free effect per week would swallow the spend effect: only slow drift is kept


@dataclass(frozen=True, slots=True)
class Shared:
    """What channels share: ``season`` per channel and step, usual elasticity (logit), and how spend saturates.

    ``level_spread`` is how far (log) the mean of the weeks seen may lie from an ordinary season.
    """

    season: tuple[Array, ...]
    centre: float
    bend_weights: Array
    level_spread: float


def shared_season(
    series: Sequence[ChannelSeries], days: Sequence[npt.NDArray[np.int64]], step_days: Sequence[int]
) -> Shared:
    """Alternates between the channels' curves and the effects they share; ``days`` numbers each step's first day."""
    centre, bends = float(logit(PRIOR_ELASTICITY)), BEND_PRIOR
    weeks = 1 + max(int(day.max()) for day in days) // 7
    effect = np.zeros(7 * weeks)
    for one in series:
        one.shared_by = len(series)
    for _ in range(ROUNDS):
        seen, expected, shapes, counted = np.zeros(7 * weeks), np.zeros(7 * weeks), 0.0, np.zeros(len(BENDS))
        for one, day in zip(series, days, strict=True):
            one.bend_weights = bends
            one.refresh(np.exp(effect)[day], centre, PRIOR_SPREAD)
            plain = one.base * one.pattern() * one.observed
            seen += np.bincount(day, one.result / one.dispersion, minlength=7 * weeks)
            expected += np.bincount(day, plain / one.dispersion, minlength=7 * weeks)
            shapes += one.mean(logit(one.grid.elasticity)) - logit(PRIOR_ELASTICITY)
            counted += one.bends()
        pooled = shapes / PRIOR_SPREAD**2 / (1.0 / CENTRE_SPREAD**2 + len(series) / PRIOR_SPREAD**2)
        centre = float(logit(PRIOR_ELASTICITY)) + float(pooled)
        bends = (BEND_COUNT * BEND_PRIOR + counted) / (BEND_COUNT + len(series))
        effect = _effects(seen, expected, lonely=len(series) < LONELY, daily=min(step_days) == 1)
    # Curves are told for an ordinary week: sales lift the mean of a history, the next weeks need not hold any.
    effect = effect - float(np.median(effect))
    return Shared(tuple(np.exp(effect)[day] for day in days), centre, bends, _ordinary(effect, weeks))


def _ordinary(effect: Array, weeks: int) -> float:
    """Standard error of the mean week; neighbouring weeks are alike, so each counts for half."""
    each = effect.reshape(-1, 7).mean(axis=1)
    return float(each.std() / np.sqrt(max(weeks / 2.0, 1.0)))


def _effects(seen: Array, expected: Array, *, lonely: bool, daily: bool) -> Array:
    """Effect per day: that of its week, and with several daily channels its own on top (a sale that starts midweek)."""
    in_weeks = seen.reshape(-1, 7).sum(axis=1), expected.reshape(-1, 7).sum(axis=1)
    week = np.repeat(_slow(*in_weeks) if lonely else _shrunk(*in_weeks), 7)
    if lonely or not daily:
        return week
    return week + _shrunk(seen, expected * np.exp(week))


def _shrunk(seen: Array, expected: Array) -> Array:
    """Week effects shrunk towards 0 by their own estimated variance; mean 0 over the weeks that were seen."""
    known = expected > 0
    raw = np.log((seen[known] + 0.5) / (expected[known] + 0.5))
    variance = LOOSE * max(float(raw.var()) - float(np.mean(1.0 / np.maximum(expected[known], 1.0))), 1e-4)
    effect = np.log((seen + 1.0 / variance) / (expected + 1.0 / variance))
    return np.where(known, effect - effect[known].mean(), 0.0)


def _slow(seen: Array, expected: Array) -> Array:
    """Slow drift only: a quadratic over the weeks, fitted to the log ratios and shrunk like three parameters."""
    known = expected > 0
    if known.sum() < 8:
        return np.zeros(len(seen))
    at = np.linspace(-1.0, 1.0, len(seen))
    basis = np.stack([at, at**2 - 1.0 / 3.0], axis=1)
    raw = np.log((seen[known] + 0.5) / (expected[known] + 0.5))
    weight = expected[known]
    design = basis[known] - np.average(basis[known], axis=0, weights=weight)
    ridge = np.eye(2) / 0.2**2
    solved = np.linalg.solve((design * weight[:, None]).T @ design + ridge, (design * weight[:, None]).T @ raw)
    effect = basis @ solved
    return np.asarray(effect - effect[known].mean())
