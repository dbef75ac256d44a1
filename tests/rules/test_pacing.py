"""Pace is what was spent over what the plan wanted by then, spread as the account's weekdays are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from rules.given import Given, PlanLine
from rules.judgement import Targets
from rules.pacing import weekday_weights
from rules.signals import SignalSource
from tests.rules.accounts import AS_OF, daily, facts, row

DAY = int((np.datetime64(AS_OF) - np.datetime64("1970-01-01")).astype(int))


def _at(days):
    return AS_OF + timedelta(days=days)


def _columns(rows, *lines, level="account"):
    given = Given(plan=tuple(lines))
    return SignalSource(facts(rows), DAY, Targets(), given).table(level, 7, 1, ("pace",)).columns


def test_an_even_account_on_plan_has_a_pace_of_one():
    columns = _columns(daily("a", -80, -1, spend=100), PlanLine("meta", _at(-10), _at(9), 2000.0))
    assert columns["pace"] == pytest.approx([1.0])
    assert columns["period_gone"] == pytest.approx([0.5])
    assert columns["spend_to_date"].tolist() == [1000] and columns["plan_to_date"] == pytest.approx([1000])
    assert columns["spend@plan"] == pytest.approx([700])


def test_a_weekend_account_is_not_late_on_a_friday():
    """Spend 100 on working days and 450 on weekends; the plan of two weeks is judged on its first Friday."""
    start = AS_OF - timedelta(days=5)
    rows = [row(at, spend=450.0 if _at(at).weekday() >= 5 else 100.0) for at in range(-80, 0)]
    monday = start - timedelta(days=start.weekday())
    known = [r for r in rows if r["date_day"] < monday + timedelta(days=5)]
    friday = (monday + timedelta(days=5) - date(1970, 1, 1)).days
    given = Given(plan=(PlanLine("meta", monday, monday + timedelta(days=13), 2800.0),))
    columns = SignalSource(facts(known), friday, Targets(), given).table("account", 7, 1, ("pace",)).columns
    assert columns["plan_to_date"][0] < 5 / 14 * 2800 * 0.75
    assert 0.75 < columns["pace"][0] < 1.0  # drawn a little towards even days
    assert 500 / (5 / 14 * 2800) == pytest.approx(0.5)  # what an even plan would have said


def test_weights_are_a_distribution_and_even_without_history():
    table = SignalSource(facts(daily("a", -80, -1, spend=100)), DAY, Targets()).level("account")
    assert weekday_weights(table, 0, DAY - 400) == pytest.approx([1 / 7] * 7)
    assert weekday_weights(table, 0, DAY).sum() == pytest.approx(1)


def test_weeks_of_one_plan_are_one_plan_and_what_is_over_of_it_counts():
    rows = daily("a", -80, -1, spend=100)
    weeks = [PlanLine("meta", _at(at), _at(at + 6), spend, "P") for at, spend in ((-14, 2100), (-7, 700), (0, 700))]
    columns = _columns(rows, *weeks)
    assert columns["plan_to_date"] == pytest.approx([2800]) and columns["spend_to_date"] == [1400]
    assert columns["period_gone"] == pytest.approx([14 / 21]) and columns["spend@plan"] == pytest.approx([700])
    apart = [replace(one, flight="") for one in weeks]
    assert _columns(rows, *apart)["plan_to_date"] == pytest.approx([700])


def test_no_plan_a_plan_of_others_or_one_that_is_over_is_no_data():
    rows = daily("a", -30, -1, spend=100)
    others = (PlanLine("line", _at(-9), _at(9), 10.0), PlanLine("meta", _at(-29), _at(-5), 10.0))
    for lines in ((), others):
        assert np.isnan(_columns(rows, *lines)["pace"]).all()


def test_a_channel_shared_by_two_campaigns_is_nobodys_own():
    line = PlanLine("meta/SALES", _at(-10), _at(9), 2000.0)
    one = [r | {"campaign_type": "SALES"} for r in daily("a", -30, -1, spend=50)]
    two = [r | {"campaign_name": "D"} for r in one]
    assert _columns(one, line, level="campaign")["pace"] == pytest.approx([0.5])
    assert np.isnan(_columns([*one, *two], line, level="campaign")["pace"]).all()
    assert _columns([*one, *two], line)["pace"] == pytest.approx([1.0])
