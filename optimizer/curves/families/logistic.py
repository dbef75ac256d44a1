"""Decides the logistic response: nearly straight first, then a hard ceiling, counted in growth per unit of spend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family


@dataclass(frozen=True, slots=True)
class Logistic(Family):
    r"""$f(x) = a (1 - e^{-l x}) / (1 + e^{-l x}) = a \tanh(l x / 2)$, the logistic saturation of PyMC-Marketing."""

    family: ClassVar[str] = "logistic"
    l: Any  # noqa: E741 - the name the peers' documents use

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return np.asarray(self.a * np.tanh(0.5 * self.l * spend))

    def slope(self, spend: Array) -> Array:
        """Marginal response at ``spend``; the exponential form keeps its digits where tanh is 1."""
        decay = np.exp(-self.l * spend)
        return np.asarray(2.0 * self.a * self.l * decay / (1.0 + decay) ** 2)

    def spend_at(self, slope: Array) -> Array:
        """Spend at which the marginal response equals ``slope``."""
        with np.errstate(divide="ignore"):
            ratio = np.maximum(0.5 * self.a * self.l / np.maximum(slope, 0.0), 1.0)
        return np.asarray(2.0 / self.l * np.arcsinh(np.sqrt(ratio - 1.0)))

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, l=self.l / factor)
