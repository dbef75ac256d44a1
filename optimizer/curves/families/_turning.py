"""Decides where a sum of Hill curves turns from convex to concave, and whether it does so only once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from optimizer.curves.curve import Array

BELOW = 20.0  # natural-log units searched below the first inflection of a part, where concave parts can still rule
FINENESS = 3.0  # points in the log distance over which the steepest part changes its bend
STEPS = (9, 1001)  # fewest and most points
STRAIGHT = 1.0 + 1e-9  # up to this slope the convex start of a part is lost in rounding
FAR = 700.0  # a part whose slope is below e^-700 of its largest counts as that


@dataclass(frozen=True, slots=True)
class Turning:
    """Per curve: the spend from which it is concave, its slope there, and whether it is convex all the way before."""

    spend: Array
    slope: Array
    once: npt.NDArray[np.bool_]


def last_turns(a: Array, k: Array, s: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Inflection of every sum and whether it is the only one; the last axis runs over the parts."""
    a, k, s = np.broadcast_arrays(a, k, s)
    spend, once = np.zeros(a.shape[:-1]), np.ones(a.shape[:-1], dtype=bool)
    rising = (a > 0.0) & (s > STRAIGHT)
    for at in np.ndindex(a.shape[:-1]):
        if rising[at].any():
            live = a[at] > 0.0
            spend[at], once[at] = _last_turn(a[at][live], np.log(k[at][live]), s[at][live])
    return spend, once


def _last_turn(a: Array, log_k: Array, s: Array) -> tuple[float, bool]:
    """Beyond the last inflection of a part every part is concave, so the sum turns before it or nowhere."""
    size, place = a * s, s * log_k

    def bend(log_x: Array | float) -> Array:
        """The second derivative, in spend times slope; where every part has vanished only its sign counts."""
        power = s * np.asarray(log_x)[..., None] - place
        small = np.exp(-np.minimum(np.abs(power), FAR))
        lean = (1.0 - small) / (1.0 + small)
        each = s * np.where(power < 0.0, lean, -lean) - 1.0
        return np.asarray((small / (1.0 + small) ** 2 * each) @ size)

    up = s > STRAIGHT
    turns = log_k[up] + np.log((s[up] - 1.0) / (s[up] + 1.0)) / s[up]
    low, high = turns.min() - (1.0 if up.all() else BELOW), turns.max() + 0.01
    grid = np.linspace(low, high, int(np.clip((high - low) * s.max() * FINENESS, *STEPS)))
    grid = np.sort(np.concatenate([grid, _extremes(grid, bend(grid))]))
    convex = bend(grid) > 0.0
    if not convex.any():
        return 0.0, True
    last = int(np.flatnonzero(convex)[-1])
    spend = float(np.exp(brentq(lambda at: float(bend(at)), grid[last], grid[last + 1], xtol=1e-14)))
    # A part with s < 1 rules near 0, below any grid: there the sum is concave, so a convex stretch comes second.
    return spend, bool(convex[: last + 1].all() and s.min() >= 1.0)


def _extremes(grid: Array, height: Array) -> Array:
    """Where the heights peak or dip between even grid points, by parabolas: a short convex stretch hides there."""
    left, middle, right = height[:-2], height[1:-1], height[2:]
    turns = (middle - left) * (right - middle) < 0.0
    bend = np.where(turns, left - 2.0 * middle + right, 1.0)
    return np.asarray((grid[1:-1] + 0.5 * (left - right) / bend * (grid[1] - grid[0]))[turns])
