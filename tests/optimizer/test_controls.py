"""Holidays, sales and trend are controls: told from the calendar, shrunk, and never taken for the work of spend."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from optimizer.curves import controls
from optimizer.curves.controls import NAMES, control_columns, special_days
from optimizer.fitting import fit_curves
from tests.optimizer.simulator import simulate


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2025, 1, 28), 0),  # eve of the lunar new year
        (date(2026, 2, 17), 0),
        (date(2025, 2, 28), 1),
        (date(2025, 10, 10), 1),
        (date(2025, 6, 18), 2),
        (date(2025, 11, 11), 2),
        (date(2025, 12, 12), 2),
        (date(2025, 5, 11), 2),  # Mother's Day: the second Sunday of May
        (date(2026, 5, 10), 2),
        (date(2025, 11, 28), 2),  # the fourth Friday of November
        (date(2025, 3, 12), None),
    ],
)
def test_a_day_is_of_its_kind_and_no_other(day, kind):
    marks = [day in days for days in special_days(day.year)]
    assert marks == [number == kind for number in range(3)]


def test_a_week_carries_the_share_of_its_special_days():
    monday = date(2025, 1, 27)
    days = control_columns(monday, np.arange(14), 1, 14)
    weeks = control_columns(monday, np.array([0, 7]), 7, 14)
    assert days.shape == (14, len(NAMES))
    assert weeks == pytest.approx(days.reshape(2, 7, -1).mean(axis=1))
    assert weeks[0, 1] == pytest.approx(4 / 7)
    assert days.min() >= 0.0


def _error(history, advertiser) -> float:
    known, channel = fit_curves(history).curves["p0/t0"], advertiser.channels[0]
    spend = np.array([0.5, 1.0, 2.0]) * 7.0 * channel.usual
    return float(np.mean(np.log(known.curve.value(spend) / (7.0 * channel.daily(spend / 7.0))) ** 2))


def test_one_channel_alone_learns_more_when_its_sales_are_known(monkeypatch):
    made = [simulate(200 + seed, "mixed", channels=1, calendar=0.4) for seed in range(12)]
    told = np.mean([_error(one.history, one) for one in made])
    monkeypatch.setattr(controls, "special_days", lambda year: (frozenset(), frozenset(), frozenset()))
    untold = np.mean([_error(one.history, one) for one in made])
    assert told < 0.85 * untold
