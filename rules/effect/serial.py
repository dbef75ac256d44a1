"""Decides how much a fitted line of daily values can be off when days hang together.

Least squares with errors made of chance in the counts (less on days of much volume) and of a market that lingers from
day to day: ``var(e) = s²(a·diag(1/w) + (1-a)·R)``, ``R[i, j] = rho^|day i - day j|``. Neither a nor rho is known well
from a few months, so every pair of a grid counts by how well it fits (restricted likelihood, Harville 1977,
https://doi.org/10.1080/01621459.1977.10480998); taking the best pair alone gives intervals that are too narrow. Where
weeks swing as wholes, no shape of the grid sees all of it: days of one week are no more than one answer to how sure the
line is, so the limits are those of t with the freedom of weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.linalg import solve_triangular

from rules.effect.ratios import Matrix
from rules.entities import Floats

LINGERING = (0.2, 0.6, 0.8, 0.9, 0.95, 0.975, 0.9875, 0.994)  # even steps in how long it lingers
WEEK = 7
SPENT = 5  # weeks that go into level, trend and step, and into how much of the errors lingers and for how long
LEAST_FREEDOM = 2
COUNTED = (0.0, 0.25, 0.5, 0.75, 0.9)
PAIRS = ((1.0, 0.0), *((share, rho) for share in COUNTED for rho in LINGERING))


@dataclass(frozen=True, slots=True)
class Fits:
    """One fit per pair of the grid: its weight, the asked-for sums of coefficients, and their covariance."""

    weight: Floats
    estimate: Matrix
    covariance: NDArray[np.float64]
    freedom: int

    @property
    def mean(self) -> Floats:
        """The sums of coefficients over all fits."""
        return np.asarray(self.weight @ self.estimate)

    def chance_below(self, ratio: float) -> float:
        """Probability that the first sum is below ``ratio`` times the second (Fieller's contrast)."""
        contrast = np.array([-1.0, ratio])
        spread = np.sqrt(np.einsum("i,gij,j->g", contrast, self.covariance, contrast))
        return float(self.weight @ stats.t.cdf(self.estimate @ contrast / spread, self.freedom))


def fit_days(values: Floats, design: Matrix, day: Floats, volume: Floats, asked: Matrix) -> Fits:
    """Fits ``values`` on ``design`` (days × columns); ``asked`` (2 × columns) are the sums wanted of the coefficients.

    ``day`` numbers the days, which may have gaps; ``volume`` is positive. The design has full column rank.
    """
    apart = np.abs(day[:, None] - day[None, :])
    alone = np.diag(volume.mean() / volume)
    freedom = len(values) - design.shape[1]
    fits = [_fit(values, design, share * alone + (1 - share) * rho**apart, freedom, asked) for share, rho in PAIRS]
    likelihood = np.array([one[0] for one in fits])
    weight = np.exp(likelihood - likelihood.max())
    estimate, covariance = np.array([one[1] for one in fits]), np.array([one[2] for one in fits])
    weeks = len(np.unique(day // WEEK))
    return Fits(weight / weight.sum(), estimate, covariance, max(weeks - SPENT, LEAST_FREEDOM))


def _fit(values: Floats, design: Matrix, spread: Matrix, freedom: int, asked: Matrix) -> tuple[float, Floats, Matrix]:
    """Restricted log-likelihood, the asked sums, and their covariance, under one shape of the errors."""
    root = np.linalg.cholesky(spread)
    white = solve_triangular(root, np.column_stack((design, values)), lower=True)
    q, r = np.linalg.qr(white[:, :-1])
    coefficients = solve_triangular(r, q.T @ white[:, -1])
    rest = white[:, -1] - white[:, :-1] @ coefficients
    variance = max(float(rest @ rest) / freedom, np.finfo(float).tiny)
    sides = solve_triangular(r.T, asked.T, lower=True)
    log_sizes = np.log(np.diag(root)).sum() + np.log(np.abs(np.diag(r))).sum()
    likelihood = -0.5 * freedom * np.log(variance) - float(log_sizes)
    return float(likelihood), asked @ coefficients, variance * (sides.T @ sides)
