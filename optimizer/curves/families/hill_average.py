"""Decides the mean of many Hill responses: what bootstrap draws say on average, still concave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family
from optimizer.curves.inverting import invert_slope


@dataclass(frozen=True, slots=True)
class HillAverage(Family):
    r"""$f(x) = \sum_m a_m x^{s_m} / (k_m^{s_m} + x^{s_m})$; the last axis of every parameter runs over draws."""

    family: ClassVar[str] = "hill_average"
    k: Any
    s: Any

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        reached = (np.asarray(spend)[..., None] / self.k) ** self.s
        return np.asarray((self.a * reached / (1.0 + reached)).sum(axis=-1))

    def value_draws(self, spend: Array) -> Array:
        """Response of every draw at ``spend``; shape (spends, draws)."""
        reached = (np.asarray(spend)[..., None] / self.k) ** self.s
        return np.asarray(np.shape(self.a)[-1] * self.a * reached / (1.0 + reached))

    def slope(self, spend: Array) -> Array:
        """Marginal response; infinite at 0 when any s < 1."""
        ratio = np.asarray(spend, dtype=np.float64)[..., None] / self.k
        with np.errstate(divide="ignore"):
            each = self.a * self.s / self.k * ratio ** (self.s - 1.0) / (1.0 + ratio**self.s) ** 2
        return np.asarray(each.sum(axis=-1))

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        return invert_slope(self.slope, slope, np.exp(np.log(self.k).mean(axis=-1)))

    def scaled(self, factor: Any) -> Self:
        """The curve with its response multiplied by ``factor`` (one factor a curve)."""
        return type(self)(a=self.a * np.asarray(factor)[..., None], k=self.k, s=self.s)

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

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, k=self.k * np.asarray(factor)[..., None])
