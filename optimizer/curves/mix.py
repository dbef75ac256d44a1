r"""Decides the curves of several channels at once where only their common total is known, with a baseline beside them.

$y_t = z_t'\gamma + \sum_c \beta_c f_{g_c}(x_{ct}) + \varepsilon_t$ with every shape $g_c$ from the grid of ``shapes``.
Given the shapes the model is linear, so baseline and levels are integrated out and a sampler walks over shapes alone.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, logit, ndtr, ndtri
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from optimizer.curves.curve import Array
from optimizer.curves.families.hill_average import HillAverage
from optimizer.curves.shapes import (
    BENDS,
    DAILY_THETAS,
    WEEKLY_THETAS,
    ShapeGrid,
    hill_terms,
    normalised,
    shape_grid,
)

HARMONICS = 2  # of the year, in the baseline
THIN = 4  # steps per draw kept: neighbouring steps are alike
BEND_PRIOR = np.array([0.05, 0.15, 0.3, 0.5])  # a channel never off looks like baseline if it may be steep at 0


class MixEstimator(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Concave response curves of several channels and a baseline, from one total, as a scikit-learn regressor.

    Rows are consecutive steps in time. The first ``channels`` columns are spend (all when None), the others controls
    with a linear effect. The baseline is a level, a trend and a yearly season. ``predict`` gives the expected total of
    holding each row's spend in the mean baseline under the row's controls.

    Args:
        channels: how many first columns are spend.
        step_days: days of one row.
        prior_elasticity: elasticity at usual spend where the data say nothing.
        prior_spread: spread of that prior on the logit scale.
        draws: posterior draws kept.
        burn_in: steps of the sampler before the first.
        random_state: seed of the sampler.

    Attributes:
        curves_: one HillAverage a channel, per step; ``contributions_``: expected response of every channel in every
        row and draw, shape (draws, channels, rows); ``adstock_``: carry-over a day, per channel; ``noise_``: standard
        deviation of the rest.
    """

    def __init__(
        self,
        channels: int | None = None,
        step_days: int = 7,
        prior_elasticity: float = 0.5,
        prior_spread: float = 0.85,
        draws: int = 200,
        burn_in: int = 100,
        random_state: int = 0,
    ) -> None:
        self.channels = channels
        self.step_days = step_days
        self.prior_elasticity = prior_elasticity
        self.prior_spread = prior_spread
        self.draws = draws
        self.burn_in = burn_in
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Spend is never negative; generic regression data is no response to it."""
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.regressor_tags.poor_score = True
        return tags

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learns curves and baseline. Raises ValueError for negative spend or a channel without any."""
        table, total = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=8)
        if (table < 0).any():
            raise ValueError("Negative values in data passed to MixEstimator: spend is never negative")
        count = table.shape[1] if self.channels is None else self.channels
        spend, controls = table[:, :count], table[:, count:]
        if not (spend.sum(axis=0) > 0).all():
            raise ValueError("Every channel of a mix needs rows with spend")
        thetas = DAILY_THETAS if self.step_days == 1 else WEEKLY_THETAS
        grids = [shape_grid(column, float(column[column > 0].mean()), thetas) for column in spend.T]
        self._baseline_unit = max(float(np.abs(total).mean()), 1e-300)
        self._control_mean = controls.mean(axis=0)
        self._control_scale = np.where(controls.std(axis=0) > 0, controls.std(axis=0), 1.0)
        self._fit(grids, total / self._baseline_unit, (controls - self._control_mean) / self._control_scale)
        return self

    def _fit(self, grids: list[ShapeGrid], total: Array, controls: Array) -> None:
        rng = np.random.default_rng(self.random_state)
        walk = _Walk(
            grids, total, np.hstack([_baseline(len(total), self.step_days), controls]), self._log_priors(grids)
        )
        kept: list[tuple[npt.NDArray[np.int64], Array, float]] = []
        for step in range(1, self.burn_in + THIN * self.draws + 1):
            walk.step(rng)
            if step > self.burn_in and (step - self.burn_in) % THIN == 0:
                kept.append((walk.shapes.copy(), walk.effects.copy(), walk.variance))
        shapes, effects = np.array([one[0] for one in kept]), np.array([one[1] for one in kept])
        unit, size = self._baseline_unit, len(grids)
        levels = effects[:, :size] * unit
        self.curves_ = [_curve(grid, shapes[:, c], levels[:, c]) for c, grid in enumerate(grids)]
        each = [levels[:, c, None] * grid.relative[shapes[:, c]] for c, grid in enumerate(grids)]
        self.contributions_ = np.stack(each, axis=1)
        thetas = [grid.theta[shapes[:, c]].mean() for c, grid in enumerate(grids)]
        self.adstock_ = np.array(thetas) ** (1.0 / self.step_days)
        self.noise_ = unit * float(np.sqrt(np.mean([one[2] for one in kept])))
        beside = unit * effects[:, size:].mean(axis=0)
        fixed = beside.size - controls.shape[1]
        self.baseline_ = float((walk.beside[:, :fixed] @ beside[:fixed]).mean())
        self.control_effect_ = beside[fixed:]

    def _log_priors(self, grids: list[ShapeGrid]) -> list[Array]:
        centre = logit(self.prior_elasticity)
        return [
            -0.5 * ((logit(grid.share) - centre) / self.prior_spread) ** 2
            + np.log(1.2 - grid.theta)
            + np.log(BEND_PRIOR)[np.searchsorted(BENDS, grid.bend)]
            for grid in grids
        ]

    def predict(self, X: npt.ArrayLike) -> Array:
        """Expected total per row of holding its spend, in the mean baseline under its controls."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        count = len(self.curves_)
        response = sum(curve.value(np.maximum(table[:, c], 0.0)) for c, curve in enumerate(self.curves_))
        controls = (table[:, count:] - self._control_mean) / self._control_scale
        return np.asarray(self.baseline_ + response + controls @ self.control_effect_)


class _Walk:
    """A Gibbs sampler over the channels' shapes; levels (never negative) and baseline are drawn once a step."""

    def __init__(self, grids: list[ShapeGrid], total: Array, beside: Array, log_priors: list[Array]) -> None:
        self._grids, self._total, self._log_priors = grids, total, log_priors
        self.beside = beside
        self._squares = [(grid.relative**2).sum(axis=1) for grid in grids]
        self._with_total = [grid.relative @ total for grid in grids]
        self._with_beside = [grid.relative @ beside for grid in grids]
        self.shapes = np.array([int(prior.argmax()) for prior in log_priors])
        self.effects = np.zeros(len(grids) + beside.shape[1])
        self.variance = float(total.var()) + 1e-12
        # In units of the mean total: each channel seldom makes more than its equal share; the baseline is nearly free.
        shares = np.full(len(grids), (1.0 + len(grids)) ** 2)
        self._precision = np.concatenate([shares, np.full(beside.shape[1], 0.04)])

    def step(self, rng: np.random.Generator) -> None:
        size = len(self._grids)
        design = np.column_stack([*(g.relative[s] for g, s in zip(self._grids, self.shapes, strict=True)), self.beside])
        for c in range(size):
            self.shapes[c] = self._draw_shape(c, design, rng)
            design[:, c] = self._grids[c].relative[self.shapes[c]]
        self._draw_effects(design, size, rng)
        rest = self._total - design @ self.effects
        self.variance = float((rest @ rest + 1e-9) / rng.chisquare(len(rest)))

    def _draw_shape(self, channel: int, design: Array, rng: np.random.Generator) -> int:
        """A shape given the shapes of the other channels, every level and the baseline integrated out."""
        others = np.delete(design, channel, axis=1)
        rivals = others[:, : len(self._grids) - 1]
        inner = np.hstack([self._grids[channel].relative @ rivals, self._with_beside[channel]]) / self.variance
        bend = others.T @ others / self.variance + np.diag(np.delete(self._precision, channel))
        solved = inner @ np.linalg.inv(bend)
        sharp = self._precision[channel] + self._squares[channel] / self.variance - (inner * solved).sum(axis=1)
        sharp = np.maximum(sharp, 1e-12)
        pull = self._with_total[channel] / self.variance - solved @ (others.T @ self._total) / self.variance
        level = pull / sharp
        fit = -0.5 * np.log(sharp) + 0.5 * pull * level + log_ndtr(pull / np.sqrt(sharp))
        return int(rng.choice(len(fit), p=normalised(fit + self._log_priors[channel])))

    def _draw_effects(self, design: Array, size: int, rng: np.random.Generator) -> None:
        """Levels one after the other from normals cut at 0, the rest together, twice over so that they mix."""
        sharp = design.T @ design / self.variance + np.diag(self._precision)
        pull = design.T @ self._total / self.variance
        free = slice(size, None)
        factor = np.linalg.cholesky(sharp[free, free])
        for _ in range(4):
            for c in range(size):
                width = 1.0 / np.sqrt(sharp[c, c])
                mean = self.effects[c] + (pull[c] - sharp[c] @ self.effects) / sharp[c, c]
                below = ndtr(-mean / width)
                place = min(below + (1.0 - below) * rng.random(), 1.0 - 1e-16)
                self.effects[c] = max(mean + width * float(ndtri(place)), 0.0) if below < 1.0 - 1e-12 else 0.0
            target = pull[free] - sharp[free, :size] @ self.effects[:size]
            mean_rest = np.linalg.solve(sharp[free, free], target)
            noise = np.linalg.solve(factor.T, rng.normal(size=len(mean_rest)))
            self.effects[free] = mean_rest + noise


def _baseline(steps: int, step_days: int) -> Array:
    """Level, trend and yearly waves; shape (steps, columns)."""
    at = np.arange(steps) * step_days / 365.25
    waves = [wave(2.0 * np.pi * k * at) for k in range(1, HARMONICS + 1) for wave in (np.sin, np.cos)]
    trend = np.linspace(-1.0, 1.0, steps)
    shapes = [np.ones(steps), trend, trend**2 - 1.0 / 3.0]
    return np.column_stack([*shapes, *(waves if steps * step_days >= 180 else [])])


def _curve(grid: ShapeGrid, shapes: npt.NDArray[np.int64], level: Array) -> HillAverage:
    s, k = hill_terms(grid.share[shapes], grid.bend[shapes])
    return HillAverage(a=level * (1.0 + k**s) / len(level), k=k * grid.usual, s=s)
