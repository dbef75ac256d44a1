"""Decides where a sum of Hill curves turns from convex to concave, and whether it does so only once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from optimizer.curves.curve import Array

BELOW = 20.0  # natural-log units searched below the first inflection of a part: a factor of 5e8
STEPS_BELOW, STEPS = 21, 161


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
    rising = (a > 0.0) & (s > 1.0)
    for at in np.ndindex(a.shape[:-1]):
        if rising[at].any():
            live = a[at] > 0.0
            spend[at], once[at] = _last_turn(a[at][live], np.log(k[at][live]), s[at][live])
    return spend, once


def _last_turn(a: Array, log_k: Array, s: Array) -> tuple[float, bool]:
    """Beyond the last inflection of a part every part is concave, so the sum turns before it or nowhere."""

    def bend(log_x: Array | float) -> Array:
        """The second derivative in units of slope over spend: a mean over the parts, weighted by their slopes."""
        power = s * (np.asarray(log_x)[..., None] - log_k)
        size = np.log(a * s) - np.abs(power)
        small = np.exp(-np.abs(power))
        weight = np.exp(size - size.max(axis=-1, keepdims=True)) / (1.0 + small) ** 2
        share = np.where(power < 0.0, small, 1.0) / (1.0 + small)
        return np.asarray((weight * (s - 1.0 - 2.0 * s * share)).sum(axis=-1) / weight.sum(axis=-1))

    with np.errstate(divide="ignore"):
        turns = log_k[s > 1.0] + np.log((s[s > 1.0] - 1.0) / (s[s > 1.0] + 1.0)) / s[s > 1.0]
    low, high = turns.min(), turns.max() + 0.01
    grid = np.concatenate([np.linspace(low - BELOW, low, STEPS_BELOW)[:-1], np.linspace(low, high, STEPS)])
    convex = bend(grid) > 0.0
    if not convex.any():
        return 0.0, True
    last = int(np.flatnonzero(convex)[-1])
    spend = float(np.exp(brentq(lambda at: float(bend(at)), grid[last], grid[last + 1], xtol=1e-14)))
    # A part with s < 1 rules near 0, below any grid: there the sum is concave, so a convex stretch comes second.
    return spend, bool(convex[: last + 1].all() and s.min() >= 1.0)
