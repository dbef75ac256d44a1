"""Decides the hyperbolic-tangent response: nearly straight first, then a hard ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family


@dataclass(frozen=True, slots=True)
class Tanh(Family):
    r"""$f(x) = a \tanh(x / b)$."""

    family: ClassVar[str] = "tanh"
    b: Any

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return np.asarray(self.a * np.tanh(spend / self.b))

    def slope(self, spend: Array) -> Array:
        """Marginal response at ``spend``; the exponential form keeps its digits where tanh is 1."""
        decay = np.exp(-2.0 * spend / self.b)
        return np.asarray(4.0 * self.a / self.b * decay / (1.0 + decay) ** 2)

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        with np.errstate(divide="ignore"):
            ratio = np.maximum(self.a / (self.b * np.maximum(slope, 0.0)), 1.0)
        return np.asarray(self.b * np.arcsinh(np.sqrt(ratio - 1.0)))

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, b=self.b * factor)
