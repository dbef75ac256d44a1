"""Curves of several channels from one total: scikit-learn's checks, known truth, the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from optimizer.curves.mix import MixEstimator

WEEKS = 150


def mixed(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spend of two channels with an event column, the total, and the channels' true contributions."""
    rng = np.random.default_rng(seed)
    spend = rng.gamma(1.2, 800.0, size=(WEEKS, 2)) * (rng.random((WEEKS, 2)) > 0.3)
    event = (np.arange(WEEKS) % 29 == 0).astype(float)
    true = np.stack([900.0 * spend[:, 0] / (spend[:, 0] + 900.0), 300.0 * spend[:, 1] / (spend[:, 1] + 300.0)])
    season = 100.0 * np.sin(2.0 * np.pi * np.arange(WEEKS) / 52.18)
    total = 800.0 + season + true.sum(axis=0) + 250.0 * event + 30.0 * rng.normal(size=WEEKS)
    return np.column_stack([spend, event]), total, true


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_accepts_it():
    found = check_estimator(MixEstimator(draws=2, burn_in=2), on_fail=None, on_skip=None)
    assert {entry["status"] for entry in found} <= {"passed", "skipped"}
    assert sum(entry["status"] == "passed" for entry in found) > 40


def test_contributions_and_events_are_told_apart():
    table, total, true = mixed()
    found = MixEstimator(channels=2).fit(table, total)
    assert found.contributions_.shape == (200, 2, WEEKS)
    assert found.contributions_.sum(axis=2).mean(axis=0) == pytest.approx(true.sum(axis=1), rel=0.08)
    assert found.noise_ == pytest.approx(30.0, rel=0.25)
    with_event, without = (found.predict([[900.0, 300.0, event]])[0] for event in (1.0, 0.0))
    assert with_event - without == pytest.approx(250.0, rel=0.15)


def test_the_ranges_of_the_contributions_hold_the_truth():
    held = []
    for seed in range(4):
        table, total, true = mixed(seed)
        found = MixEstimator(channels=2, draws=60).fit(table, total)
        low, high = np.quantile(found.contributions_.sum(axis=2), [0.05, 0.95], axis=0)
        held += [*((low <= true.sum(axis=1)) & (true.sum(axis=1) <= high))]
    assert np.mean(held) >= 0.8


def test_a_unit_of_money_or_results_changes_nothing():
    table, total, _ = mixed()
    plain = MixEstimator(channels=2, draws=20).fit(table, total).contributions_
    scaled = MixEstimator(channels=2, draws=20).fit(table * [1e6, 1e6, 1.0], total * 1e-6).contributions_
    assert scaled * 1e6 == pytest.approx(plain, rel=1e-6)


def test_a_channel_without_spend_is_refused():
    table, total, _ = mixed()
    table[:, 1] = 0.0
    with pytest.raises(ValueError, match="needs rows with spend"):
        MixEstimator(channels=2).fit(table, total)
