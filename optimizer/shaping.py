"""Decides which channels respond in an S shape; concave stays the answer unless the history says otherwise loudly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.curves.season import PRIOR_SPREAD, Shared
from optimizer.curves.series import ROUNDS, ChannelSeries
from optimizer.track import Track, track_series
from optimizer.validating import out_of_time_skill

STRONG = 4.0  # natural log of how many times likelier the S has to make the weeks: 55 times


def s_shaped_channels(
    tracks: Mapping[str, Track],
    series: Mapping[str, ChannelSeries],
    shared: Shared,
    skill: Mapping[str, tuple[float, int]],
) -> dict[str, ChannelSeries]:
    """Channels whose weeks an S-shaped series makes far likelier than the concave one, and that it foretells no worse.

    Returns their S-shaped series. ``shared`` was estimated from the concave ``series``, in the same order; ``skill`` is
    theirs. With noise of unknown size the log likelihood ratio is half the weeks times the log ratio of the noise left.
    """
    found: dict[str, ChannelSeries] = {}
    for (name, concave), season in zip(series.items(), shared.season, strict=True):
        if not _reaches_both_ends(concave):
            continue
        shaped = track_series(tracks[name], s_shaped=True)
        shaped.shared_by = concave.shared_by
        for _ in range(ROUNDS):
            shaped.refresh(season, shared.centre, PRIOR_SPREAD)
        weeks = len(np.unique(concave.block[concave.observed > 0]))
        if 0.5 * weeks * np.log(concave.dispersion / shaped.dispersion) > STRONG:
            found[name] = shaped
    if not found:
        return {}
    again = out_of_time_skill(tracks, series, found)
    return {name: one for name, one in found.items() if name in again and again[name][0] >= skill[name][0]}


def _reaches_both_ends(series: ChannelSeries) -> bool:
    """Whether spend was low and high enough for a bend from convex to concave to be seen at all."""
    spend = series.spend[series.observed > 0]
    low, high = np.quantile(spend, [0.1, 0.9])
    return bool(low > 0 and high > 2.0 * low)
