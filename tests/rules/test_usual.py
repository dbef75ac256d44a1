"""A day far off its weekday is seen; ordinary days seldom are, however few conversions or smooth the weeks."""

from __future__ import annotations

import numpy as np
import pytest

from rules.usual import deviations

ENTITIES = 20_000


def _weeks(rng, kind, size):
    """Nine like weekdays of sound accounts: eight behind and the one judged."""
    if kind == "few conversions":
        return rng.poisson(2.0, size).astype(float)
    if kind == "counts":
        return rng.poisson(400.0, size).astype(float)
    if kind == "clustered":
        return rng.negative_binomial(20, 20 / (20 + 400.0), size).astype(float)
    return 1000.0 * np.exp(rng.normal(0, 0.2, size))


@pytest.mark.parametrize("kind", ["few conversions", "counts", "clustered", "money"])
def test_ordinary_days_are_seldom_six_deviations_off(kind):
    drawn = _weeks(np.random.default_rng(5), kind, (9, ENTITIES))
    name = "spend" if kind == "money" else "conversions"
    score = deviations(drawn[8], drawn[:8], name)
    usual = np.median(drawn[:8], axis=0)
    far = (np.abs(score) >= 6) & (np.abs(drawn[8] - usual) >= 0.5 * usual)
    assert 0 <= far.mean() <= 0.02
    assert np.isfinite(score).all()


def test_a_doubling_is_seen():
    drawn = _weeks(np.random.default_rng(6), "clustered", (9, ENTITIES))
    assert (deviations(3 * drawn[8], drawn[:8], "clicks") >= 6).mean() > 0.9


def test_weeks_that_agree_do_not_make_an_alarm_of_an_ordinary_day():
    weeks = np.full((8, 2), 1000.0)
    assert deviations(np.array([1150.0, 2000.0]), weeks, "spend") == pytest.approx([1.5, 10])
    assert deviations(np.array([3.0]), np.full((8, 1), 1.0), "conversions") == pytest.approx([2 / 0.6745])


def test_too_few_weeks_are_no_data():
    weeks = np.full((8, 1), np.nan)
    weeks[:5] = 10.0
    assert np.isnan(deviations(np.array([500.0]), weeks, "spend")).all()
