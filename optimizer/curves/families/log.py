"""Decides the logarithmic response: every doubling of a large spend adds the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family


@dataclass(frozen=True, slots=True)
class Log(Family):
    r"""$f(x) = a \ln(1 + x / b)$."""

    family: ClassVar[str] = "log"
    b: Any

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return np.asarray(self.a * np.log1p(spend / self.b))

    def slope(self, spend: Array) -> Array:
        """Marginal response at ``spend``."""
        return np.asarray(self.a / (self.b + spend))

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.maximum(self.a / np.maximum(slope, 0.0) - self.b, 0.0))

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, b=self.b * factor)
