"""Decides how far a channel's curve may lie from its estimate: one refit a bootstrap draw, under that draw's season.

Whole weeks are reweighted and the prior's centres redrawn (randomised maximum a posteriori), so that draws spread
like the prior where the data say nothing; bend and adstock are drawn from their posterior. Within a week the
response is added up once for every shape, which makes a refit of all draws a product of small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from optimizer.curves.curve import Array
from optimizer.curves.series import ChannelSeries
from optimizer.curves.shapes import ELASTICITIES, hill_terms


@dataclass(frozen=True, slots=True)
class Draws:
    """Bootstrap draws of one curve per step: arrays over draws."""

    level: Array
    elasticity: Array
    share: Array
    s: Array
    k: Array
    theta: Array


class Resampled:
    """Bootstrap draws of one refreshed series; ``refit`` follows a season that has draws of its own.

    Two of them made from the same series and seed carry the same weights: that is how the draws of a season and of
    the curves under it stay draws of one resampling.
    """

    def __init__(
        self,
        series: ChannelSeries,
        season: Array,
        centre: float,
        spread: float,
        count: int,
        rng: np.random.Generator,
    ) -> None:
        self._series = series
        self.blocks = int(series.block.max()) + 1
        self.weights = _block_weights(series, self.blocks, count, rng)
        self._centres = centre + spread * rng.normal(size=(count, 1))
        self._spread = spread
        place = rng.random((count, 1))
        self._control_prior = series.control_spread * rng.normal(size=(count, series.controls.shape[1]))
        self._each = np.arange(count)
        exposure = season * series.pattern() * series.observed
        into = np.zeros((len(series.spend), self.blocks))
        into[np.arange(len(series.spend)), series.block] = 1.0
        self.seen = (series.result * series.observed) @ into
        self._expected = (series.grid.relative * exposure) @ into
        self._logs = (series.grid.log_relative * series.result) @ into
        heft = np.maximum((series.base * exposure) @ into, 1e-300)
        self._controls = ((series.controls * (series.base * exposure)[:, None]).T @ into / heft).T
        self._control_shift = np.zeros((count, series.controls.shape[1]))
        self._at = np.zeros(count)
        self._level = np.ones(count)
        self._other = self._draw_other(place)

    def refit(self, effect: Array) -> Array:
        """Fits every draw under ``effect``, its log deviation from the season per block, shape (draws, blocks).

        Returns what each draw then expects per block without that effect; shape (draws, blocks).
        """
        shift = self._control_shift @ self._controls.T
        factor = self.weights * np.exp(effect + shift)
        total = self.weights @ self.seen
        level = total[:, None] / (factor @ self._expected.T)
        series = self._series
        fit = self.weights @ self._logs.T + total[:, None] * np.log(np.maximum(level, 1e-300))
        score = self._own_shapes(fit / series.dispersion + series.prior(self._centres, self._spread))
        self._at = _peak(score)
        low = np.minimum(self._at.astype(np.int64), len(ELASTICITIES) - 2)
        part = self._at - low
        own = self._own_shapes(level)
        self._level = own[self._each, low] * (1.0 - part) + own[self._each, low + 1] * part
        shapes = self._expected.reshape(len(ELASTICITIES), -1, self.blocks)
        between = shapes[low, self._other] * (1.0 - part)[:, None] + shapes[low + 1, self._other] * part[:, None]
        expected = self._level[:, None] * between
        if self._controls.shape[1]:
            self._refit_controls(expected * factor)
            shift = self._control_shift @ self._controls.T
        return np.asarray(expected * np.exp(shift))

    def _draw_other(self, place: Array) -> npt.NDArray[np.int64]:
        """Each draw's bend and adstock, from their posterior under its own weights at the quantile ``place``."""
        series = self._series
        total = self.weights @ self.seen
        fit = self.weights @ self._logs.T - total[:, None] * np.log(self.weights @ self._expected.T)
        score = fit / series.dispersion + series.prior(self._centres, self._spread)
        likely = np.exp(score - score.max(axis=1, keepdims=True)).reshape(len(score), len(ELASTICITIES), -1).sum(axis=1)
        reached = np.cumsum(likely, axis=1)
        return np.asarray((reached < place * reached[:, -1:]).sum(axis=1), dtype=np.int64)

    def draws(self) -> Draws:
        """The curves of the last refit."""
        share = expit(np.interp(self._at, np.arange(len(ELASTICITIES), dtype=np.float64), logit(ELASTICITIES)))
        grid = self._series.grid
        bend = grid.bend[self._other]
        s, k = hill_terms(share, bend)
        elasticity = share * np.maximum(bend, 1.0)
        return Draws(self._level, elasticity, share, s, k * self._series.usual, grid.theta[self._other])

    def _own_shapes(self, values: Array) -> Array:
        """Of (draws, shapes) the shapes with each draw's own bend and adstock; shape (draws, elasticities)."""
        return np.asarray(values.reshape(len(values), len(ELASTICITIES), -1)[self._each, :, self._other])

    def _refit_controls(self, expected: Array) -> None:
        """One Newton step on each draw's control effects, with the centre of their prior redrawn."""
        series = self._series
        ridge = series.dispersion / series.control_spread**2
        effect = series.control_effect + self._control_shift
        pull = (self.weights * self.seen - expected) @ self._controls - ridge * (effect - self._control_prior)
        bend = np.einsum("mb,bp,bq->mpq", expected, self._controls, self._controls, optimize=True)
        bend += ridge * np.eye(self._controls.shape[1])
        step = np.linalg.solve(bend, pull[..., None])[..., 0]
        self._control_shift = self._control_shift + np.clip(step, -0.5, 0.5)


def _block_weights(series: ChannelSeries, blocks: int, count: int, rng: np.random.Generator) -> Array:
    """Random weights of mean 1 per block; more spread out where few blocks carry many fitted parameters."""
    known = np.unique(series.block[series.observed > 0])
    held = max(len(known), series.fitted + 2)
    spread = held / (held - series.fitted)
    if series.shared_by > 1:
        spread *= series.shared_by / (series.shared_by - 1.0)
    drawn = rng.gamma(1.0 / spread, spread, size=(count, blocks))
    return np.asarray(drawn / drawn[:, known].mean(axis=1, keepdims=True))


def _peak(score: Array) -> Array:
    """Where each row peaks, between grid points by the parabola through the best and its neighbours."""
    each = np.arange(len(score))
    best = score.argmax(axis=1)
    inside = np.clip(best, 1, score.shape[1] - 2)
    left, middle, right = score[each, inside - 1], score[each, inside], score[each, inside + 1]
    bend = left - 2.0 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    return np.asarray(np.where(best == inside, inside + np.clip(shift, -0.5, 0.5), best.astype(np.float64)))
