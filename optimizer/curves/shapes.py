"""Decides how likely each shape of a response curve is, given one channel's series.

A shape is (elasticity e at the usual stock, bend v, adstock theta). The Hill slope is s = e + (1 - e) v and the half
point follows from e, so v near 0 is a power curve, v = 1 is Michaelis-Menten, and logarithms lie between: one grid
covers the concave families and averages over them. S-shaped curves have a grid of their own: v is then the slope
s > 1 itself and e the share of it that is left at the usual stock. The level is profiled out exactly (quasi-Poisson),
which makes every likelihood a matrix product, also under bootstrap weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from optimizer.curves.adstock import stock_of
from optimizer.curves.curve import Array

ELASTICITIES = expit(np.linspace(logit(0.04), logit(0.97), 28))
BENDS = np.array([0.03, 0.3, 0.6, 1.0])
BEND_PRIOR = np.array([0.2, 0.25, 0.25, 0.3])  # what saturation is like before any channel has shown it
S_SLOPES = np.array([1.5, 2.1, 3.0])
S_PRIOR = np.full(3, 1.0 / 3.0)
DAILY_THETAS = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.72, 0.82])
WEEKLY_THETAS = np.array([0.0, 0.1, 0.2, 0.35, 0.5])
FLOOR = 1e-3  # response at no stock at all, as a share of the usual: late and view-through results


def hill_terms(share: Array, bend: Array) -> tuple[Array, Array]:
    """Slope s and half point k (in units of the usual stock) of shapes (e, v)."""
    s = np.where(bend > 1.0, bend, share + (1.0 - share) * bend)
    elasticity = share * np.maximum(bend, 1.0)
    return s, (elasticity / (s - elasticity)) ** (1.0 / s)


@dataclass(frozen=True, slots=True)
class ShapeGrid:
    """Every shape with its expected series relative to the usual level; arrays run over (shapes) or (shapes, steps).

    ``share`` is the elasticity at the usual stock as a share of the highest there can be: 1, or ``bend`` above it.
    """

    share: Array
    bend: Array
    theta: Array
    relative: Array
    log_relative: Array
    usual: float

    @property
    def elasticity(self) -> Array:
        """Elasticity at the usual stock."""
        return self.share * np.maximum(self.bend, 1.0)


def shape_grid(spend: Array, usual: float, thetas: Array, bends: Array = BENDS) -> ShapeGrid:
    """The grid for one spend series; ``usual`` is the spend at which the elasticity is meant."""
    e, v, t = (
        a.ravel()
        for a in np.meshgrid(np.arange(len(ELASTICITIES)), np.arange(len(bends)), np.arange(len(thetas)), indexing="ij")
    )
    share, bend, theta = ELASTICITIES[e], bends[v], thetas[t]
    s, k = hill_terms(share, bend)
    before = float(spend[: min(len(spend), 14)].mean())
    with np.errstate(divide="ignore"):
        logs = np.log(np.stack([stock_of(spend, float(theta_), before) for theta_ in thetas]) / usual)
    power = np.exp(s[:, None] * logs[t])
    half = (k**s)[:, None]
    relative = power * (1.0 + half) / (power + half) + FLOOR
    return ShapeGrid(share, bend, theta, relative, np.log(relative), usual)


def profile_likelihood(grid: ShapeGrid, result: Array, exposure: Array, weights: Array) -> tuple[Array, Array]:
    """Quasi-Poisson log-likelihood (not yet divided by the dispersion) and level of every shape.

    ``weights`` has shape (steps,) or (draws, steps); results have shape (shapes,) or (draws, shapes).
    """
    seen = weights * result
    expected = weights @ (grid.relative * exposure).T
    total = seen.sum(axis=-1, keepdims=True)
    level = total / expected
    return seen @ grid.log_relative.T + total * np.log(np.maximum(level, 1e-300)), level


def normalised(log_weights: Array) -> Array:
    """Probabilities from log weights."""
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())
