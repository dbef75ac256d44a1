"""Days, steps and gaps of a plan, and what Taiwan's days weigh."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from engine.vocabulary import Period
from optimizer.calendar import calendar_weeks, day_weights, plan_days, plan_weeks, running_days
from optimizer.problem import carry_steps
from tests.optimizer.cases import TWELVE_DAYS

DAYS = {
    date(2025, 1, 1): "holiday",  # Founding Day, a Wednesday
    date(2025, 1, 2): "working",
    date(2025, 1, 4): "weekend",
    date(2025, 1, 27): "holiday",  # taken off before new year, made up for on 8 February
    date(2025, 1, 29): "holiday",  # Lunar New Year
    date(2025, 2, 8): "working",  # the Saturday that makes up for it
    date(2025, 2, 9): "weekend",
    date(2025, 5, 31): "holiday",  # Dragon Boat Festival, on a Saturday
    date(2025, 10, 6): "holiday",  # Mid-Autumn Festival
    date(2025, 10, 10): "holiday",  # National Day
    date(2026, 5, 1): "holiday",  # Labour Day, for everybody since 2026
}


@pytest.mark.parametrize(("day", "kind"), DAYS.items(), ids=str)
def test_days_weigh_what_they_are_in_taiwan(day, kind):
    weights = day_weights(Period(date(2025, 1, 1), date(2026, 12, 31)), weekend=0.5, holiday=0.2)
    assert weights[(day - date(2025, 1, 1)).days] == {"working": 1.0, "weekend": 0.5, "holiday": 0.2}[kind]


def test_weeks_are_cut_to_the_period_and_days_belong_to_their_week():
    assert [week.days for week in plan_weeks(TWELVE_DAYS)] == [5, 7]
    assert calendar_weeks(plan_weeks(TWELVE_DAYS)) == ((0,), (1,))
    assert calendar_weeks(plan_days(TWELVE_DAYS)) == (tuple(range(5)), tuple(range(5, 12)))


def test_flights_and_blackouts_take_days_away():
    gaps = {"*": [Period(date(2025, 7, 16), date(2025, 7, 17))], "a": [Period(date(2025, 7, 1), date(2025, 7, 10))]}
    flights = {"b": Period(date(2025, 7, 12), date(2025, 8, 1))}
    found = running_days(("a", "b", "c"), plan_weeks(TWELVE_DAYS), flights, gaps)
    assert found.active.tolist() == [[3, 5], [2, 5], [5, 5]]
    assert found.flown.sum(axis=1).tolist() == [12, 9, 12]
    assert found.first.tolist() == [0, 5, 12]


@pytest.mark.parametrize("theta", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("gap", [(10, 10), (9, 11), (12, 15), (15, 18), (20, 20), (9, 20)])
def test_carry_over_through_a_gap_is_that_of_every_day(theta, gap):
    """The coefficients of a step give the stock that following it day by day gives."""
    steps = plan_weeks(TWELVE_DAYS)
    off = Period(date(2025, 7, gap[0]), date(2025, 7, gap[1]))
    running = running_days(("a",), steps, {}, {"a": [off]})
    found = carry_steps(np.array([theta]), running)
    stock = kept = 900.0
    for step, money in enumerate((3_000.0, 7_000.0)):
        days = running.active[0, step]
        felt = []
        for day in running.days(step):
            on = bool(running.on[0, day])
            stock = theta * stock + (1.0 - theta) * 7.0 * (money / days if on else 0.0)
            felt += [stock] if on else []
        spent = money if days else 0.0
        mean = found.from_stock[0, step] * kept + found.from_spend[0, step] * spent
        assert mean == pytest.approx(sum(felt) / 7.0, abs=1e-9)  # money felt over the active days
        kept = found.keep[0, step] * kept + found.add[0, step] * spent
        assert kept == pytest.approx(stock, abs=1e-9)
