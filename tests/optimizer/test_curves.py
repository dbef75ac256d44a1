"""Every family: what its slope, its inflection and the slope's inverse promise the solver, at any scale."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import curve_from, families
from tests.optimizer.generated_curves import PARAMS, Case, cases

EPS = float(np.finfo(np.float64).eps)
SMOOTH = sorted(set(PARAMS) - {"tabulated"})
FACTOR = st.floats(-3.0, 3.0).map(lambda power: 10.0**power)


def of_every_family(test):
    """Runs a test of ``case`` for generated curves of every family in the registry."""

    @pytest.mark.parametrize("family", sorted(PARAMS))
    @settings(max_examples=25, deadline=None)
    @given(data=st.data())
    def each(family, data):
        test(data.draw(cases(family)), data)

    each.__name__, each.__doc__ = test.__name__, test.__doc__
    return each


def tangents_hold(case: Case, x, y, concave: bool) -> bool:
    """Whether the curve between ``x`` < ``y`` lies between its tangents, up to the rounding of its values."""
    flat, steep = (y, x) if concave else (x, y)
    gain = case.curve.value(y) - case.curve.value(x)
    rounding = 40 * EPS * case.curve.value(y)
    steepest, flattest = case.curve.slope(steep) * (y - x), case.curve.slope(flat) * (y - x)
    return bool(np.all(gain <= steepest * (1 + 1e-9) + rounding) and np.all(gain >= flattest * (1 - 1e-9) - rounding))


def test_every_family_is_generated():
    assert sorted(families()) == sorted(PARAMS)


@of_every_family
def test_the_response_never_falls(case, data):
    values = case.curve.value(np.append(0.0, case.spend))
    assert values[0] >= 0.0 and np.isfinite(values).all()
    assert np.all(np.diff(values) >= -4 * EPS * values[1:])
    assert np.all(case.curve.slope(case.spend) >= 0.0)


@pytest.mark.parametrize("family", SMOOTH)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_slope_is_the_derivative(family, data):
    case = data.draw(cases(family))
    spend, step = case.spend, case.spend * 1e-5
    difference = (case.curve.value(spend + step) - case.curve.value(spend - step)) / (2 * step)
    rounding = 10 * EPS * case.curve.value(spend) / step
    assert np.all(np.abs(case.curve.slope(spend) - difference) <= 1e-6 * difference + rounding)


@of_every_family
def test_concave_from_the_inflection_on(case, data):
    turn = float(case.curve.inflection())
    spend = np.append(turn, case.spend[case.spend > turn])
    assert tangents_hold(case, spend[:-1], spend[1:], concave=True)
    assert tangents_hold(case, np.full(len(spend) - 1, turn), spend[1:], concave=True)
    assert tangents_hold(case, spend[1:], spend[1:] * (1 + 1e-6), concave=True)


@of_every_family
def test_convex_up_to_the_inflection(case, data):
    turn = float(case.curve.inflection())
    if turn > 0.0 and case.convex_before:
        spend = np.concatenate([[0.0], case.spend[case.spend < turn], [turn]])
        assert tangents_hold(case, spend[:-2], spend[1:-1], concave=False)
        assert tangents_hold(case, spend[1:-1] * (1 - 1e-6), spend[1:-1], concave=False)
        share = case.curve.value(spend[1:-1]) / spend[1:-1]
        assert np.all(np.diff(share) >= -1e-9 * share[1:]) or float(case.curve.value(np.zeros(1))[0]) > 0.0


@pytest.mark.parametrize("family", SMOOTH)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_inverse_has_the_wanted_slope(family, data):
    case = data.draw(cases(family))
    spend = case.spend[case.spend > float(case.curve.inflection())]
    wanted = case.curve.slope(spend)
    spend, wanted = spend[wanted > 1e-250], wanted[wanted > 1e-250]
    found = case.curve.spend_at(wanted)
    assert case.curve.slope(found) == pytest.approx(wanted, rel=1e-12)
    sharpness = -np.log(case.curve.slope(spend * 1.001) / wanted) / 1e-3
    sharp = (sharpness > 0.1) & (sharpness < 100.0)
    assert found[sharp] == pytest.approx(spend[sharp], rel=1e-12)


@of_every_family
def test_the_inverse_is_where_money_at_that_price_earns_most(case, data):
    turn = float(case.curve.inflection())
    price = float(case.curve.slope(np.array([case.money]))[0]) * data.draw(FACTOR) or case.results / case.money
    best = float(case.curve.spend_at(np.array([price]))[0])
    assert best >= turn
    if np.isfinite(best):
        others = np.append(case.spend[case.spend >= turn], [turn, best * 0.999 if best * 0.999 >= turn else turn])
        earned = case.curve.value(np.array([best])) - price * best
        # Where the best is below what a float can hold, it is the least that one can: less than 1e-300 is nothing.
        rounding = 40 * EPS * (case.curve.value(others) + price * np.maximum(others, best)) + price * 1e-300
        assert np.all(earned >= case.curve.value(others) - price * others - rounding)


@of_every_family
def test_the_inverse_falls_with_the_slope_from_endless_to_the_inflection(case, data):
    turn = float(case.curve.inflection())
    usual = max(float(case.curve.slope(np.array([turn + case.money]))[0]), 1e-200)
    found = case.curve.spend_at(usual * np.geomspace(1e-6, 1e6, 50))
    assert np.all(np.diff(found) <= 1e-12 * found[1:])
    assert case.curve.spend_at(np.zeros(1))[0] == np.inf
    highest = float(case.curve.slope(np.array([turn]))[0])
    if np.isfinite(highest):
        assert np.all(case.curve.spend_at(highest * np.array([1.0 + 1e-9, 2.0, 1e9])) == turn)


@of_every_family
def test_stretching_and_scaling_change_only_the_units(case, data):
    money, results, spend = data.draw(FACTOR), data.draw(FACTOR), case.spend
    other = case.curve.stretched(money).scaled(results)
    assert other.value(spend * money) == pytest.approx(case.curve.value(spend) * results, rel=1e-11)
    assert float(other.inflection()) == pytest.approx(float(case.curve.inflection()) * money, rel=1e-11)
    wanted = case.curve.slope(spend[spend > float(case.curve.inflection()) * 1.01]) * 0.7
    wanted = wanted[wanted > 1e-250]
    moved = other.spend_at(wanted * results / money)
    assert moved == pytest.approx(case.curve.spend_at(wanted) * money, rel=1e-8)


@of_every_family
def test_a_stretch_of_days_keeps_the_daily_rate(case, data):
    weeks = data.draw(st.floats(0.1, 9.0))
    assert case.curve.lasting(weeks).value(case.spend * weeks) == pytest.approx(
        case.curve.value(case.spend) * weeks, rel=1e-11
    )


@of_every_family
def test_stacked_curves_answer_like_each_alone(case, data):
    several = [case, *(data.draw(cases(case.curve.family)) for _ in range(2))]
    stack = type(case.curve).stacked([one.curve for one in several])
    spend = np.array([one.money * data.draw(FACTOR) for one in several])
    prices = np.array([max(float(one.curve.slope(np.array([one.money]))[0]), 1e-200) for one in several])
    assert stack.shape() == (3,) == stack.inflection().shape
    for at, one in enumerate(several):
        assert one.curve.shape() == () == one.curve.inflection().shape
        alone = [one.curve.value(spend), one.curve.slope(spend), one.curve.spend_at(prices), one.curve.inflection()]
        together = [stack.value(spend), stack.slope(spend), stack.spend_at(prices), stack.inflection()]
        assert [part[at] for part in together] == pytest.approx([part.ravel()[at % part.size] for part in alone])


@of_every_family
def test_stored_curves_read_back_to_the_bit(case, data):
    stored = json.loads(json.dumps(case.curve.params()))
    again = curve_from(case.curve.family, stored)
    assert again.params() == case.curve.params() and stored.keys() >= case.params.keys()
    assert np.array_equal(again.value(case.spend), case.curve.value(case.spend))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_bank_answers_like_its_curves_in_any_units(data):
    several = [data.draw(cases(family)) for family in sorted(PARAMS)] * 2
    money, results = data.draw(FACTOR), data.draw(FACTOR)
    bank = CurveBank([one.curve for one in several], spend_unit=money, response_unit=results)
    spend = np.array([one.money for one in several])
    prices = np.array([float(one.curve.slope(np.array([one.money]))[0]) for one in several])
    values = np.array([float(one.curve.value(np.array([one.money]))[0]) for one in several])
    assert bank.value(spend / money) * results == pytest.approx(values, rel=1e-9)
    found = bank.spend_at(prices * 0.9 * money / results) * money
    alone = [float(one.curve.spend_at(np.array([price * 0.9]))[0]) for one, price in zip(several, prices, strict=True)]
    assert found == pytest.approx(np.where(prices > 0, alone, np.inf), rel=1e-9)
    assert bank.inflection() * money == pytest.approx([float(one.curve.inflection()) for one in several], rel=1e-12)
    assert np.all(np.isinf(bank.spend_at(np.zeros(len(several)))))
