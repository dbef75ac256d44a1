"""Decides the spend at which a marginal response falls to a given value, where no closed form exists."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.curves.curve import Array

SPAN = 60.0  # natural-log units searched on each side of the start: a factor of 1e26
ROUNDS = 80
CLOSE = 2e-13  # in natural-log units


def invert_slope(slope_at: Callable[[Array], Array], target: Array, start: Array) -> Array:
    """Solves ``slope_at(x) = target`` for a decreasing slope, in log x, by a bracketed secant (Illinois) rule.

    Returns 0 where the slope is below the target at every searched spend and infinity where it stays above.
    Deterministic; about ten evaluations from a fair start.
    """
    target = np.asarray(target, dtype=np.float64)
    with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
        goal = np.log(target)

        def excess(log_x: Array) -> Array:
            return np.asarray(np.log(slope_at(np.exp(log_x))) - goal)

        middle = np.log(np.broadcast_to(start, target.shape)).astype(np.float64)
        low, high = middle.copy(), middle.copy()
        at_low = at_high = excess(middle)
        step = 0.5
        while step <= SPAN and (np.any(at_low < 0) or np.any(at_high > 0)):
            low = np.where(at_low < 0, middle - step, low)
            high = np.where(at_high > 0, middle + step, high)
            at_low, at_high = excess(low), excess(high)
            step *= 2.0
        never, always = at_low < 0, ~(at_high <= 0)
        last = np.zeros(target.shape)
        for _ in range(ROUNDS):
            spread = at_low - at_high
            guess = np.where(spread > 0, low + (high - low) * at_low / np.where(spread > 0, spread, 1.0), low)
            guess = np.where(np.isfinite(guess), np.clip(guess, low, high), 0.5 * (low + high))
            at_guess = excess(guess)
            above = at_guess >= 0
            side = np.where(above, 1.0, -1.0)
            weight = np.where(side == last, 0.5, 1.0)  # an end kept twice running is halved: Illinois
            last = side
            at_high = np.where(above, weight * at_high, at_guess)
            at_low = np.where(above, at_guess, weight * at_low)
            low, high = np.where(above, guess, low), np.where(above, high, guess)
            if np.all((np.abs(at_guess) < CLOSE) | (high - low < CLOSE) | never | always):
                break
        found = np.exp(guess)
    return np.where(never, 0.0, np.where(always, np.inf, found))
