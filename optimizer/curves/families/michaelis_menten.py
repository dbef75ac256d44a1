"""Decides the Michaelis-Menten response: half of the ceiling is reached at spend k."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family


@dataclass(frozen=True, slots=True)
class MichaelisMenten(Family):
    r"""$f(x) = a x / (k + x)$."""

    family: ClassVar[str] = "michaelis_menten"
    k: Any

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return np.asarray(self.a * spend / (self.k + spend))

    def slope(self, spend: Array) -> Array:
        """Marginal response at ``spend``."""
        return np.asarray(self.a * self.k / (self.k + spend) ** 2)

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.maximum(np.sqrt(self.a * self.k / np.maximum(slope, 0.0)) - self.k, 0.0))

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, k=self.k * factor)
