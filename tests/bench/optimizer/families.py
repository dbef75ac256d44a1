"""Curve families at their fastest: value, slope, bend and inverse slope of many channels of one family.

``x`` is (size,) or (size, points); parameters are kept in both shapes. Every family has ``scaled`` (other units),
``give`` (how spend moves with the logarithm of the slope, dx / d ln f') and ``cuts`` (equal steps of the integral of
sqrt|f''|, in closed form where there is one).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
MOST = 60.0  # |ln((x + c) / k)| beyond this is no spend, or more than any
TINY = 1e-60  # stands for no spend where the slope has no limit


class Family:
    """One family's parameters, as (size,) for vectors and (size, 1) for tables of spends."""

    def __init__(self, *parameters: Array) -> None:
        self.flat = parameters
        self.tall = tuple(p[:, None] for p in parameters)

    def at(self, x: Array) -> tuple[Array, ...]:
        return self.flat if x.ndim == 1 else self.tall


class Log(Family):
    """a * ln(1 + x / b)"""

    def scaled(self, spend: float, worth: float) -> Log:
        a, b = self.flat
        return Log(a / worth, b / spend)

    def value(self, x: Array) -> Array:
        a, b = self.at(x)
        return a * np.log1p(x / b)

    def slope(self, x: Array) -> Array:
        a, b = self.at(x)
        return a / (b + x)

    def bend(self, x: Array) -> Array:
        a, b = self.at(x)
        return -a / (b + x) ** 2

    def spend_at(self, w: Array, start: Array | None, steps: int) -> Array:
        a, b = self.at(w)
        return a / w - b

    def give(self, x: Array) -> Array:
        return -(self.at(x)[1] + x)

    def cuts(self, low: Array, high: Array, share: Array) -> Array:
        b = self.tall[1]
        return (b + low) * ((b + high) / (b + low)) ** share - b


class Power(Family):
    """a * x ** p, 0 < p < 1"""

    def scaled(self, spend: float, worth: float) -> Power:
        a, p = self.flat
        return Power(a * spend**p / worth, p)

    def value(self, x: Array) -> Array:
        a, p = self.at(x)
        return a * x**p

    def slope(self, x: Array) -> Array:
        a, p = self.at(x)
        return a * p * np.maximum(x, TINY) ** (p - 1.0)

    def bend(self, x: Array) -> Array:
        return self.slope(x) * (self.at(x)[1] - 1.0) / np.maximum(x, TINY)

    def spend_at(self, w: Array, start: Array | None, steps: int) -> Array:
        a, p = self.at(w)
        return (w / (a * p)) ** (1.0 / (p - 1.0))

    def give(self, x: Array) -> Array:
        return x / (self.at(x)[1] - 1.0)

    def cuts(self, low: Array, high: Array, share: Array) -> Array:
        half = 0.5 * self.tall[1]
        return (low**half + share * (high**half - low**half)) ** (1.0 / half)


class Saturation(Family):
    """a * (x + c) / (k + x + c): mm, and Hill with s = 1"""

    def scaled(self, spend: float, worth: float) -> Saturation:
        a, k, c = self.flat
        return Saturation(a / worth, k / spend, c / spend)

    def value(self, x: Array) -> Array:
        a, k, c = self.at(x)
        return a * (x + c) / (k + c + x)

    def slope(self, x: Array) -> Array:
        a, k, c = self.at(x)
        return a * k / (k + c + x) ** 2

    def bend(self, x: Array) -> Array:
        a, k, c = self.at(x)
        return -2.0 * a * k / (k + c + x) ** 3

    def spend_at(self, w: Array, start: Array | None, steps: int) -> Array:
        a, k, c = self.at(w)
        return np.sqrt(a * k / w) - k - c

    def give(self, x: Array) -> Array:
        _, k, c = self.at(x)
        return -0.5 * (k + c + x)

    def cuts(self, low: Array, high: Array, share: Array) -> Array:
        pole = self.tall[1] + self.tall[2]
        first, last = (pole + low) ** -0.5, (pole + high) ** -0.5
        return (first + share * (last - first)) ** -2.0 - pole


# Integral of sqrt|tanh''| up to t, the same for every channel.
_T = np.linspace(0.0, 12.0, 481)
_SQUEEZE = np.concatenate([[0.0], np.cumsum(np.sqrt(np.tanh(_T[1:] - 0.0125)) / np.cosh(_T[1:] - 0.0125))])


class Tanh(Family):
    """a * tanh(x / b): tanh, and logistic with b = 2 / l"""

    def scaled(self, spend: float, worth: float) -> Tanh:
        a, b = self.flat
        return Tanh(a / worth, b / spend)

    def value(self, x: Array) -> Array:
        a, b = self.at(x)
        return a * np.tanh(x / b)

    def slope(self, x: Array) -> Array:
        a, b = self.at(x)
        return a / b / np.cosh(np.minimum(x / b, 300.0)) ** 2

    def bend(self, x: Array) -> Array:
        b = self.at(x)[1]
        return -2.0 / b * self.slope(x) * np.tanh(x / b)

    def spend_at(self, w: Array, start: Array | None, steps: int) -> Array:
        a, b = self.at(w)
        return b * np.arccosh(np.sqrt(np.maximum(a / (b * w), 1.0)))

    def give(self, x: Array) -> Array:
        b = self.at(x)[1]
        return -0.5 * b / np.tanh(np.maximum(x / b, 1e-9))

    def cuts(self, low: Array, high: Array, share: Array) -> Array:
        b = self.tall[1]
        first, last = np.interp(low / b, _T, _SQUEEZE), np.interp(high / b, _T, _SQUEEZE)
        found = b * np.interp(first + share * (last - first), _SQUEEZE, _T)
        return np.clip(found, low, high)


class Hill(Family):
    """a * (x + c)^s / (k^s + (x + c)^s), any s but 1

    With z = ln((x + c) / k) the logarithm of the slope is ln(a s / k) + L(z), L(z) = -z - 2 ln(2 cosh(s z / 2)):
    concave everywhere, and falling to the right of the inflection.
    """

    def __init__(self, *parameters: Array) -> None:
        super().__init__(*parameters)
        _, k, s, c = parameters
        turn = np.where(s > 1.0, -2.0 / s * np.arctanh(np.minimum(1.0 / s, 1.0 - 1e-12)), -MOST)
        self.turn = turn  # z of the inflection; s < 1 has none
        self.inflection = np.where(s > 1.0, np.maximum(k * np.exp(turn) - c, 0.0), 0.0)

    def scaled(self, spend: float, worth: float) -> Hill:
        a, k, s, c = self.flat
        return Hill(a / worth, k / spend, s, c / spend)

    def _ratio(self, x: Array) -> tuple[Array, Array, Array]:
        """(x + c) / k and its power s."""
        _, k, s, c = self.at(x)
        ratio = np.maximum((x + c) / k, TINY)
        return ratio, ratio**s, s

    def value(self, x: Array) -> Array:
        _, power, _ = self._ratio(x)
        return self.at(x)[0] * power / (1.0 + power)

    def slope(self, x: Array) -> Array:
        a, k, _, _ = self.at(x)
        ratio, power, s = self._ratio(x)
        return a * s / k * power / (ratio * (1.0 + power) ** 2)

    def bend(self, x: Array) -> Array:
        a, k, _, _ = self.at(x)
        ratio, power, s = self._ratio(x)
        slope = a * s / k * power / (ratio * (1.0 + power) ** 2)
        return -slope / (k * ratio) * (1.0 + s * (power - 1.0) / (power + 1.0))

    def spend_at(self, w: Array, start: Array | None, steps: int) -> Array:
        """The spend right of the inflection; ``start`` is a spend near it, ``steps`` how many steps to take at most."""
        a, k, s, c = self.flat
        goal = np.log(w * k / (a * s))
        if start is None:
            z = np.where(goal < 0.0, -goal / (1.0 + s), -goal / np.maximum(1.0 - s, 1e-3))
        else:
            z = np.log(np.maximum((start + c) / k, TINY))
        z = np.minimum(np.maximum(z, self.turn), MOST)
        for _ in range(steps):
            last, z = z, np.minimum(np.maximum(z + _step_to(goal, z, s), self.turn), MOST)
            if np.abs(z - last).max(initial=0.0) < 1e-5:  # third order: what is left is far below rounding
                break
        return k * np.exp(z) - c

    def give(self, x: Array) -> Array:
        k = self.at(x)[1]
        ratio, power, s = self._ratio(x)
        return -k * ratio / np.maximum(1.0 + s * (power - 1.0) / (power + 1.0), 1e-9)

    def cuts(self, low: Array, high: Array, share: Array) -> Array:
        """By 25 samples, evenly in the logarithm beyond the first."""
        reach = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, 24)])
        points = low + (high - low) * reach
        slope = self.slope(points)
        slope[:, 0] = np.maximum(slope[:, 0], 0.0)
        steps = np.sqrt(np.abs(np.diff(slope, axis=1)) * np.diff(points, axis=1))
        total = np.concatenate([np.zeros((len(points), 1)), np.cumsum(steps[:, 1:], axis=1)], axis=1)
        total /= np.maximum(total[:, -1:], TINY)
        found = [np.interp(share, t, p) for t, p in zip(total, points[:, 1:], strict=True)]
        return np.array(found).reshape(len(points), len(share))


def _step_to(goal: Array, z: Array, s: Array) -> Array:
    """A step of Newton's method with second derivative (the quadratic's own root) towards L(z) = goal."""
    e = np.exp(-np.abs(s * z))
    miss = -z - np.abs(s * z) - 2.0 * np.log1p(e) - goal
    t = np.copysign((1.0 - e) / (1.0 + e), z)
    first = 1.0 + s * t  # minus L'
    second = s * s * 2.0 * e / (1.0 + e) ** 2  # minus L''
    root = np.sqrt(np.maximum(first * first + 2.0 * miss * second, 0.0))
    return 2.0 * miss / np.maximum(first + root, 1e-12)
