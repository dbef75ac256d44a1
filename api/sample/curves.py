"""Decides how much a day's effective spend brings: the two concave families the sample can be drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Curve(Protocol):
    """Expected conversions of one day in an ordinary season from the day's effective spend (NT$)."""

    def respond(self, spend: Floats) -> Floats:
        """Conversions a day at each spend."""

    def parameters(self) -> dict[str, float | str]:
        """Family and parameters, as the truth file states them."""


@dataclass(frozen=True, slots=True)
class Hill:
    """``scale * u^shape / (1 + u^shape)`` with ``u = spend / half``; ``shape <= 1`` keeps it concave."""

    scale: float
    half: float
    shape: float

    def respond(self, spend: Floats) -> Floats:
        """Conversions a day at each spend."""
        powered = np.power(spend / self.half, self.shape)
        answer: Floats = self.scale * powered / (1.0 + powered)
        return answer

    def parameters(self) -> dict[str, float | str]:
        """Family and parameters, as the truth file states them."""
        return {"family": "hill", "scale": self.scale, "half": self.half, "shape": self.shape}


@dataclass(frozen=True, slots=True)
class Power:
    """``scale * spend^exponent`` with an exponent below 1."""

    scale: float
    exponent: float

    def respond(self, spend: Floats) -> Floats:
        """Conversions a day at each spend."""
        answer: Floats = self.scale * np.power(spend, self.exponent)
        return answer

    def parameters(self) -> dict[str, float | str]:
        """Family and parameters, as the truth file states them."""
        return {"family": "power", "scale": self.scale, "exponent": self.exponent}


def draw_hill(rng: np.random.Generator, best_spend: float, slope: float) -> Hill:
    """A Hill curve whose slope at ``best_spend`` is ``slope``."""
    shape = rng.uniform(0.75, 1.0)
    filled = np.exp(rng.uniform(np.log(0.6), np.log(3.0)))
    half = best_spend / filled
    unit_slope = shape * filled ** (shape - 1) / (1 + filled**shape) ** 2 / half
    return Hill(scale=float(slope / unit_slope), half=float(half), shape=float(shape))


def draw_power(rng: np.random.Generator, best_spend: float, slope: float) -> Power:
    """A power curve whose slope at ``best_spend`` is ``slope``."""
    exponent = rng.uniform(0.4, 0.8)
    return Power(scale=float(slope / (exponent * best_spend ** (exponent - 1))), exponent=float(exponent))


FAMILIES: dict[str, Callable[[np.random.Generator, float, float], Curve]] = {"hill": draw_hill, "power": draw_power}
