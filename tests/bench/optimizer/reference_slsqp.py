"""The peer that most budget optimisers run: SciPy's SLSQP, given exact gradients, good scales and an equal split.

From one start it is what PyMC-Marketing does, from 20 random ones what an analyst does when curves are S-shaped.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tests.bench.optimizer.allocation import Allocation, Answer
from tests.bench.optimizer.local_search import (
    CAP_SECONDS,
    LEAST_FOR_SLOPE,
    OutOfTime,
    equal_split,
    kept_or_none,
    search_from_starts,
)
from tests.bench.optimizer.reference_curves import Array


def solve_with_slsqp(
    allocation: Allocation, starts: int = 1, seed: int = 0, cap_seconds: float = CAP_SECONDS
) -> Answer:
    """The best of ``starts`` runs that ended within the cap; the first from the equal split, the others random."""
    return search_from_starts(allocation, _run, equal_split, starts, seed, cap_seconds)


def _run(task: Allocation, start: Array, until: float) -> Array | None:
    """A local optimum that keeps every row, or None."""
    from scipy.optimize import minimize

    rows = task.rows.toarray()

    def minus(x: Array) -> float:
        if time.perf_counter() > until:
            raise OutOfTime
        return -task.objective(x)

    def slope(x: Array) -> Array:
        return -task.curves.slope(np.maximum(x, LEAST_FOR_SLOPE))

    row: dict[str, Any] = {"type": "ineq", "fun": lambda x: task.limits - rows @ x, "jac": lambda x: -rows}
    end = minimize(
        minus,
        start,
        jac=slope,
        method="SLSQP",
        bounds=np.stack([task.lower, task.upper], axis=1),
        constraints=[row],
        options={"ftol": 1e-12, "maxiter": 1000},
    )
    return kept_or_none(task, end.x)
