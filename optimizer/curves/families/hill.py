"""Decides the Hill response: steep at first or slow to start, a ceiling later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from optimizer.curves.curve import Array, Family
from optimizer.curves.inverting import hill_ratio


def hill_value(a: Any, ratio: Any, s: Any) -> Array:
    """$a r^s / (1 + r^s)$ for any ratio r >= 0, however large."""
    small = _small_power(ratio, s)
    return np.asarray(a * np.where(ratio < 1.0, small, 1.0) / (1.0 + small))


def hill_slope(a: Any, k: Any, s: Any, felt: Any) -> Array:
    """Derivative of $a x^s / (k^s + x^s)$ at x = ``felt``: 0, a / k or infinite at 0, as s is above, at or below 1."""
    ratio = np.asarray(felt / k)
    small = _small_power(ratio, s)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.asarray(a * s * small / (1.0 + small) ** 2 / felt)
        if np.any(ratio == 0.0):
            slope = np.where(ratio == 0.0, np.where(s < 1.0, np.inf, np.where(s > 1.0, 0.0, a / k)), slope)
    return slope


def hill_inflection(k: Any, s: Any) -> Array:
    """Spend at which $x^s / (k^s + x^s)$ turns concave: $k ((s - 1) / (s + 1))^{1/s}$, 0 for s <= 1."""
    return np.asarray(k * (np.maximum(s - 1.0, 0.0) / (s + 1.0)) ** (1.0 / np.asarray(s)))


def _small_power(ratio: Any, s: Any) -> Array:
    """The smaller of r^s and r^-s: it may underflow to 0 but cannot overflow."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.minimum(ratio, 1.0 / np.asarray(ratio, dtype=np.float64)) ** s)


@dataclass(frozen=True, slots=True)
class Hill(Family):
    r"""$f(x) = a (x + c)^s / (k^s + (x + c)^s)$ with $s > 0$ and $c \ge 0$: S-shaped for $s > 1$, else concave.

    $s = 1$ is Michaelis-Menten, $k \to \infty$ a power. ``c`` is spend felt without being paid (carry-over, organic).
    """

    family: ClassVar[str] = "hill"
    k: Any
    s: Any
    c: Any = 0.0

    def value(self, spend: Array) -> Array:
        """Response at ``spend``."""
        return hill_value(self.a, (spend + self.c) / self.k, self.s)

    def slope(self, spend: Array) -> Array:
        """Marginal response; without an offset infinite at 0 when s < 1, and 0 there when s > 1."""
        return hill_slope(self.a, self.k, self.s, spend + self.c)

    def inflection(self) -> Array:
        """Spend from which the curve is concave, 0 where it is so throughout."""
        return np.asarray(np.maximum(hill_inflection(self.k, self.s) - self.c, np.zeros(self.shape())))

    def spend_at(self, slope: Array) -> Array:
        """Spend, on the concave branch, at which the marginal response equals ``slope``."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            goal = np.log(np.maximum(slope, 0.0) / self.a * (self.k / self.s))
            turn = np.maximum(hill_inflection(self.k, self.s) - self.c, 0.0)
            return np.asarray(np.maximum(hill_ratio(self.s, goal) * self.k - self.c, turn))

    def stretched(self, factor: Any) -> Self:
        """The curve with its spend axis stretched: the response of ``spend / factor``."""
        return replace(self, k=self.k * factor, c=self.c * factor)
