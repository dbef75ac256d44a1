"""Decides the power response: a constant elasticity p, no ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family


@dataclass(frozen=True, slots=True)
class Power(Family):
    r"""$f(x) = a x^p$ with $0 < p \le 1$."""

    family: ClassVar[str] = "power"
    p: Any

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return np.asarray(self.a * spend**self.p)

    def slope(self, spend: Array) -> Array:
        """Marginal response; infinite at 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.a * self.p * spend ** (self.p - 1.0))

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray((self.a * self.p / np.maximum(slope, 0.0)) ** np.divide(1.0, 1.0 - self.p))

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, a=self.a * factor**-self.p)
