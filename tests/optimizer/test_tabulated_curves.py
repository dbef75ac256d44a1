"""Tables of another tool: read between the points, turned, inverted, covered by a hull, and refused when senseless."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.curves.families.tabulated import Tabulated, check_table
from tests.optimizer.generated_curves import PARAMS, cases

STEPS = st.lists(st.tuples(st.floats(0.1, 5.0), st.floats(0.0, 5.0)), min_size=1, max_size=12)
END = st.one_of(st.just(0.0), st.floats(1e-6, 1.2))


def table(*points: tuple[float, float]) -> Tabulated:
    x, a = np.array(points, dtype=np.float64).T
    return Tabulated(a=a, x=x)


def wild(steps) -> Tabulated:
    widths, rises = np.array(steps).T
    return Tabulated(a=np.cumsum(rises), x=np.cumsum(widths))


S_SHAPE = table((10, 1), (20, 4), (40, 12), (60, 15), (100, 16))


def test_straight_between_points_and_flat_beyond():
    spend = np.array([0.0, 5.0, 10.0, 15.0, 100.0, 1e6])
    assert S_SHAPE.value(spend).tolist() == [0.0, 0.5, 1.0, 2.5, 16.0, 16.0]
    assert S_SHAPE.slope(spend).tolist() == [0.1, 0.1, 0.3, 0.3, 0.0, 0.0]


def test_a_table_may_start_at_no_spend_with_results():
    one = table((0, 3), (10, 5), (20, 6))
    assert one.value(np.array([0.0, 5.0])).tolist() == [3.0, 4.0]
    assert one.slope(np.array([0.0])).tolist() == [0.2]
    assert float(one.inflection()) == 0.0
    assert one.spend_at(np.array([0.3, 0.2, 0.15, 0.1, 0.05])).tolist() == [0.0, 10.0, 10.0, 20.0, 20.0]


def test_the_inverse_names_points_of_the_concave_branch():
    assert float(S_SHAPE.inflection()) == 20.0  # the last point at which the slope rises
    assert S_SHAPE.spend_at(np.array([9.0, 0.4, 0.39, 0.15, 0.1, 0.02, 1e-9])).tolist() == [
        20,
        40,
        40,
        60,
        60,
        100,
        100,
    ]
    assert S_SHAPE.spend_at(np.zeros(1))[0] == np.inf


def test_rounding_turns_nothing():
    points = np.linspace(0.1, 30.0, 4000)
    saturated = Tabulated(a=np.maximum.accumulate(np.tanh(points)), x=points)
    assert float(saturated.inflection()) == 0.0
    assert float(Tabulated(a=0.1 * points, x=points).inflection()) == 0.0


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_any_table_is_concave_beyond_its_inflection(steps):
    one = wild(steps)
    turn = float(one.inflection())
    ends = np.append(turn, one.x[one.x > turn])
    slope = one.slope(ends)
    assert np.all(np.diff(slope) <= 1e-8 * slope[:-1] + 1e-12)
    if turn > 0.0:
        assert float(one.slope(np.array([turn]))[0]) > float(one.slope(np.array([np.nextafter(turn, 0.0)]))[0])


@pytest.mark.parametrize("family", sorted(set(PARAMS) - {"tabulated"}))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_fine_table_stands_in_for_any_family(family, data):
    case = data.draw(cases(family))
    points = case.money * np.geomspace(1e-4, 50.0, 3000)
    start = case.curve.value(np.zeros(1))
    copy = Tabulated(a=np.maximum.accumulate(np.append(start, case.curve.value(points))), x=np.append(0.0, points))
    spend = case.spend[(case.spend >= points[0]) & (case.spend <= points[-1])]
    top = float(case.curve.value(points[-1:])[0])
    assert copy.value(spend) == pytest.approx(case.curve.value(spend), rel=1e-3, abs=1e-12 * top)
    turn = max(float(case.curve.inflection()), points[0])
    beyond = spend[spend > turn * 1.02]
    prices = case.curve.slope(beyond)
    felt = prices * beyond > 1e-9 * top
    earned = case.curve.value(copy.spend_at(prices[felt])) - prices[felt] * copy.spend_at(prices[felt])
    assert earned == pytest.approx(
        case.curve.value(beyond[felt]) - prices[felt] * beyond[felt], rel=1e-3, abs=1e-4 * top
    )


@settings(max_examples=80, deadline=None)
@given(steps=STEPS, ends=st.tuples(END, END), jump=st.booleans())
def test_the_hull_is_the_least_concave_curve_above(steps, ends, jump):
    one = wild(steps)
    low, high = sorted(end * float(one.x[-1]) for end in ends)
    hull = one.hull(low, high, jump_from_zero=jump)
    spend = np.linspace(low, high, 200)
    above = hull.value(spend) - one.value(spend)
    assert np.all(above >= -1e-12 * one.a[-1] - 1e-15)
    assert np.all(np.diff(np.diff(hull.a) / np.diff(hull.x)) <= 1e-9)
    assert hull.value(hull.x) == pytest.approx(one.value(hull.x), rel=1e-12)  # touches at its own points
    assert hull.x[0] == (0.0 if jump else low)
    if jump:
        assert float(hull.inflection()) == 0.0


def test_the_hull_of_spend_that_is_nothing_or_enough():
    hull = S_SHAPE.hull(20.0, 80.0, jump_from_zero=True)
    assert hull.x.tolist() == [0.0, 40.0, 60.0, 80.0]
    assert hull.a.tolist() == [0.0, 12.0, 15.0, 15.5]
    assert S_SHAPE.hull(20.0, 80.0).x.tolist() == [20.0, 40.0, 60.0, 80.0]
    assert S_SHAPE.hull(20.0, np.inf).x.tolist() == [20.0, 40.0, 60.0, 100.0]


def test_stacked_tables_repeat_their_last_point():
    several = [S_SHAPE, table((50, 7)), table((0, 1), (10, 2))]
    stack = Tabulated.stacked(several)
    assert stack.shape() == (3,) and stack.x.shape == (3, 5)
    assert stack.inflection().tolist() == [20.0, 0.0, 0.0]
    assert stack.value(np.full(3, 1e6)).tolist() == [16.0, 7.0, 2.0]
    assert stack.slope(np.array([15.0, 10.0, 10.0])).tolist() == [0.3, 0.14, 0.0]
    assert stack.spend_at(np.full(3, 0.12)).tolist() == [60.0, 50.0, 0.0]


@pytest.mark.parametrize(
    ("points", "values", "reason"),
    [
        ([1.0, 2.0], [1.0], "as many values as points"),
        ([], [], "at least one point"),
        ([1.0, np.nan], [1.0, 2.0], "finite"),
        ([1.0, 2.0], [1.0, np.inf], "finite"),
        ([-1.0, 2.0], [1.0, 2.0], "none below 0"),
        ([0.0], [1.0], "the last one above"),
        ([1.0, 3.0, 3.0], [1.0, 2.0, 3.0], "3 follows 3"),
        ([1.0, 3.0, 2.0], [1.0, 2.0, 3.0], "2 follows 3"),
        ([1.0, 2.0], [-1.0, 2.0], "never below 0"),
        ([1.0, 2.0, 3.0], [1.0, 5.0, 4.0], "5 to 4 at 3"),
    ],
)
def test_a_senseless_table_is_refused_with_its_reason(points, values, reason):
    with pytest.raises(ValueError, match=reason):
        check_table(np.array(points), np.array(values))


def test_a_sensible_table_passes():
    check_table(S_SHAPE.x, S_SHAPE.a)
    check_table(np.array([0.0, 10.0]), np.array([3.0, 3.0]))
