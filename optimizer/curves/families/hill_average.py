"""Decides the mean of many Hill responses: what bootstrap draws say on average."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from optimizer.curves.curve import Array, Family
from optimizer.curves.families._turning import Turning, last_turns
from optimizer.curves.families.hill import hill_slope, hill_value
from optimizer.curves.inverting import hill_ratio, invert_steepness


@dataclass(frozen=True, slots=True)
class HillAverage(Family):
    r"""$f(x) = \sum_m a_m x^{s_m} / (k_m^{s_m} + x^{s_m})$; the last axis of every parameter runs over draws."""

    family: ClassVar[str] = "hill_average"
    k: Any
    s: Any
    _turning: Turning | None = field(default=None, init=False, repr=False, compare=False)

    def shape(self) -> tuple[int, ...]:
        """Shape of the parameters without the axis of the draws."""
        return np.broadcast_shapes(np.shape(self.a), np.shape(self.k), np.shape(self.s))[:-1]

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return np.asarray(self._each_value(spend).sum(axis=-1))

    def value_draws(self, spend: Array) -> Array:
        """Response of every draw at ``spend``; shape (spends, draws)."""
        return np.asarray(np.shape(self.a)[-1] * self._each_value(spend))

    def slope(self, spend: Array) -> Array:
        """Marginal response; infinite at 0 when any s < 1."""
        felt = np.asarray(spend, dtype=np.float64)[..., None]
        return np.asarray(hill_slope(self.a, self.k, self.s, felt).sum(axis=-1))

    def inflection(self) -> Array:
        """Spend from which the curve is concave: its last change from convex, found numerically."""
        return self._turn().spend

    def turns_once(self) -> npt.NDArray[np.bool_]:
        """Whether each curve is concave throughout, or convex before its inflection and concave after it."""
        return self._turn().once

    def spend_at(self, slope: Array) -> Array:
        """Spend, on the concave branch, at which the marginal response equals ``slope``."""
        turn = self._turn()
        slope, end, highest = np.broadcast_arrays(np.maximum(slope, 0.0), turn.spend, turn.slope)
        found = np.where(slope > 0.0, end, np.inf)
        live = (slope > 0.0) & (slope < highest)
        a, k, s = (
            np.broadcast_to(part, (*slope.shape, np.shape(self.a)[-1]))[live] for part in (self.a, self.k, self.s)
        )
        with np.errstate(divide="ignore"):
            goal, floor = np.log(slope[live]), np.log(end[live])
        found[live] = np.exp(invert_steepness(_steepness(a, k, s), goal, _guess(a, k, s, goal), floor))
        return found

    def scaled(self, factor: Any) -> Self:
        """The curve with its response multiplied by ``factor`` (one factor a curve)."""
        return replace(self, a=self.a * np.asarray(factor)[..., None])

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, k=self.k * np.asarray(factor)[..., None])

    @classmethod
    def stacked(cls, curves: Sequence[Self]) -> Self:
        """Many averages as one; shorter ones are filled with draws of weight 0."""
        longest = max(np.size(curve.a) for curve in curves)

        def filled(name: str, blank: float) -> Array:
            out = np.full((len(curves), longest), blank)
            for row, curve in enumerate(curves):
                values = np.atleast_1d(getattr(curve, name))
                out[row, : values.size] = values
            return out

        return cls(a=filled("a", 0.0), k=filled("k", 1.0), s=filled("s", 1.0))

    def _each_value(self, spend: Array) -> Array:
        return hill_value(self.a, np.asarray(spend, dtype=np.float64)[..., None] / self.k, self.s)

    def _turn(self) -> Turning:
        """Found once and kept: the solver asks for it at every price."""
        if self._turning is not None:
            return self._turning
        spend, once = last_turns(self.a, self.k, self.s)
        found = Turning(spend, self.slope(spend), once)
        object.__setattr__(self, "_turning", found)
        return found


def _steepness(a: Array, k: Array, s: Array) -> Callable[[Array, Any], tuple[Array, Array, Array]]:
    """Log slope at a log spend with its two derivatives, for asked rows: one exponential a draw."""
    size, place = a * s, s * np.log(k)

    def steepness(log_x: Array, rows: Any) -> tuple[Array, Array, Array]:
        power = s[rows] * log_x[:, None] - place[rows]
        small = np.exp(-np.abs(power))
        share = np.where(power < 0.0, small, 1.0) / (1.0 + small)
        each = small / (1.0 + small) ** 2
        steep = s[rows] * (1.0 - 2.0 * share) - 1.0
        bend = steep**2 - 2.0 * s[rows] ** 2 * each
        each = each * size[rows]
        total = each.sum(axis=1)
        mean = (each * steep).sum(axis=1) / total
        return np.log(total) - log_x, mean, (each * bend).sum(axis=1) / total - mean**2

    return steepness


def _guess(a: Array, k: Array, s: Array, goal: Array) -> Array:
    """Log of the spend at which the one Hill curve with the mean parameters has this log slope."""
    total = a.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = a / total[:, None]
        middle, log_k = (share * s).sum(axis=1), (share * np.log(k)).sum(axis=1)
        return np.asarray(log_k + np.log(hill_ratio(middle, goal - np.log(total * middle) + log_k)))
