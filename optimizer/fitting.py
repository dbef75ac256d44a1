"""Decides the curve of every channel: fitted where its own history suffices, from a rate card where it does not.

weekly history -> what the channels share (season, usual elasticity) -> one estimator a channel -> CurveSet
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from engine.messages import Message, Value
from optimizer.curves.controls import control_columns
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.curves.estimator import ResponseCurveEstimator, channel_series, scaled_controls
from optimizer.curves.joint import season_draws
from optimizer.curves.season import PRIOR_SPREAD, shared_season
from optimizer.history import WeeklyHistory
from optimizer.ratecard import assumed_curve

ENOUGH_WEEKS = 8  # complete weeks with spend below which a channel's own curve says too little
ENOUGH_RESULTS = 30.0  # results, corrected for their noise, below which even the level is not its own
WEAK = 0.1  # share of the prior's spread removed below which the saturation is the prior's
RECENT_WEEKS = 4
CONTROL_SPREAD = 0.06  # log effect of one standard deviation of a control: a trend of 0.2 in all, a sale of 0.3
SPECIAL_DAYS = 3  # days of a kind below which it has no effect of its own
DRAWS = 120


@dataclass(frozen=True, slots=True)
class _Track:
    """One channel's steps in time: days where known, else weeks."""

    spend: Array
    result: Array
    observed: npt.NDArray[np.bool_]
    day: npt.NDArray[np.int64]  # days since the history's first Monday
    controls: Array  # columns that differ among the steps seen: trend, new year, public holidays, sales
    step_days: int
    weeks_with_spend: int
    recent: float


def fit_curves(history: WeeklyHistory, *, channels: Iterable[str] | None = None, seed: int = 0) -> CurveSet:
    """Curves of every channel of ``history`` (and of ``channels`` without any), for ``propose(..., curves=...)``.

    A channel with fewer than eight complete weeks of spend, or without results, gets the rate card's curve and
    ``basis="assumed"``; a channel no rate card covers is left out, with a warning. Deterministic in ``seed``.
    """
    names = sorted({*history.channels, *(channels or ())})
    tracks = {name: _track(history, name) for name in names}
    fitted = [name for name in names if _is_enough(tracks[name])]
    warnings = list(history.warnings)
    curves: dict[str, ChannelCurve] = {}
    for name, curve in _fit_together({name: tracks[name] for name in fitted}, seed).items():
        curves[name] = curve
        if curve.information < WEAK:
            warnings.append(Message("optimizer.fit.weak", {"channel": name, "weeks": curve.weeks_of_data}))
    for name in names:
        if name in curves:
            continue
        assumed = _assume(name, tracks[name], history, seed)
        if assumed is None:
            warnings.append(Message("optimizer.fit.no_rate_card", {"channel": name, "currency": history.currency}))
            continue
        curves[name] = assumed
        values: dict[str, Value] = {"channel": name, "weeks": assumed.weeks_of_data, "source": assumed.source}
        warnings.append(Message("optimizer.fit.assumed", values | {"needed": ENOUGH_WEEKS}))
    return CurveSet(
        curves=curves,
        result=history.result,
        currency=history.currency,
        data_start=history.start,
        data_end=history.end,
        credit=dict(history.credit),
        warnings=tuple(warnings),
    )


def _is_enough(track: _Track) -> bool:
    seen = track.observed
    if track.weeks_with_spend < ENOUGH_WEEKS or not track.spend[seen].sum() > 0:
        return False
    total = float(np.nansum(track.result[seen]))
    return total > 0 and int(np.count_nonzero(track.result[seen] > 0)) >= ENOUGH_WEEKS


def _track(history: WeeklyHistory, channel: str) -> _Track:
    """The series of one channel; steps of incomplete weeks carry spend over but do not count as observations."""
    frame = history.frame[history.frame["channel"] == channel].sort_values("week")
    whole = frame[frame["complete"].astype(bool)]
    weeks_with_spend = int((whole["spend"] > 0).sum())
    recent = float(whole["spend"].tail(RECENT_WEEKS).mean()) if len(whole) else 0.0
    if frame.empty:
        none = np.empty(0)
        return _Track(none, none, none.astype(bool), none.astype(np.int64), none[:, None], 1, 0, 0.0)
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
    return _Track(
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


def _fit_together(tracks: dict[str, _Track], seed: int) -> dict[str, ChannelCurve]:
    if not tracks:
        return {}
    series = [
        channel_series(
            t.spend,
            t.result,
            t.observed,
            t.step_days,
            scaled_controls(t.controls),
            week=t.day // 7,
            control_spread=CONTROL_SPREAD,
        )
        for t in tracks.values()
    ]
    seeds = [_seed_of(name, seed) for name in tracks]
    shared = shared_season(series, [t.day for t in tracks.values()], [t.step_days for t in tracks.values()])
    seasons = season_draws(series, shared, spread=PRIOR_SPREAD, count=DRAWS, seeds=seeds)
    out: dict[str, ChannelCurve] = {}
    for number, (name, track) in enumerate(tracks.items()):
        estimator = ResponseCurveEstimator(
            step_days=track.step_days,
            prior_elasticity=float(expit(shared.centre)),
            prior_spread=PRIOR_SPREAD,
            level_spread=shared.level_spread,
            shared_by=len(tracks),
            bend_weights=tuple(shared.bend_weights.tolist()),
            control_spread=CONTROL_SPREAD,
            draws=DRAWS,
            random_state=seeds[number],
        )
        estimator.fit(
            np.column_stack([track.spend, track.controls]),
            track.result,
            exposure=seasons[number],
            observed=track.observed,
            week=track.day // 7,
        )
        out[name] = _learned(name, track, estimator)
    return out


def _learned(name: str, track: _Track, estimator: ResponseCurveEstimator) -> ChannelCurve:
    steps = 7.0 / track.step_days
    return ChannelCurve(
        channel=name,
        curve=estimator.curve_.lasting(steps),
        adstock=estimator.adstock_,
        basis="fitted",
        weeks_of_data=track.weeks_with_spend,
        carry=steps * estimator.carry_,
        recent=track.recent,
        observed_max=steps * estimator.observed_max_,
        elasticity=estimator.elasticity_,
        dispersion=estimator.dispersion_,
        effective_results=float(track.result[track.observed].sum() / estimator.dispersion_),
        information=estimator.information_,
    )


def _assume(name: str, track: _Track, history: WeeklyHistory, seed: int) -> ChannelCurve | None:
    seen = track.observed
    weeks = max(float(seen.sum()) * track.step_days / 7.0, 1e-9)
    spend, results = float(track.spend[seen].sum()), float(track.result[seen].sum())
    has_level = spend > 0 and results >= ENOUGH_RESULTS
    rng = np.random.default_rng(_seed_of(name, seed))
    own = (spend / weeks, results / weeks) if has_level else None
    asked = not len(track.spend)  # named by the planner, never seen: only what a rate card lists is believed
    found = assumed_curve(name, history.result, history.currency, draws=DRAWS, rng=rng, own=own, listed_only=asked)
    if found is None:
        return None
    return ChannelCurve(
        channel=name,
        curve=found.curve,
        adstock=0.0,
        basis="assumed",
        weeks_of_data=track.weeks_with_spend,
        carry=track.recent,
        recent=track.recent,
        observed_max=float(track.spend.max()) * 7.0 / track.step_days if len(track.spend) else 0.0,
        elasticity=found.elasticity,
        effective_results=results,
        source=found.source,
    )


def _seed_of(name: str, seed: int) -> int:
    """A seed of its own per channel, so that other channels and their order change nothing."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
