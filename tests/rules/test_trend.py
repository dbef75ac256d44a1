"""A slope is found with its sign and size; ads that only vary by chance seldom look like a trend."""

from __future__ import annotations

import numpy as np
import pytest

from rules.judgement import Targets
from rules.signals import SignalSource
from rules.trend import _fit
from tests.rules.accounts import AS_OF, facts, row

DAY = int((np.datetime64(AS_OF) - np.datetime64("1970-01-01")).astype(int))


def _column(rows, name, days=28):
    return SignalSource(facts(rows), DAY, Targets()).table("ad", days, 1, ("ctr",)).columns[name]


def test_a_steady_fall_is_told_as_change_a_week():
    rows = [row(at, impressions=1000, clicks=100 - 2 * (at + 28), spend=10) for at in range(-28, 0)]
    mean = np.mean([100 - 2 * at for at in range(28)])
    assert _column(rows, "clicks_trend") == pytest.approx([-14 / mean])
    assert _column(rows, "ctr_trend") == pytest.approx([-14 / mean])
    assert _column(rows, "clicks_trend_z")[0] < -50
    assert _column(rows, "spend_trend").tolist() == [0] and _column(rows, "spend_trend_z").tolist() == [0]


def test_missing_days_are_no_zeros_and_six_days_are_too_few():
    kept = [at for at in range(-28, 0) if at % 3]
    rows = [row(at, clicks=50 + at, impressions=100) for at in kept]
    whole = [row(at, clicks=50 + at, impressions=100) for at in range(-28, 0)]
    slope = {name: _column(some, "clicks_trend")[0] for name, some in (("gaps", rows), ("whole", whole))}
    assert slope["gaps"] == pytest.approx(slope["whole"], rel=0.05)
    assert np.isnan(_column(rows[-6:], "clicks_trend")).all() and np.isnan(_column(rows[-6:], "clicks_trend_z")).all()


def test_a_ratio_weighs_its_days_by_what_it_divides_by():
    rows = [row(at, impressions=1e6, clicks=2e4) for at in range(-14, -1)] + [row(-1, impressions=10, clicks=9)]
    assert abs(_column(rows, "ctr_trend", days=14)[0]) < 1e-3


def test_chance_alone_seldom_looks_like_a_trend():
    rng = np.random.default_rng(11)
    shown = rng.poisson(400, (20_000, 28)).astype(float)
    clicks = rng.binomial(shown.astype(int), 0.02).astype(float)
    _, score = _fit(clicks / shown, shown)
    assert 0.0 < (np.abs(score) > 3).mean() < 0.01
    assert 0.03 < (np.abs(score) > 2).mean() < 0.08


def test_a_fall_of_a_quarter_a_week_is_seen():
    rng = np.random.default_rng(12)
    shown = np.full((2_000, 28), 2000.0)
    rate = 0.02 * np.exp(-0.25 / 7 * np.arange(28))
    clicks = rng.poisson(shown * rate).astype(float)
    change, score = _fit(clicks / shown, shown)
    assert (score < -3).mean() > 0.95 and np.median(change) == pytest.approx(-0.25, abs=0.03)
