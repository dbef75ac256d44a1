"""What the channels share stays shared while a channel is fitted, and an ordinary week is what curves are told for."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.curves.estimator import channel_series
from optimizer.curves.season import shared_season
from optimizer.curves.shapes import BENDS


def _series(seed: int, season: np.ndarray):
    rng = np.random.default_rng(seed)
    spend = np.repeat(rng.uniform(5_000.0, 20_000.0, 26), 7)
    result = rng.poisson(0.4 * spend**0.5 * np.repeat(season, 7)).astype(float)
    return channel_series(spend, result, np.ones(182, dtype=bool), 1)


def test_what_was_pooled_is_not_forgotten_while_refreshing():
    series = _series(1, np.ones(26))
    series.shared_by = 5
    series.bend_weights = np.eye(len(BENDS))[0] * 0.97 + 0.01
    for _ in range(3):
        series.refresh(np.ones(182), 0.0, 0.5)
    assert series.shared_by == 5
    assert series.bend_weights[0] == pytest.approx(0.98)
    assert series.bends()[0] > 0.5


def test_curves_are_told_for_an_ordinary_week_not_for_the_mean_of_a_history_with_sales():
    season = np.ones(26)
    season[[5, 6, 20, 21, 22]] = 2.0
    shared = shared_season([_series(seed, season) for seed in range(4)], [np.arange(182)] * 4, [1] * 4)
    weekly = shared.season[0].reshape(26, 7).mean(axis=1)
    assert np.median(weekly[season == 1.0]) == pytest.approx(1.0, abs=0.06)
    assert weekly[season == 2.0].mean() > 1.6
