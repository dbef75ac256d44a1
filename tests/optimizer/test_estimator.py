"""The estimator: scikit-learn's own checks, known truth, honest about little data, the same every time."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import check_estimator

from optimizer.curves.curve_set import CurveSet
from optimizer.curves.estimator import ResponseCurveEstimator
from optimizer.fitting import fit_curves
from optimizer.history import WeeklyHistory, weekly_history
from optimizer.track import ENOUGH_WEEKS
from tests.optimizer.frames import day_facts, facts
from tests.optimizer.measuring import measure
from tests.optimizer.simulator import simulate


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_accepts_it():
    found = check_estimator(ResponseCurveEstimator(draws=10), on_fail=None, on_skip=None)
    assert {entry["status"] for entry in found} <= {"passed", "skipped"}
    assert sum(entry["status"] == "passed" for entry in found) > 40
    assert issubclass(SkipTestWarning, Warning)


def series(elasticity: float, days: int = 182, variation: float = 0.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    level = np.exp(variation * rng.normal(size=days // 7))
    spend = 10_000.0 * np.repeat(level, 7)
    return spend[:, None], rng.poisson(60.0 * (spend / 10_000.0) ** elasticity).astype(float)


@pytest.mark.parametrize("elasticity", [0.3, 0.55, 0.8])
def test_a_power_curve_is_recovered(elasticity):
    found = ResponseCurveEstimator().fit(*series(elasticity))
    assert found.elasticity_[0] == pytest.approx(elasticity, abs=0.06)
    assert found.predict([[10_000.0]])[0] == pytest.approx(60.0, rel=0.06)


def test_the_range_of_the_level_holds_the_truth_nine_times_in_ten():
    held = []
    for seed in range(20):
        draws = ResponseCurveEstimator(random_state=seed).fit(*series(0.5, seed=seed)).predict_draws([10_000.0])
        low, high = np.quantile(draws, [0.05, 0.95])
        held.append(low < 60.0 < high)
        assert high - low < 8.0
    assert np.mean(held) >= 0.8


def test_no_variation_teaches_nothing_and_says_so():
    flat = ResponseCurveEstimator().fit(*series(0.8, variation=0.0))
    varied = ResponseCurveEstimator().fit(*series(0.8))
    assert flat.information_ < 0.15 < 0.5 < varied.information_
    assert flat.elasticity_[2] - flat.elasticity_[1] > 2 * (varied.elasticity_[2] - varied.elasticity_[1])


def test_predictions_are_increasing_and_concave_beyond_what_was_seen():
    found = ResponseCurveEstimator().fit(*series(0.5))
    spend = np.linspace(0.0, 200_000.0, 50)[:, None]
    response = found.predict(spend)
    assert np.all(np.diff(response) > 0)
    assert np.all(np.diff(response, 2) < 1e-9)


def test_a_control_column_takes_what_it_explains():
    spend, result = series(0.5)
    holiday = (np.arange(len(spend)) % 31 < 5).astype(float)[:, None]
    lifted = result * np.where(holiday[:, 0] > 0, 1.6, 1.0)
    found = ResponseCurveEstimator().fit(np.hstack([spend, holiday]), lifted)
    ratio = found.predict([[10_000.0, 1.0]])[0] / found.predict([[10_000.0, 0.0]])[0]
    assert ratio == pytest.approx(1.6, rel=0.1)
    assert found.elasticity_[0] == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_of_money_and_results_do_not_matter(unit):
    spend, result = series(0.5)
    plain, scaled = ResponseCurveEstimator().fit(spend, result), ResponseCurveEstimator().fit(spend * unit, result)
    assert scaled.predict(spend * unit) == pytest.approx(plain.predict(spend), rel=1e-6)
    worth = ResponseCurveEstimator().fit(spend, result * unit)
    assert worth.predict(spend) == pytest.approx(plain.predict(spend) * unit, rel=1e-6)


@pytest.mark.parametrize(
    ("spend", "result"),
    [(-1.0, 5.0), (0.0, 5.0), (10.0, 0.0), (10.0, -1.0), (np.nan, 5.0)],
)
def test_what_is_no_history_is_refused(spend, result):
    with pytest.raises(ValueError, match=r"Negative|needs rows|NaN"):
        ResponseCurveEstimator().fit(np.full((30, 1), spend), np.full(30, result))


def test_curves_are_stored_and_read_back():
    curves = fit_curves(simulate(1, "mixed", weeks=10).history)
    again = CurveSet.from_dict(json.loads(json.dumps(curves.as_dict(), allow_nan=False)))
    assert again.hash == curves.hash


def test_the_same_history_gives_the_same_curves_in_any_order():
    history = simulate(2, "hill", weeks=12).history
    assert history.daily is not None
    shuffled = dataclasses.replace(
        history, daily=history.daily.sample(frac=1.0, random_state=1), frame=history.frame.iloc[::-1]
    )
    assert fit_curves(history).hash == fit_curves(shuffled).hash == fit_curves(history).hash


def short(history: WeeklyHistory, channel: str, weeks: int) -> WeeklyHistory:
    """``channel`` keeps only its last ``weeks`` weeks."""
    assert history.daily is not None
    first = history.frame["week"].max() - pd.Timedelta(weeks=weeks - 1)
    frame = history.frame[(history.frame["channel"] != channel) | (history.frame["week"] >= first)]
    daily = history.daily[(history.daily["channel"] != channel) | (history.daily["day"] >= first)]
    return dataclasses.replace(history, frame=frame, daily=daily)


@pytest.mark.parametrize(("weeks", "basis"), [(ENOUGH_WEEKS - 1, "assumed"), (ENOUGH_WEEKS, "fitted")])
def test_a_short_history_is_assumed_and_said_so(weeks, basis):
    curves = fit_curves(short(simulate(3, "hill").history, "p0/t0", weeks))
    known = curves.curves["p0/t0"]
    assert known.basis == basis
    assert known.weeks_of_data == weeks
    told = [warning.values["channel"] for warning in curves.warnings if warning.id == "optimizer.fit.assumed"]
    assert told == (["p0/t0"] if basis == "assumed" else [])
    assert {name for name, curve in curves.curves.items() if curve.basis == "assumed"} == set(told)


def test_an_assumed_curve_passes_through_the_channels_own_level():
    history = short(simulate(3, "hill").history, "p0/t0", 4)
    known = fit_curves(history).curves["p0/t0"]
    own = history.frame[history.frame["channel"] == "p0/t0"]
    assert known.source.startswith("tw_2026:default")
    assert float(known.curve.value(np.array(own["spend"].mean()))) == pytest.approx(own["result"].mean(), rel=0.1)


def test_a_listed_channel_without_any_history_comes_from_the_rate_card():
    history = weekly_history(facts(day_facts(days=70)), "conversions")
    curves = fit_curves(history, channels=["line", "lime/other"])
    assert curves.curves["line"].basis == "assumed"
    assert "lime/other" not in curves.curves
    assert "optimizer.fit.no_rate_card" in [warning.id for warning in curves.warnings]


def test_an_empty_history_has_no_curves():
    history = weekly_history(facts(day_facts()).iloc[:0], "conversions")
    assert not fit_curves(history).curves
    assert history.end is None


def test_weekly_data_alone_will_do():
    history = dataclasses.replace(simulate(4, "hill").history, daily=None)
    curves = fit_curves(history)
    assert all(curve.basis == "fitted" and curve.weeks_of_data == 26 for curve in curves.curves.values())


@pytest.mark.parametrize("family", ["hill", "power"])
def test_the_proposal_wins_back_what_the_current_plan_loses(family):
    """A small run of tests/bench/simulate_curves.py."""
    found = [measure(simulate(seed, family)) for seed in range(6)]
    losing = [one.closed for one in found if one.loss >= 0.10]
    assert losing, "some of these plans must be worth mending"
    assert np.median(losing) >= 0.70
    assert min(one.change for one in found) >= -0.01
    assert np.mean([cover for one in found for channel in one.covered for cover in channel]) >= 0.85
