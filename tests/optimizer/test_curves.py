"""Every family: concave, increasing, its slope and the slope's inverse; stacking and stretching change nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Family, curve_from, families

PARAMS = {
    "hill": {"a": 120.0, "k": 4e4, "s": 0.7},
    "hill_average": {"a": [40.0, 50.0, 60.0], "k": [1e4, 4e4, 2e5], "s": [0.5, 0.8, 1.0]},
    "log": {"a": 30.0, "b": 2e4},
    "logistic": {"a": 90.0, "l": 4e-5},
    "michaelis_menten": {"a": 120.0, "k": 4e4},
    "power": {"a": 0.4, "p": 0.6},
    "tabulated": {"a": list(90 * np.tanh(np.geomspace(5, 5e5, 4000) / 5e4)), "x": list(np.geomspace(5, 5e5, 4000))},
    "tanh": {"a": 90.0, "b": 5e4},
}
SPEND = np.geomspace(10.0, 3e5, 60)


def curve(family: str) -> Family:
    return curve_from(family, PARAMS[family])


def test_every_family_is_tested():
    assert sorted(families()) == sorted(PARAMS)


@pytest.mark.parametrize("family", sorted(PARAMS))
def test_increasing_concave_and_zero_at_nothing(family):
    one = curve(family)
    assert one.value(np.array([0.0]))[0] == 0.0
    assert np.all(np.diff(one.value(SPEND)) > 0)
    assert np.all(np.diff(one.slope(SPEND)) < 0)


@pytest.mark.parametrize("family", sorted(PARAMS))
def test_the_slope_is_the_derivative(family):
    one, step = curve(family), SPEND * 1e-5
    difference = (one.value(SPEND + step) - one.value(SPEND - step)) / (2 * step)
    assert one.slope(SPEND) == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("family", sorted(set(PARAMS) - {"tabulated"}))
def test_spend_at_inverts_the_slope(family):
    one = curve(family)
    assert one.spend_at(one.slope(SPEND)) == pytest.approx(SPEND, rel=1e-6)


@pytest.mark.parametrize("family", ["log", "michaelis_menten", "tanh"])
def test_a_first_unit_below_the_price_buys_nothing(family):
    one = curve(family)
    assert one.spend_at(one.slope(np.array([0.0])) * 1.01)[0] == 0.0


@pytest.mark.parametrize("family", sorted(PARAMS))
def test_stored_curves_read_back(family):
    one = curve(family)
    again = curve_from(family, json.loads(json.dumps(one.params())))
    assert again.value(SPEND) == pytest.approx(one.value(SPEND), rel=1e-15)


@pytest.mark.parametrize("family", sorted(PARAMS))
@given(weeks=st.floats(0.1, 3.0))
def test_a_stretch_of_days_keeps_the_daily_rate(family, weeks):
    one = curve(family)
    assert one.lasting(weeks).value(SPEND * weeks) == pytest.approx(one.value(SPEND) * weeks, rel=1e-9)


def test_a_bank_answers_like_its_curves_in_any_units():
    curves = [curve(family) for family in sorted(set(PARAMS) - {"tabulated"})] * 2
    bank = CurveBank(curves, spend_unit=2e4, response_unit=1e-6)
    spend = np.linspace(0.2, 4.0, len(curves))
    for at, one in enumerate(curves):
        x = spend[at] * 2e4
        assert bank.value(spend)[at] == pytest.approx(float(one.value(np.array([x]))[0]) / 1e-6)
        assert bank.slope(spend)[at] == pytest.approx(float(one.slope(np.array([x]))[0]) * 2e4 / 1e-6)
    assert bank.spend_at(bank.slope(spend)) == pytest.approx(spend, rel=1e-6)
    assert np.all(np.isinf(bank.spend_at(np.zeros(len(curves)))))


def test_draws_average_to_the_curve():
    one = curve("hill_average")
    assert one.value_draws(SPEND).mean(axis=-1) == pytest.approx(one.value(SPEND), rel=1e-12)
