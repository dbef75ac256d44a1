"""The limit for concave curves under one budget row: the one price at which the best spends add up to the budget.

Newton's method on the logarithm of the price inside a bracket that only narrows; Hill spends follow the price by one
third-order step an iteration, so no inner loop runs.
"""

from __future__ import annotations

import math

import numpy as np

from tests.bench.optimizer.allocation import Allocation, Answer
from tests.bench.optimizer.reference_curves import Array

ITERATIONS = 60
NEAR = 1e-11  # of the budget; filling up the rest is a last Newton step, so the plan is exact to its square


def solve_by_price(allocation: Allocation) -> Answer:
    """Spends that equalise marginal response, with the Lagrangian bound at the price found."""
    curves, lower, upper, budget = allocation.curves, allocation.lower, allocation.upper, allocation.budget
    if upper.sum() <= budget:
        return allocation.answer(upper.copy(), allocation.objective(upper), "optimal")
    if len(allocation.limits) > 1 or lower.sum() > budget:
        return allocation.no_answer("one budget row above the lower bounds only")
    x = lower + (upper - lower) * ((budget - lower.sum()) / (upper - lower).sum())
    log_price = float(np.log(np.maximum(curves.slope(x), 1e-300)).mean())
    low, high = -math.inf, math.inf
    x = curves.spend_at(np.full(allocation.size, math.exp(log_price)), x, steps=3)
    for _ in range(ITERATIONS):
        spend = np.minimum(np.maximum(x, lower), upper)
        give = np.where((x > lower) & (x < upper), curves.give(spend), 0.0)
        over, rate = float(spend.sum()) - budget, float(give.sum())
        if abs(over) <= NEAR * budget:
            break
        low, high = (log_price, high) if over > 0 else (low, log_price)
        log_price = _next_price(log_price, over, rate, low, high)
        if high - low <= 1e-15 * max(1.0, abs(log_price)):
            break
        x = curves.spend_at(np.full(allocation.size, math.exp(log_price)), spend, steps=2)
    spend = _filled(spend, give, budget, lower, upper)
    return allocation.answer(spend, _bound(allocation, spend, math.exp(log_price)), "optimal")


def _next_price(log_price: float, over: float, rate: float, low: float, high: float) -> float:
    """Newton's price, or the middle of the bracket where it leaves it, or a wide step where there is none."""
    step = -over / rate if rate < 0 else math.copysign(1.0, over)
    step = max(-2.0, min(2.0, step))
    if low < log_price + step < high:
        return log_price + step
    return 0.5 * (low + high)


def _filled(spend: Array, give: Array, budget: float, lower: Array, upper: Array) -> Array:
    """What rounding left over goes where spend moves most; the budget is never passed."""
    rest = budget - float(spend.sum())
    if give.any():
        spend = np.minimum(np.maximum(spend + rest * give / give.sum(), lower), upper)
    excess = float(spend.sum()) - budget
    if excess > 0:
        spend[np.argmax(spend - lower)] -= excess * (1.0 + 1e-9)
    return spend


def _bound(allocation: Allocation, spend: Array, price: float) -> float:
    """The Lagrangian bound; the tangent makes it hold although spends are not exactly the best at this price."""
    slack = allocation.curves.slope(np.maximum(spend, 1e-14 * allocation.upper)) - price
    tangent = np.maximum(slack * (allocation.upper - spend), slack * (allocation.lower - spend))
    return float((allocation.curves.value(spend) - price * spend + tangent).sum()) + price * allocation.budget
