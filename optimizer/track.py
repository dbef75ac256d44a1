"""Decides what of a channel's history counts for its curve: its steps in time, those observed, and their controls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from optimizer.curves.controls import control_columns
from optimizer.curves.curve import Array
from optimizer.curves.estimator import channel_series, scaled_controls
from optimizer.curves.series import ChannelSeries
from optimizer.curves.shapes import ShapeGrid
from optimizer.history import WeeklyHistory

ENOUGH_WEEKS = 8  # complete weeks with spend below which a channel's own curve says too little
RECENT_WEEKS = 4
CONTROL_SPREAD = 0.06  # log effect of one standard deviation of a control: a trend of 0.2 in all, a sale of 0.3
SPECIAL_DAYS = 3  # days of a kind below which it has no effect of its own


@dataclass(frozen=True, slots=True)
class Track:
    """One channel's steps in time: days where known, else weeks."""

    spend: Array
    result: Array
    observed: npt.NDArray[np.bool_]
    day: npt.NDArray[np.int64]  # days since the history's first Monday
    controls: Array  # columns that differ among the steps seen: trend, new year, public holidays, sales
    step_days: int
    weeks_with_spend: int
    recent: float


def read_track(history: WeeklyHistory, channel: str) -> Track:
    """The series of one channel; steps of incomplete weeks carry spend over but do not count as observations."""
    frame = history.frame[history.frame["channel"] == channel].sort_values("week")
    whole = frame[frame["complete"].astype(bool)]
    weeks_with_spend = int((whole["spend"] > 0).sum())
    recent = float(whole["spend"].tail(RECENT_WEEKS).mean()) if len(whole) else 0.0
    if frame.empty:
        none = np.empty(0)
        return Track(none, none, none.astype(bool), none.astype(np.int64), none[:, None], 1, 0, 0.0)
    first = history.frame["week"].min()
    if history.daily is not None:
        days = history.daily[history.daily["channel"] == channel].sort_values("day")
        monday = days["day"] - pd.to_timedelta(days["day"].dt.day_of_week, unit="D")
        observed = monday.isin(whole["week"]).to_numpy()
        steps, at, step_days = days, days["day"], 1
    else:
        span = pd.date_range(frame["week"].min(), frame["week"].max(), freq="7D")
        steps = frame.set_index("week").reindex(span).reset_index(names="week")
        observed = (steps["complete"] == True).to_numpy()  # noqa: E712  (missing weeks are <NA>)
        at, step_days = steps["week"], 7
    spend = steps["spend"].to_numpy(dtype=np.float64, na_value=np.nan)
    known = spend[np.isfinite(spend)]
    spend = np.where(np.isfinite(spend), np.maximum(spend, 0.0), known.mean() if len(known) else 0.0)
    result = steps["result"].to_numpy(dtype=np.float64, na_value=np.nan)
    # Exports have no row for a day without delivery, so results that trail a pause are nowhere: such days tell nothing.
    observed = observed & np.isfinite(result) & (spend > 0)
    day = (at - first).dt.days.to_numpy(dtype=np.int64)
    whole_span = int((history.frame["week"].max() - first).days) + 7
    controls = control_columns(first.date(), day, step_days, whole_span)
    return Track(
        spend,
        np.maximum(np.nan_to_num(result), 0.0),
        observed,
        day,
        controls[:, _telling(controls[observed] * step_days)],
        step_days,
        weeks_with_spend,
        recent,
    )


def _telling(seen: Array) -> npt.NDArray[np.bool_]:
    """Control columns that differ enough among the steps seen for an effect of their own; the trend always does."""
    if len(seen) < ENOUGH_WEEKS:
        return np.zeros(seen.shape[1], dtype=bool)
    days = seen.sum(axis=0)
    return np.asarray((days >= SPECIAL_DAYS) & (np.ptp(seen, axis=0) > 0))


def track_series(
    track: Track,
    *,
    observed: npt.NDArray[np.bool_] | None = None,
    s_shaped: bool = False,
    shapes: ShapeGrid | None = None,
) -> ChannelSeries:
    """The track with its shape grid, resampled by the account's weeks; ``observed`` where fewer steps are to count."""
    return channel_series(
        track.spend,
        track.result,
        track.observed if observed is None else observed,
        track.step_days,
        scaled_controls(track.controls),
        week=track.day // 7,
        control_spread=CONTROL_SPREAD,
        s_shaped=s_shaped,
        shapes=shapes,
    )
