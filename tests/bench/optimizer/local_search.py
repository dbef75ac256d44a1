"""What both local peers share: good scales, many starts under a wall time cap, and least spends by a second run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tests.bench.optimizer.allocation import Allocation, Answer
from tests.bench.optimizer.reference_curves import Array

CAP_SECONDS = 60.0
ROW_SLACK = 1e-6  # of a row's limit: what the final rounding to feasible spends may take away
# Some curves have no limit to their slope at zero: at a millionth of the mean budget it is steep enough.
LEAST_FOR_SLOPE = 1e-6

Run = Callable[[Allocation, Array, float], Array | None]


class OutOfTime(Exception):
    """The wall time cap is reached inside a run."""


def search_from_starts(
    allocation: Allocation,
    run: Run,
    first: Callable[[Allocation], Array],
    starts: int,
    seed: int,
    cap_seconds: float,
) -> Answer:
    """The best of the runs that ended within the cap: one from ``first``, the others from random feasible sums.

    ``run(task, start, until)`` returns a local optimum that keeps every row, or None. Spend is in units of the mean
    budget and worth in units of the equal split's, so tolerances mean the same for every problem.
    """
    until = time.perf_counter() + cap_seconds
    rng = np.random.default_rng(seed)
    task = allocation.scaled(allocation.budget / allocation.size, 1.0)
    task = task.scaled(1.0, max(task.objective(equal_split(task)), 1e-300))
    best, worth, done = None, -np.inf, 0
    try:
        for place in range(starts):
            start = first(task) if place == 0 else _random_split(task, rng)
            found = _run_with_least_spends(task, run, start, until)
            done += 1
            if found is not None and task.objective(found) > worth:
                best, worth = found, task.objective(found)
    except OutOfTime:
        pass  # what ended before the cap still counts
    if best is None:
        return allocation.no_answer(f"no answer within {cap_seconds:g} s" if done < starts else "no feasible end")
    spend = best * (allocation.budget / allocation.size)
    return allocation.answer(allocation.kept(spend), None, f"{done} of {starts} starts")


def equal_split(task: Allocation) -> Array:
    """The same for every channel, clipped to its bounds."""
    return np.clip(np.full(task.size, task.budget / task.size), task.lower, task.upper)


def kept_or_none(task: Allocation, x: Array) -> Array | None:
    """``x`` with a solver's rounding taken off; None where it breaks a row by more than that."""
    x = np.clip(x, task.lower, task.upper)
    return task.kept(x) if (task.rows @ x <= task.limits * (1.0 + ROW_SLACK)).all() else None


def _random_split(task: Allocation, rng: np.random.Generator) -> Array:
    x = task.lower + (task.upper - task.lower) * rng.random(task.size)
    room, used = task.budget - task.lower.sum(), (x - task.lower).sum()
    return task.lower + (x - task.lower) * min(1.0, room / used)


def _run_with_least_spends(task: Allocation, run: Run, start: Array, until: float) -> Array | None:
    """Channels left below half of their least spend are closed, the others held above it, and it runs again."""
    found = run(task, start, until)
    if found is None or not task.least.any():
        return found
    closed = (task.least > 0) & (found < 0.5 * task.least)
    held = replace(
        task,
        lower=np.where(closed, 0.0, np.maximum(task.lower, task.least)),
        upper=np.where(closed, 0.0, task.upper),
    )
    return run(held, np.clip(found, held.lower, held.upper), until)
