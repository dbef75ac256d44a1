"""Decides the spend at which a marginal response falls to a given value, where no closed form exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit

from optimizer.curves.curve import Array

SPAN = 60.0  # natural-log units searched on each side of the start: a factor of 1e26
REACH = 700.0  # natural log of the largest number worth searching
ROUNDS = 80
CLOSE = 2e-13  # in natural-log units
CUBIC = 1e-6  # a step of cubic convergence below this leaves an error of its cube: none in double precision

TANGENTS = np.array([-24.0, -16.0, -12.0, -9.0, -7.0, -5.5, -4.0, -3.0, -2.0, -1.0, 0.0, 1.5, 3.0, 6.0])


def hill_ratio(s: Any, goal: Array) -> Array:
    r"""Ratio r on the concave branch at which the log slope of $r^s / (1 + r^s)$, over s, is ``goal``.

    With $v = s \ln r$ that is $g(v) = (1 - 1/s) v - 2 \ln(1 + e^v)$, a concave function: its tangents lie above it,
    so the least of their roots is a start from which Halley's rule needs about three rounds. The answer is 0
    where the slope is never so high and infinite where ``goal`` is -inf. Shapes broadcast.
    """
    lean, goal = np.broadcast_arrays(1.0 - 1.0 / np.asarray(s, dtype=np.float64), goal)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        turn = np.log(np.maximum(lean, 0.0) / (2.0 - lean))
        v, peak = _start(lean, turn, goal)
        rootless = (goal >= peak) | (goal == -np.inf)
        floor = np.where(lean > 0.0, turn, -np.inf)
        for _ in range(ROUNDS):
            share = expit(v)
            excess = lean * v - 2.0 * np.logaddexp(0.0, v) - goal
            steep = lean - 2.0 * share
            step = excess * steep / (steep * steep + excess * share * (1.0 - share))
            step = np.where(np.isfinite(step), step, 0.0)
            v = np.maximum(v - step, 0.5 * (v + floor))
            if np.all((np.abs(step) <= CUBIC * (1.0 + np.abs(v))) | rootless):
                break
        found = np.exp(v / s)
    return np.asarray(np.where(goal >= peak, 0.0, np.where(goal == -np.inf, np.inf, found)))


def _start(lean: Array, turn: Array, goal: Array) -> tuple[Array, Array]:
    """Where to start, right of the root or near it, and the highest log slope on the concave branch."""
    best = np.minimum(
        np.where(goal < 0.0, goal / (lean - 2.0), np.inf),
        np.where(lean < 0.0, goal / lean, np.inf),
    )
    at = TANGENTS.reshape(-1, *[1] * np.ndim(lean))
    steep = lean - 2.0 * expit(at)
    root = at + (goal - lean * at + 2.0 * np.log1p(np.exp(at))) / steep
    best = np.minimum(best, np.where(steep < 0.0, root, np.inf).min(axis=0))
    s_shaped = lean > 0.0
    peak = np.where(s_shaped, lean * turn - 2.0 * np.log1p(np.exp(turn)), np.where(lean < 0.0, np.inf, 0.0))
    near = turn + np.sqrt(np.maximum(peak - goal, 0.0) / (0.5 * lean * (1.0 - 0.5 * lean)))
    return np.where(s_shaped, np.minimum(best, near), best), peak


def invert_steepness(
    steepness_at: Callable[[Array, Any], tuple[Array, Array, Array]], goal: Array, start: Array, floor: Array
) -> Array:
    """Log x > ``floor`` at which a decreasing log slope is ``goal``, by its parabola inside a shrinking bracket.

    Near the inflection, where the log slope is flat, the root of the parabola is right at once; elsewhere it is as
    fast as Halley's rule, which stalls there.
    ``steepness_at(log x, rows)`` gives the log slope of those rows with its two derivatives; all arrays have the shape
    (rows,). Rows that have arrived are not asked again. The caller makes sure that every row has a root.
    """
    low, high = np.maximum(floor, -REACH), np.full(goal.shape, REACH)
    at = np.where(np.isfinite(start), np.clip(start, low, high), np.clip(0.0, low, high))
    rows: Any = np.arange(goal.size)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        for _ in range(ROUNDS):
            here = at[rows]
            level, steep, bend = steepness_at(here, rows if len(rows) < goal.size else slice(None))
            excess = level - goal[rows]
            low[rows] = np.where(excess >= 0.0, here, low[rows])
            high[rows] = np.where(excess >= 0.0, high[rows], here)
            inner = steep**2 - 2.0 * excess * bend
            step = np.where(inner > 0.0, 2.0 * excess / (np.sqrt(np.maximum(inner, 0.0)) - steep), -excess / steep)
            trusted = (steep < 0.0) & (here + step >= low[rows]) & (here + step <= high[rows])
            at[rows] = np.where(trusted, here + step, 0.5 * (low[rows] + high[rows]))
            rows = rows[~(trusted & (np.abs(step) < CUBIC) | (high[rows] - low[rows] < CLOSE))]
            if not len(rows):
                break
    return at


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
