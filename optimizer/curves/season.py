"""Decides which ups and downs the channels share, so that a good week is not taken for the work of more spend.

Every week has an effect on all channels, shrunk by a variance the data themselves give. Channels that spent more
or less than the others in that week are what tells spend from season.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from optimizer.curves.curve import Array
from optimizer.curves.series import ChannelSeries

ROUNDS = 10
PRIOR_ELASTICITY = 0.5  # typical of paid media; a prior, not a fact
PRIOR_SPREAD = 0.8  # of one channel around the account's mean, logit scale
CENTRE_SPREAD = 0.5  # of the account's mean around the prior
LONELY = 3  # with fewer channels a free effect per week would swallow the spend effect: only slow drift is kept


@dataclass(frozen=True, slots=True)
class Shared:
    """What channels share: ``season`` per channel and step, and the account's usual elasticity (logit)."""

    season: tuple[Array, ...]
    centre: float


def shared_season(series: Sequence[ChannelSeries], weeks: Sequence[npt.NDArray[np.int64]]) -> Shared:
    """Alternates between the channels' curves and the effects they share; ``weeks`` numbers each step's week."""
    centre = float(logit(PRIOR_ELASTICITY))
    count = 1 + max(int(week.max()) for week in weeks)
    effect = np.zeros(count)
    for _ in range(ROUNDS):
        seen, expected, shapes = np.zeros(count), np.zeros(count), 0.0
        for one, week in zip(series, weeks, strict=True):
            one.refresh(np.exp(effect)[week], centre, PRIOR_SPREAD)
            plain = one.base * one.pattern() * one.observed
            seen += np.bincount(week, one.result / one.dispersion, minlength=count)
            expected += np.bincount(week, plain / one.dispersion, minlength=count)
            shapes += one.mean(logit(one.grid.elasticity)) - logit(PRIOR_ELASTICITY)
        pooled = shapes / PRIOR_SPREAD**2 / (1.0 / CENTRE_SPREAD**2 + len(series) / PRIOR_SPREAD**2)
        centre = float(logit(PRIOR_ELASTICITY)) + float(pooled)
        effect = _shrunk(seen, expected) if len(series) >= LONELY else _slow(seen, expected)
    return Shared(tuple(np.exp(effect)[week] for week in weeks), centre)


def _shrunk(seen: Array, expected: Array) -> Array:
    """Week effects shrunk towards 0 by their own estimated variance; mean 0 over the weeks that were seen."""
    known = expected > 0
    raw = np.log((seen[known] + 0.5) / (expected[known] + 0.5))
    variance = max(float(raw.var()) - float(np.mean(1.0 / np.maximum(expected[known], 1.0))), 1e-4)
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
