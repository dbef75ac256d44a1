"""Decides the Hill response with slope at most 1: steep at first, a ceiling later, concave throughout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family
from optimizer.curves.inverting import invert_slope


@dataclass(frozen=True, slots=True)
class Hill(Family):
    r"""$f(x) = a x^s / (k^s + x^s)$ with $0 < s \le 1$; $s = 1$ is Michaelis-Menten, $k \to \infty$ a power."""

    family: ClassVar[str] = "hill"
    k: Any
    s: Any

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        reached = (spend / self.k) ** self.s
        return np.asarray(self.a * reached / (1.0 + reached))

    def slope(self, spend: Array) -> Array:
        """Marginal response; infinite at 0 when s < 1."""
        ratio = np.asarray(spend / self.k, dtype=np.float64)
        with np.errstate(divide="ignore"):
            return np.asarray(self.a * self.s / self.k * ratio ** (self.s - 1.0) / (1.0 + ratio**self.s) ** 2)

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        return invert_slope(self.slope, slope, self.k)

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, k=self.k * factor)
