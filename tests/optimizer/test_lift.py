"""Lift tests pull a curve towards the truth as far as their precision reaches, and are stored with it."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import numpy as np
import pytest

from engine.errors import InputError
from engine.messages import render
from optimizer.curves.curve_set import CurveSet
from optimizer.curves.lift import LiftTest
from optimizer.fitting import fit_curves
from tests.optimizer.simulator import Advertiser, simulate

DAYS = date(2025, 7, 14), date(2025, 8, 10)  # four weeks after the history


def lift_test(advertiser: Advertiser, number: int = 0, *, error: float = 0.1, bias: float = 1.0) -> LiftTest:
    """Doubling a channel's usual spend for four weeks; ``error`` relative to the true lift."""
    channel = advertiser.channels[number]
    ends = channel.usual * np.array([1.0, 2.0])
    lift = 28.0 * float(np.diff(channel.daily(ends))[0]) * bias
    without, spent = (float(28.0 * spend) for spend in ends)
    half = 1.645 * error * abs(lift)
    return LiftTest(channel.name, *DAYS, without, spent, lift, lift - half, lift + half)


def doubling_error(curves: CurveSet, advertiser: Advertiser, number: int = 0) -> float:
    """Log error of the response that doubling the usual spend adds."""
    channel = advertiser.channels[number]
    ends = 7.0 * channel.usual * np.array([1.0, 2.0])
    believed = np.diff(curves.curves[channel.name].curve.value(ends))[0]
    return float(np.log(believed / (7.0 * np.diff(channel.daily(ends / 7.0))[0])))


def test_a_confounded_curve_moves_towards_the_truth():
    """Spend that followed demand looks more effective than it is; an experiment says by how much."""
    alone, tested = [], []
    for seed in range(5):
        made = simulate(seed, "power", channels=3, shocks=0.2, confounded=1.5)
        alone.append(doubling_error(fit_curves(made.history), made))
        tested.append(doubling_error(fit_curves(made.history, lift_tests=[lift_test(made)]), made))
    assert np.mean(alone) > 0.2
    assert np.mean(np.abs(tested)) < 0.4 * np.mean(np.abs(alone))


def test_a_test_that_tells_nothing_moves_nothing():
    made = simulate(1, "hill", channels=3)
    plain = fit_curves(made.history)
    vague = fit_curves(made.history, lift_tests=[lift_test(made, error=20.0, bias=3.0)])
    assert doubling_error(vague, made) == pytest.approx(doubling_error(plain, made), abs=0.02)


def test_a_precise_test_holds_the_curve_and_narrows_its_range():
    made = simulate(1, "hill", channels=3)
    test = lift_test(made, error=0.03, bias=0.6)
    known = fit_curves(made.history, lift_tests=[test]).curves[test.channel]
    ends = np.array([test.spend_without, test.spend_with]) / test.weeks
    drawn = test.weeks * np.diff(known.curve.value_draws(ends), axis=0)[0]
    assert drawn.mean() == pytest.approx(test.lift, rel=0.05)
    assert drawn.std() == pytest.approx(test.error, rel=0.5)


def test_other_channels_and_the_order_of_the_tests_change_nothing():
    made = simulate(2, "hill", channels=3)
    tests = [lift_test(made), lift_test(made, bias=0.7), lift_test(made, 1)]
    plain, one = fit_curves(made.history), fit_curves(made.history, lift_tests=tests)
    assert one.hash == fit_curves(made.history, lift_tests=tests[::-1]).hash
    assert one.curves["p2/t2"] == dataclasses.replace(plain.curves["p2/t2"], curve=one.curves["p2/t2"].curve)


def test_the_tests_are_stored_with_the_curve_and_told():
    made = simulate(2, "hill", channels=3)
    curves = fit_curves(made.history, lift_tests=[lift_test(made)])
    again = CurveSet.from_dict(json.loads(json.dumps(curves.as_dict(), allow_nan=False)))
    assert again.hash == curves.hash
    assert again.curves["p0/t0"].lift_tests == (lift_test(made),)
    (told,) = (warning for warning in curves.warnings if warning.id == "optimizer.fit.calibrated")
    assert render(told, "zh-TW") != render(told, "en")


def test_an_assumed_curve_can_be_tested_too():
    made = simulate(2, "hill", channels=3)
    test = LiftTest("line", *DAYS, 0.0, 400_000.0, 500.0, 450.0, 550.0)
    curves = fit_curves(made.history, channels=["line"], lift_tests=[test])
    assert curves.curves["line"].basis == "assumed"
    assert 4.0 * float(curves.curves["line"].curve.value(np.array(100_000.0))) == pytest.approx(500.0, rel=0.1)


@pytest.mark.parametrize(
    "fault",
    [{"end": date(2025, 7, 1)}, {"spend_with": 100.0}, {"spend_without": -1.0}, {"low": 60.0}, {"high": np.inf}],
)
def test_a_test_that_makes_no_sense_is_refused(fault):
    good = {"spend_without": 100.0, "spend_with": 200.0, "lift": 50.0, "low": 40.0, "high": 60.0}
    with pytest.raises(InputError) as caught:
        LiftTest(**{"channel": "a", "start": DAYS[0], "end": DAYS[1], **good, **fault})
    assert caught.value.code == "optimizer.fit.lift_unusable"


def test_a_test_of_an_unknown_channel_is_refused():
    made = simulate(2, "hill", channels=3)
    stray = dataclasses.replace(lift_test(made), channel="nowhere")
    with pytest.raises(InputError) as caught:
        fit_curves(made.history, lift_tests=[stray])
    assert "p0/t0" in caught.value.text("zh-TW")
