"""The limit in its plain form: vectorised bisection on the price of one budget row, concave curves.

Sixty halvings of the logarithm of the price, each one vectorised inverse of every slope; ``reference_bisection`` is the
same search made as fast as it can be.
"""

from __future__ import annotations

import math

import numpy as np

from tests.bench.optimizer.allocation import Allocation, Answer

HALVINGS = 60


def solve_by_halving(allocation: Allocation) -> Answer:
    """Spends that equalise marginal response to the last digit of the price."""
    curves, lower, upper, budget = allocation.curves, allocation.lower, allocation.upper, allocation.budget
    if upper.sum() <= budget:
        return allocation.answer(upper.copy(), allocation.objective(upper), "optimal")
    if len(allocation.limits) > 1 or lower.sum() > budget:
        return allocation.no_answer("one budget row above the lower bounds only")
    x = lower + (upper - lower) * ((budget - lower.sum()) / (upper - lower).sum())
    slopes = np.log(np.maximum(curves.slope(x), 1e-300))
    low, high = float(slopes.min()) - 1.0, float(slopes.max()) + 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        x = curves.spend_at(np.full(allocation.size, math.exp(middle)), x, steps=4)
        low, high = (middle, high) if np.clip(x, lower, upper).sum() > budget else (low, middle)
    spend = np.clip(curves.spend_at(np.full(allocation.size, math.exp(high)), x, steps=4), lower, upper)
    return allocation.answer(spend, None, "optimal")
