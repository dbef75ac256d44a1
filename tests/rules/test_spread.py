"""What is said from the spread fitted in few steps is as near to the settled one as after 800 plain rounds of EM."""

import numpy as np
import pytest

from rules.rate_ratios import PRIOR_ADS, Spread, _likelihood, fit_spread, probability_below


@pytest.mark.parametrize("seed", range(3))
def test_extrapolation_comes_as_near_as_many_rounds(seed):
    draw = np.random.default_rng(seed)
    theta = np.where(draw.random(1_000) < 0.12, 0.55, 1.0) * draw.gamma(30, 1 / 30, 1_000)
    due, error = draw.gamma(1.5, 5.0, 1_000), np.full(1_000, 0.12)
    counts = draw.poisson(due * theta).astype(np.float64)
    prior = fit_spread(counts[:0], due[:0], error[:0], 12.0, 0.8).weight
    fitted = fit_spread(counts, due, error, 12.0, 0.8)
    likelihood = _likelihood(counts, due, error, fitted.theta)

    def plain(rounds):
        weight = prior
        for _ in range(rounds):
            seen = weight * (likelihood.T @ (1.0 / (likelihood @ weight))) + PRIOR_ADS * prior
            weight = seen / seen.sum()
        return probability_below(counts, due, error, Spread(fitted.theta, weight))

    said = probability_below(counts, due, error, fitted)
    far, usual, prior_only = (np.abs(one - plain(5_000)).max() for one in (said, plain(800), plain(0)))
    assert fitted.weight.sum() == pytest.approx(1.0) and (fitted.weight >= 0).all()
    assert far <= max(usual, 0.005) < prior_only
