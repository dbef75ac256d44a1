"""Decides how well curves foretell weeks they have not seen: expanding windows of whole weeks, one week apart.

The forecast is "as in the last four weeks, moved along the curve by what is then spent"; its error is compared with
that of "as in the last four weeks" alone, so that the season of the weeks ahead burdens both alike.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from optimizer.curves.curve import Array
from optimizer.curves.season import PRIOR_SPREAD, shared_season
from optimizer.curves.series import ChannelSeries
from optimizer.track import ENOUGH_WEEKS, RECENT_WEEKS, Track, track_series

SPLITS = 3
GAP = 1  # weeks between what is learnt from and what is foretold: results that trail spend stay on their side
ROUNDS = 3


def out_of_time_skill(
    tracks: Mapping[str, Track],
    series: Mapping[str, ChannelSeries],
    s_shaped: Mapping[str, ChannelSeries] | None = None,
) -> dict[str, tuple[float, int]]:
    """Per channel the share of the naive forecast's Poisson deviance that the curve removed, and the weeks foretold.

    ``series`` are the concave ones of ``tracks``, for their shapes; ``s_shaped`` those that stand in for some.
    1 is perfect, 0 no better than "as in the last weeks", below 0 worse. Channels with too few weeks are left out.
    """
    from sklearn.model_selection import TimeSeriesSplit

    weeks = 1 + max((int(track.day.max()) // 7 for track in tracks.values()), default=-1)
    size = max(2, weeks // 8)
    splits = min(SPLITS, (weeks - ENOUGH_WEEKS - GAP) // size)
    if splits < 2:
        return {}
    sums: dict[str, list[tuple[float, float, int]]] = {}
    for train, ahead in TimeSeriesSplit(n_splits=splits, test_size=size, gap=GAP).split(np.arange(weeks)):
        for name, found in _foretold(tracks, series, s_shaped or {}, train, ahead).items():
            sums.setdefault(name, []).append(found)
    out = {}
    for name, parts in sums.items():
        model, naive = sum(part[0] for part in parts), sum(part[1] for part in parts)
        if naive > 0:
            out[name] = (1.0 - model / naive, sum(part[2] for part in parts))
    return out


def _foretold(
    tracks: Mapping[str, Track],
    whole: Mapping[str, ChannelSeries],
    s_shaped: Mapping[str, ChannelSeries],
    train: npt.NDArray[np.int64],
    ahead: npt.NDArray[np.int64],
) -> dict[str, tuple[float, float, int]]:
    """Deviance of curve and naive forecast on the weeks ``ahead``, and how many count, per channel."""
    last = train[-RECENT_WEEKS:]
    known = {name: track.observed & np.isin(track.day // 7, train) for name, track in tracks.items()}
    able = [name for name, track in tracks.items() if _is_able(track, known[name], last)]
    if not able:
        return {}
    series = {name: track_series(tracks[name], observed=known[name], shapes=whole[name].grid) for name in able}
    shared = shared_season(
        list(series.values()),
        [tracks[name].day for name in able],
        [tracks[name].step_days for name in able],
        rounds=ROUNDS,
    )
    out = {}
    for name, season in zip(able, shared.season, strict=True):
        one = series[name]
        if name in s_shaped:
            shapes = s_shaped[name].grid
            one = track_series(tracks[name], observed=known[name], s_shaped=True, shapes=shapes)
            for _ in range(ROUNDS):
                one.refresh(season, shared.centre, PRIOR_SPREAD)
        found = _deviances(tracks[name], one, last, ahead)
        if found is not None:
            out[name] = found
    return out


def _is_able(track: Track, known: npt.NDArray[np.bool_], last: npt.NDArray[np.int64]) -> bool:
    week = track.day // 7
    seen = np.unique(week[known & (track.result > 0)])
    return len(seen) >= ENOUGH_WEEKS and bool(np.isin(seen, last).any()) and float(track.spend[known].sum()) > 0


def _deviances(
    track: Track, series: ChannelSeries, last: npt.NDArray[np.int64], ahead: npt.NDArray[np.int64]
) -> tuple[float, float, int] | None:
    week = track.day // 7
    expected = series.base * series.pattern() * track.observed
    weeks = int(week.max()) + 1
    steps = np.bincount(week, track.observed.astype(np.float64), minlength=weeks)
    results: Array = np.bincount(week, track.result * track.observed, minlength=weeks).astype(np.float64)
    responses = np.bincount(week, expected, minlength=weeks)
    recent, coming = last[last < weeks], ahead[ahead < weeks]
    coming = coming[steps[coming] > 0]
    if not (len(coming) and steps[recent].sum() > 0 and results[recent].sum() > 0):
        return None
    model = responses[coming] * results[recent].sum() / responses[recent].sum()
    naive = steps[coming] * results[recent].sum() / steps[recent].sum()
    return _deviance(results[coming], model), _deviance(results[coming], naive), len(coming)


def _deviance(seen: Array, expected: Array) -> float:
    ratio = np.where(seen > 0, seen, 1.0) / expected
    return float(2.0 * np.sum(np.where(seen > 0, seen * np.log(ratio), 0.0) - (seen - expected)))
