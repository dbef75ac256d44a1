"""Decides the curve of every channel: fitted where its own history suffices, from a rate card where it does not.

weekly history -> what the channels share (season, usual elasticity) -> one estimator a channel -> curves -> lift tests
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.special import expit

from engine.messages import Message, Value
from optimizer.calibrating import Fitted
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import ChannelCurve, CurveSet
from optimizer.curves.estimator import ResponseCurveEstimator
from optimizer.curves.joint import season_draws
from optimizer.curves.lift import LiftTest
from optimizer.curves.season import PRIOR_SPREAD, shared_season
from optimizer.history import WeeklyHistory
from optimizer.ratecard import assumed_curve
from optimizer.seeding import seed_of
from optimizer.shaping import s_shaped_channels
from optimizer.track import CONTROL_SPREAD, ENOUGH_WEEKS, Track, read_track, track_series
from optimizer.validating import out_of_time_skill

ENOUGH_RESULTS = 30.0  # results, corrected for their noise, below which even the level is not its own
WEAK = 0.1  # share of the prior's spread removed below which the saturation is the prior's
DRAWS = 120


def fit_curves(
    history: WeeklyHistory,
    *,
    channels: Iterable[str] | None = None,
    lift_tests: Sequence[LiftTest] = (),
    seed: int = 0,
) -> CurveSet:
    """Curves of every channel of ``history`` (and of ``channels`` without any), for ``propose(..., curves=...)``.

    A channel with fewer than eight complete weeks of spend, or without results, gets the rate card's curve and
    ``basis="assumed"``; a channel no rate card covers is left out, with a warning. ``lift_tests`` move the curves of
    their channels as far as their precision reaches. Deterministic in ``seed``. Raises InputError for a lift test of
    a channel that has no curve.
    """
    return fit_history(history, channels=channels, seed=seed).calibrated(lift_tests, seed)


def fit_history(history: WeeklyHistory, *, channels: Iterable[str] | None = None, seed: int = 0) -> Fitted:
    """What ``fit_curves`` makes of history alone; ``calibrated`` of it takes the lift tests in at hardly any cost."""
    names = sorted({*history.channels, *(channels or ())})
    tracks = {name: read_track(history, name) for name in names}
    fitted = [name for name in names if _is_enough(tracks[name])]
    warnings = list(history.warnings)
    curves: dict[str, ChannelCurve] = {}
    seasons: dict[str, Array] = {}
    for name, (curve, season) in _fit_together({name: tracks[name] for name in fitted}, seed).items():
        curves[name], seasons[name] = curve, season
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
    found = CurveSet(
        curves=curves,
        result=history.result,
        currency=history.currency,
        data_start=history.start,
        data_end=history.end,
        credit=dict(history.credit),
        warnings=tuple(warnings),
    )
    return Fitted(found, tracks, seasons, history.start)


def _is_enough(track: Track) -> bool:
    seen = track.observed
    if track.weeks_with_spend < ENOUGH_WEEKS or not track.spend[seen].sum() > 0:
        return False
    total = float(np.nansum(track.result[seen]))
    return total > 0 and int(np.count_nonzero(track.result[seen] > 0)) >= ENOUGH_WEEKS


def _fit_together(tracks: dict[str, Track], seed: int) -> dict[str, tuple[ChannelCurve, Array]]:
    """Curves of channels with enough history, each with the season of its steps."""
    if not tracks:
        return {}
    series = {name: track_series(track) for name, track in tracks.items()}
    seeds = [seed_of(name, seed) for name in tracks]
    every_day, every_length = [t.day for t in tracks.values()], [t.step_days for t in tracks.values()]
    shared = shared_season(list(series.values()), every_day, every_length)
    skill = out_of_time_skill(tracks, series)
    shaped = s_shaped_channels(tracks, series, shared, skill)
    drawn_from = [shaped.get(name, one) for name, one in series.items()]
    seasons = season_draws(drawn_from, shared, spread=PRIOR_SPREAD, count=DRAWS, seeds=seeds)
    out: dict[str, tuple[ChannelCurve, Array]] = {}
    for number, (name, track) in enumerate(tracks.items()):
        estimator = ResponseCurveEstimator(
            step_days=track.step_days,
            prior_elasticity=float(expit(shared.centre)),
            prior_spread=PRIOR_SPREAD,
            level_spread=shared.level_spread,
            shared_by=len(tracks),
            bend_weights=None if name in shaped else tuple(shared.bend_weights.tolist()),
            control_spread=CONTROL_SPREAD,
            s_shaped=name in shaped,
            draws=DRAWS,
            random_state=seeds[number],
        )
        _fit(estimator, track, seasons[number])
        if not estimator.curve_.turns_once():  # a mean with two bends is no curve that a plan can be made on
            estimator.set_params(s_shaped=False, bend_weights=tuple(shared.bend_weights.tolist()))
            _fit(estimator, track, seasons[number])
        found, tested = skill.get(name, (None, 0))
        curve = replace(_learned(name, track, estimator), skill=found, weeks_tested=tested)
        out[name] = curve, shared.season[number]
    return out


def _fit(estimator: ResponseCurveEstimator, track: Track, season: Array) -> None:
    estimator.fit(
        np.column_stack([track.spend, track.controls]),
        track.result,
        exposure=season,
        observed=track.observed,
        week=track.day // 7,
    )


def _learned(name: str, track: Track, estimator: ResponseCurveEstimator) -> ChannelCurve:
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
        shape="s_shaped" if estimator.s_shaped else "concave",
    )


def _assume(name: str, track: Track, history: WeeklyHistory, seed: int) -> ChannelCurve | None:
    seen = track.observed
    weeks = max(float(seen.sum()) * track.step_days / 7.0, 1e-9)
    spend, results = float(track.spend[seen].sum()), float(track.result[seen].sum())
    has_level = spend > 0 and results >= ENOUGH_RESULTS
    rng = np.random.default_rng(seed_of(name, seed))
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
