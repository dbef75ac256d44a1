"""Decides how far the season may lie from its estimate: it is estimated again in every resampling of the weeks.

Season and curves explain the same results. A season held fixed while only the curves were resampled would leave out
that a good week may have been the work of more spend, and ranges would be too narrow where spend moves together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.curves.curve import Array
from optimizer.curves.resampling import Resampled
from optimizer.curves.season import Shared, week_effects
from optimizer.curves.series import ChannelSeries

ROUNDS = 5


def season_draws(
    series: Sequence[ChannelSeries], shared: Shared, *, spread: float, count: int, seeds: Sequence[int]
) -> tuple[Array, ...]:
    """The season of every draw, per channel; shape (draws, steps) each.

    ``series`` are those that ``shared`` was estimated from, their blocks numbered by the account's weeks; ``seeds``
    are those of the channels' estimators, whose weights these draws then share.
    """
    made = [
        Resampled(one, season, shared.centre, spread, count, np.random.default_rng(seed))
        for one, season, seed in zip(series, shared.season, seeds, strict=True)
    ]
    weeks = len(shared.week)
    effect = np.zeros((count, weeks))
    for _ in range(ROUNDS):
        seen, expected = np.zeros((count, weeks)), np.zeros((count, weeks))
        for one, draws in zip(series, made, strict=True):
            at = slice(0, draws.blocks)
            mean = draws.refit(effect[:, at]) * np.exp(-shared.week[at])
            seen[:, at] += draws.weights * draws.seen / one.dispersion
            expected[:, at] += draws.weights * mean / one.dispersion
        effect = week_effects(seen, expected, lonely=shared.lonely) - shared.week
        effect -= effect.mean(axis=1, keepdims=True)
    return tuple(
        np.asarray(season * np.exp(effect)[:, one.block]) for one, season in zip(series, shared.season, strict=True)
    )
