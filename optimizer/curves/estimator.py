"""Decides the response of one channel from its spend history, with adstock and bootstrap draws."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from optimizer.curves.adstock import stock_of
from optimizer.curves.curve import Array
from optimizer.curves.families.hill_average import HillAverage
from optimizer.curves.resampling import Resampled
from optimizer.curves.series import CONTROL_SPREAD, ROUNDS, ChannelSeries
from optimizer.curves.shapes import DAILY_THETAS, WEEKLY_THETAS, ShapeGrid


class ResponseCurveEstimator(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A response curve of one channel, concave unless asked, as a scikit-learn regressor.

    ``fit`` reads rows as consecutive steps in time (days, or weeks with ``step_days=7``): column 0 is spend, further
    columns are controls (holiday, price, season index) whose effect is multiplicative. ``predict`` gives the
    response to *holding* the spend of column 0: carry-over is settled, so every row stands alone. ``curve_`` is meant
    at the median of every control.

    Args:
        step_days: days of one row; decides the adstock values considered and the weekday pattern.
        prior_elasticity: elasticity at usual spend where the data say nothing.
        prior_spread: spread of that prior on the logit scale.
        bend_weights: prior of the bend from a power curve to Michaelis-Menten, in steps; its default when None.
        level_spread: log spread of the level that the rows cannot show (how ordinary their season was).
        shared_by: channels with which ``exposure`` was estimated, 0 for none.
        control_spread: prior log spread of the effect of one standard deviation of a control column.
        s_shaped: whether every draw is S-shaped (slope above 1) instead of concave.
        draws: bootstrap draws; the curve is their mean.
        random_state: seed of the bootstrap.

    Attributes:
        curve_: HillAverage per step; ``elasticity_`` (mean, 5 %, 95 %) at ``usual_`` spend; ``adstock_`` theta a day;
        ``dispersion_``; ``information_``: share of the prior's spread the data removed (0 = nothing learnt);
        ``observed_max_``: highest spend stock seen; ``carry_``: stock after the last row, in spend per step.
    """

    def __init__(
        self,
        step_days: int = 1,
        prior_elasticity: float = 0.5,
        prior_spread: float = 0.8,
        bend_weights: tuple[float, ...] | None = None,
        level_spread: float = 0.0,
        shared_by: int = 0,
        control_spread: float = CONTROL_SPREAD,
        s_shaped: bool = False,
        draws: int = 200,
        random_state: int = 0,
    ) -> None:
        self.step_days = step_days
        self.prior_elasticity = prior_elasticity
        self.prior_spread = prior_spread
        self.bend_weights = bend_weights
        self.level_spread = level_spread
        self.shared_by = shared_by
        self.control_spread = control_spread
        self.s_shaped = s_shaped
        self.draws = draws
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Spend and results are never negative; generic regression data is not a response curve."""
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.target_tags.positive_only = True
        tags.regressor_tags.poor_score = True
        return tags

    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        exposure: npt.ArrayLike | None = None,
        observed: npt.ArrayLike | None = None,
        week: npt.ArrayLike | None = None,
    ) -> Self:
        """Learns the curve.

        ``exposure`` multiplies the expected result of each row (a season shared with other channels, 1 when absent);
        with shape (draws, rows) every bootstrap draw has its own. ``observed`` marks rows whose result counts (the
        others only carry spend over); ``week`` numbers the block that each row is resampled with. Raises ValueError
        for negative spend or results, no spend, or no results.
        """
        table, result = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=4)
        spend = table[:, 0]
        if (table < 0).any():
            raise ValueError("Negative values in data passed to ResponseCurveEstimator: spend is never negative")
        if (result < 0).any():
            raise ValueError("Negative results passed to ResponseCurveEstimator")
        seen = np.ones(len(spend), dtype=bool) if observed is None else np.asarray(observed, dtype=bool)
        if not spend[seen].sum() > 0 or not result[seen].sum() > 0:
            raise ValueError("A response curve needs rows with spend and with results")
        self.control_centre_, self.control_scale_ = _control_scale(table[:, 1:])
        controls = (table[:, 1:] - self.control_centre_) / self.control_scale_
        series = channel_series(
            spend,
            result,
            seen,
            self.step_days,
            controls,
            week=None if week is None else np.asarray(week, dtype=np.int64),
            control_spread=self.control_spread,
            s_shaped=self.s_shaped,
        )
        series.shared_by = self.shared_by
        if self.bend_weights is not None:
            series.bend_weights = np.asarray(self.bend_weights, dtype=np.float64)
        seasons = np.ones((1, len(spend))) if exposure is None else np.atleast_2d(np.asarray(exposure, np.float64))
        season = np.exp(np.log(seasons).mean(axis=0))
        centre = float(logit(self.prior_elasticity))
        for _ in range(ROUNDS):
            series.refresh(season, centre, self.prior_spread)
        self._learn(series, season, np.log(seasons / season), centre)
        return self

    def _learn(self, series: ChannelSeries, season: Array, deviation: Array, centre: float) -> None:
        rng = np.random.default_rng(self.random_state)
        resampled = Resampled(series, season, centre, self.prior_spread, self.draws, rng)
        rows = np.maximum(np.bincount(series.block, minlength=resampled.blocks), 1)
        effect = np.stack([np.bincount(series.block, one, minlength=resampled.blocks) / rows for one in deviation])
        for _ in range(ROUNDS if series.controls.shape[1] else 1):
            resampled.refit(np.broadcast_to(effect, (self.draws, resampled.blocks)))
        draws = resampled.draws()
        half = (draws.k / series.usual) ** draws.s
        level = draws.level * np.exp(self.level_spread * rng.normal(size=self.draws) - 0.5 * self.level_spread**2)
        self.curve_ = HillAverage(a=level * (1.0 + half) / self.draws, k=draws.k, s=draws.s)
        low, high = np.quantile(draws.elasticity, [0.05, 0.95])
        self.elasticity_ = (float(draws.elasticity.mean()), float(low), float(high))
        per_step = series.mean(series.grid.theta)
        self.adstock_ = per_step ** (1.0 / self.step_days)
        self.usual_ = series.usual
        self.dispersion_ = series.dispersion
        self.cycle_effect_ = series.cycle_effect
        self.control_effect_ = series.control_effect
        self.information_ = float(np.clip(1.0 - logit(draws.share).std() / self.prior_spread, 0.0, 1.0))
        stock = stock_of(series.spend, per_step, series.usual)
        self.observed_max_ = float(stock[series.observed > 0].max())
        self.carry_ = float(stock[-1])

    def predict(self, X: npt.ArrayLike) -> Array:
        """Expected result per step of holding the spend of column 0, under the controls of the other columns."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        controls = (table[:, 1:] - self.control_centre_) / self.control_scale_
        return np.asarray(self.curve_.value(np.maximum(table[:, 0], 0.0)) * np.exp(controls @ self.control_effect_))

    def predict_draws(self, spend: npt.ArrayLike) -> Array:
        """Response of every bootstrap draw to holding ``spend``; shape (spends, draws)."""
        check_is_fitted(self)
        x = np.asarray(spend, dtype=np.float64)[:, None]
        reached = (x / self.curve_.k) ** self.curve_.s
        return np.asarray(self.draws * self.curve_.a * reached / (1.0 + reached))


def scaled_controls(table: Array) -> Array:
    """Control columns with 0 at their median, where a curve is told for an ordinary row, in standard deviations."""
    centre, scale = _control_scale(table)
    return (table - centre) / scale


def _control_scale(table: Array) -> tuple[Array, Array]:
    spread = table.std(axis=0)
    return np.median(table, axis=0), np.where(spread > 0, spread, 1.0)


def channel_series(
    spend: Array,
    result: Array,
    observed: npt.NDArray[np.bool_],
    step_days: int,
    controls: Array | None = None,
    *,
    week: npt.NDArray[np.int64] | None = None,
    control_spread: float = CONTROL_SPREAD,
    s_shaped: bool = False,
    shapes: ShapeGrid | None = None,
) -> ChannelSeries:
    """One channel's series with the adstock values and weekday cycle its step asks for, resampled by ``week``.

    ``controls`` are scaled already; ``shapes`` is the grid of the same spend where one was made before.
    """
    daily = step_days == 1
    long = daily and len(spend) >= 21
    return ChannelSeries(
        spend,
        result,
        observed=observed,
        thetas=DAILY_THETAS if daily else WEEKLY_THETAS,
        cycle=7 if long else 1,
        block=np.arange(len(spend)) // (7 if long else 1) if week is None else week,
        controls=controls,
        control_spread=control_spread,
        s_shaped=s_shaped,
        shapes=shapes,
    )
