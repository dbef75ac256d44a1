"""Hill curves and their averages: both shapes, the offset, the edges, and where an average turns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.curves.curve import curve_from
from optimizer.curves.families.hill import Hill
from optimizer.curves.families.hill_average import HillAverage

SPEND = np.geomspace(1.0, 1e7, 80)


def average(*draws: tuple[float, float, float]) -> HillAverage:
    a, k, s = (np.array(column, dtype=np.float64) for column in zip(*draws, strict=True))
    return HillAverage(a=a, k=k, s=s)


@pytest.mark.parametrize(("s", "at_zero"), [(0.5, np.inf), (1.0, 120.0 / 4e4), (1.5, 0.0), (3.0, 0.0)])
def test_the_first_unit_without_an_offset(s, at_zero):
    one = Hill(a=120.0, k=4e4, s=s)
    assert one.value(np.zeros(1))[0] == 0.0
    assert one.slope(np.zeros(1))[0] == at_zero


def test_curves_stored_without_an_offset_have_none():
    old = {"a": 120.0, "k": 4e4, "s": 0.7}
    assert curve_from("hill", old) == Hill(a=120.0, k=4e4, s=0.7, c=0.0)
    several = curve_from("hill", {name: [value, value] for name, value in old.items()})
    assert several.value(np.array([1e4, 2e4])) == pytest.approx(Hill(**old).value(np.array([1e4, 2e4])), rel=1e-15)


def test_a_parameter_no_family_member_has_is_refused():
    with pytest.raises(TypeError):
        curve_from("hill", {"a": 1.0, "k": 1.0, "s": 1.0, "b": 1.0})
    with pytest.raises(KeyError):
        curve_from("parabola", {"a": 1.0})


def test_an_offset_is_spend_already_felt():
    plain, moved = Hill(a=120.0, k=4e4, s=2.5), Hill(a=120.0, k=4e4, s=2.5, c=1e4)
    assert moved.value(SPEND) == pytest.approx(plain.value(SPEND + 1e4), rel=1e-14)
    assert moved.slope(SPEND) == pytest.approx(plain.slope(SPEND + 1e4), rel=1e-14)
    assert float(moved.inflection()) == pytest.approx(float(plain.inflection()) - 1e4, rel=1e-14)
    assert float(Hill(a=120.0, k=4e4, s=2.5, c=4e4).inflection()) == 0.0


def test_the_inflection_is_where_the_slope_is_highest():
    for s in (1.01, 1.5, 3.0, 12.0):
        one = Hill(a=120.0, k=4e4, s=s)
        turn = float(one.inflection())
        around = one.slope(turn * np.array([0.99, 1.0, 1.01]))
        assert around[1] >= around[0] and around[1] >= around[2]


@pytest.mark.parametrize("s", [0.2, 1.0, 6.0])
def test_spend_of_any_size_neither_overflows_nor_warns(s):
    one = Hill(a=120.0, k=4e4, s=s)
    spend = np.array([1e-300, 1e-100, 1e100, 1e300])
    assert np.isfinite(one.value(spend)).all() and np.isfinite(one.slope(spend)).all()
    assert one.value(spend)[-1] == pytest.approx(120.0)
    prices = np.array([1e-300, 1e-100, 1e100, 1e300])
    assert np.all(np.diff(one.spend_at(prices)) <= 0.0)


def test_ten_thousand_curves_of_both_shapes_invert_together():
    rng = np.random.default_rng(0)
    many = Hill(
        a=rng.lognormal(3.0, 1.0, 10_000),
        k=rng.lognormal(10.0, 1.0, 10_000),
        s=rng.uniform(0.2, 6.0, 10_000),
        c=np.where(rng.random(10_000) < 0.5, 0.0, rng.lognormal(7.0, 1.0, 10_000)),
    )
    spend = np.maximum(many.k * rng.lognormal(0.0, 1.5, 10_000), many.inflection() * 1.02)
    found = many.spend_at(many.slope(spend))
    assert many.slope(found) == pytest.approx(many.slope(spend), rel=1e-13)
    assert found == pytest.approx(spend, rel=1e-10)


def test_an_average_of_equal_draws_is_the_curve():
    one = Hill(a=120.0, k=4e4, s=2.5)
    mean = average(*[(40.0, 4e4, 2.5)] * 3)
    assert mean.value(SPEND) == pytest.approx(one.value(SPEND), rel=1e-13)
    assert float(mean.inflection()) == pytest.approx(float(one.inflection()), rel=1e-12)
    prices = one.slope(SPEND[SPEND > 1.01 * float(one.inflection())])
    assert mean.spend_at(prices) == pytest.approx(one.spend_at(prices), rel=1e-10)
    assert mean.turns_once()


def test_draws_average_to_the_curve():
    one = average((40.0, 1e4, 0.5), (50.0, 4e4, 2.0), (60.0, 2e5, 1.0))
    assert one.value_draws(SPEND).shape == (len(SPEND), 3)
    assert one.value_draws(SPEND).mean(axis=-1) == pytest.approx(one.value(SPEND), rel=1e-12)


@pytest.mark.parametrize(
    ("draws", "once"),
    [
        ([(1.0, 1e4, 0.5), (1.0, 1e5, 1.0)], True),  # concave throughout
        ([(1.0, 1e4, 1.5), (1.0, 3e4, 2.5)], True),
        ([(1.0, 1e3, 4.0), (5.0, 1e6, 4.0)], False),  # two steps
        ([(1.0, 1e3, 0.6), (1.0, 1e6, 4.0)], False),  # concave, then a step
        ([(1.0, 1e3, 0.6), (1e-9, 1e6, 4.0)], True),  # a step too small to turn anything
        ([(1.0, 1e3, 0.6), (0.0, 1e6, 4.0)], True),  # a draw without weight
        ([(1.0, 1e4, 1.0 + 1e-15), (1.0, 3e4, 1.0 + 1e-12)], True),  # Michaelis-Menten but for rounding
        ([(2.0, 1.0, 1.0), (1.0, 1.0, 3.0)], False),  # turns convex below the step's own inflection
    ],
)
def test_an_average_says_whether_it_turns_once(draws, once):
    one = average(*draws)
    assert bool(one.turns_once()) is once
    spend = np.geomspace(1e-2, 1e9, 4000)
    slope = one.slope(spend)
    beyond = spend >= float(one.inflection())
    assert np.all(np.diff(slope[beyond]) <= 1e-12 * slope[beyond][1:])
    changes = np.count_nonzero(np.diff(np.sign(np.diff(slope))))
    assert changes <= 1 if once else changes >= 2


@settings(max_examples=40, deadline=None)
@given(draws=st.lists(st.tuples(st.floats(0.1, 5.0), st.floats(1e3, 1e6), st.floats(0.3, 6.0)), min_size=2, max_size=8))
def test_an_average_is_concave_beyond_its_inflection_however_it_got_there(draws):
    one = average(*draws)
    turn = float(one.inflection())
    slope = one.slope(np.geomspace(max(turn, 1.0), 1e8, 2000))
    assert np.all(np.diff(slope) <= 1e-9 * slope[1:])
    if turn > 0.0:
        before, at = one.slope(turn * np.array([1 - 1e-4, 1.0]))
        assert before <= at


def test_stacked_averages_know_each_its_own_turn():
    several = [average((1.0, 1e4, 0.5)), average((1.0, 1e3, 4.0), (5.0, 1e6, 4.0)), average((1.0, 1e4, 2.0))]
    stack = HillAverage.stacked(several)
    assert stack.turns_once().tolist() == [True, False, True]
    assert stack.inflection() == pytest.approx([float(one.inflection()) for one in several], rel=1e-12)
    assert stack.scaled(np.array([1.0, 2.0, 3.0])).inflection() == pytest.approx(stack.inflection(), rel=1e-12)
