"""Decides what one channel's series says about its curve: shapes, level, weekday pattern and noise together.

Alternates between the posterior over shapes (given the pattern) and the pattern (given the mean curve). The
dispersion is the larger of the daily and the weekly one, so that noise which lasts a week is not counted seven times.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from optimizer.curves.curve import Array
from optimizer.curves.shapes import (
    BEND_PRIOR,
    BENDS,
    S_PRIOR,
    S_SLOPES,
    ShapeGrid,
    normalised,
    profile_likelihood,
    shape_grid,
)

CYCLE_SPREAD = 0.15  # prior log spread of weekday effects
CONTROL_SPREAD = 0.3  # prior log spread of the effect of one standard deviation of a control column
FITTED = 6  # parameters of one channel: level, elasticity, bend, adstock, and about two of its pattern
MISFIT = 0.03  # a curve is never taken to be truer than 3 % of the response
ROUNDS = 5


class ChannelSeries:
    """One channel's spend and results with its shape grid, refreshed under a changing exposure (season)."""

    def __init__(
        self,
        spend: Array,
        result: Array,
        *,
        observed: npt.NDArray[np.bool_],
        thetas: Array,
        cycle: int,
        block: npt.NDArray[np.int64],
        controls: Array | None = None,
        control_spread: float = CONTROL_SPREAD,
        s_shaped: bool = False,
        shapes: ShapeGrid | None = None,
    ) -> None:
        steps = np.arange(len(spend))
        self.spend, self.observed = spend, observed.astype(np.float64)
        self.result = np.where(observed, result, 0.0)
        self.cycle, self.block = steps % cycle, block
        bends = S_SLOPES if s_shaped else BENDS
        self.grid = shape_grid(spend, float(spend[observed].mean()), thetas, bends) if shapes is None else shapes
        self.usual = self.grid.usual
        self.controls = np.empty((len(spend), 0)) if controls is None else controls
        self.cycle_effect = np.zeros(cycle)
        self.control_effect = np.zeros(self.controls.shape[1])
        self.control_spread = control_spread
        self.fitted = FITTED + int(np.count_nonzero(np.ptp(self.controls[observed], axis=0) > 0))
        self.dispersion = max(1e-12, float(self.result.sum() / max(self.observed.sum(), 1.0)))
        self.bend_weights = S_PRIOR if s_shaped else BEND_PRIOR
        self.shared_by = 0  # channels that a season was estimated with: each week's effect took its share of freedom
        self._bend_at = np.searchsorted(bends, self.grid.bend)
        self._shape_at = logit(self.grid.share) + np.log(np.maximum(self.grid.bend, 1.0))
        self._short_memory = np.log(1.2 - self.grid.theta)
        self.probability = normalised(np.zeros(len(self.grid.theta)))
        self.base = np.ones(len(spend))

    def pattern(self) -> Array:
        """What weekday and control columns multiply the response by, per step."""
        return np.asarray(np.exp(self.cycle_effect[self.cycle] + self.controls @ self.control_effect))

    def refresh(self, season: Array, centre: float, spread: float) -> None:
        """One alternation: posterior over shapes, mean curve, pattern and dispersion, under ``season`` per step."""
        exposure = season * self.pattern()
        log_likelihood, level = profile_likelihood(self.grid, self.result, exposure, self.observed)
        prior = self.prior(np.array(centre), spread)
        self.probability = normalised(log_likelihood / self.dispersion + prior)
        self.base = (self.probability * level) @ self.grid.relative
        self._refresh_pattern(season)
        self.dispersion = self._dispersion(self.base * season * self.pattern())

    def prior(self, centre: Array, spread: float) -> Array:
        """Log prior of every shape around ``centre`` (logit of the usual elasticity); shape (..., shapes)."""
        distance = (self._shape_at - centre) / spread
        return np.asarray(-0.5 * distance**2 + (self._short_memory + np.log(self.bend_weights)[self._bend_at]))

    def _refresh_pattern(self, season: Array) -> None:
        expected = self.base * season * np.exp(self.controls @ self.control_effect) * self.observed
        size = len(self.cycle_effect)
        if size > 1:
            prior = self.dispersion / CYCLE_SPREAD**2
            seen = np.bincount(self.cycle, self.result, minlength=size)
            effect = np.log((seen + prior) / (np.bincount(self.cycle, expected, minlength=size) + prior))
            self.cycle_effect = effect - effect.mean()
        if self.controls.shape[1]:
            expected = self.base * season * self.pattern() * self.observed
            ridge = self.dispersion / self.control_spread**2
            pull = self.controls.T @ (self.result - expected) - ridge * self.control_effect
            bend = (self.controls * expected[:, None]).T @ self.controls + ridge * np.eye(self.controls.shape[1])
            step = np.linalg.solve(bend, pull)
            self.control_effect = self.control_effect + np.clip(step, -0.5, 0.5)

    def _dispersion(self, expected: Array) -> float:
        expected = np.maximum(expected * self.observed, 1e-300)
        rest = (self.result - expected) * self.observed
        seen = self.observed.sum()
        single = float((rest**2 / expected)[self.observed > 0].sum() / max(seen - len(self.cycle_effect) - 3, 1.0))
        full = np.bincount(self.block, self.observed) > 0
        blocks = np.bincount(self.block, rest)[full] ** 2 / np.bincount(self.block, expected)[full]
        free = full.sum() * (1.0 - 1.0 / self.shared_by if self.shared_by > 1 else 1.0) - (self.fitted - 2.0)
        together = float(blocks.sum() / max(free, 1.0))
        floor = MISFIT**2 * float(expected.sum()) / max(full.sum(), 1)
        return float(max(single, together, floor, 1e-300))

    def bends(self) -> Array:
        """Posterior of the bend values."""
        return np.asarray(
            np.bincount(self._bend_at, self.probability, minlength=len(self.bend_weights)), dtype=np.float64
        )

    def mean(self, values: Array) -> float:
        """Posterior mean of a value per shape."""
        return float(self.probability @ values)
