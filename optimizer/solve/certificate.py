"""Decides how good any plan could be: a rigorous upper bound on the true curves, from row prices alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.solve.rules import LinearRules


def legal_prices(rules: LinearRules, prices: Array) -> Array:
    r"""Row prices with the sign their row allows: at most rows >= 0, at least rows <= 0, equalities free."""
    prices = np.where(np.isfinite(rules.row_upper), prices, np.minimum(prices, 0.0))
    return np.where(np.isfinite(rules.row_lower), prices, np.maximum(prices, 0.0))


def upper_bound(
    rules: LinearRules, bank: CurveBank, at: npt.NDArray[np.int64], prices: Array
) -> tuple[float, Array, Array]:
    r"""The Lagrangian bound, with each curve's best spend and hurdle.

    For any legal prices $y$ and $w = A^\top y$:
    $\sum_j \max_{l \le z \le u}(f_j(z) - w_j z) + \sum_r y_r h_r \ge$ the outcome of every feasible plan. The inner
    maximum is itself bounded by the tangent at the spend found, so an inexact inverse only loosens it.
    """
    prices = legal_prices(rules, prices)
    hurdle = np.asarray(rules.matrix.T @ prices)
    row_limit = np.where(prices > 0, rules.row_upper, rules.row_lower)
    fixed = float(np.sum(prices[prices != 0] * row_limit[prices != 0]))
    linear = np.ones(len(hurdle), dtype=bool)
    linear[at] = False
    straight = np.maximum(-hurdle * rules.lower, -hurdle * rules.upper)[linear]
    low, high, w = rules.lower[at], rules.upper[at], hurdle[at]
    # A Hill curve with s just below 1 is steep only where spend has no meaning: never take the tangent there.
    best = np.clip(bank.spend_at(w), np.maximum(low, 1e-14 * high), high)
    slack = np.where(high > low, bank.slope(best) - w, 0.0)
    tangent = np.maximum(np.maximum(slack * (high - best), slack * (low - best)), 0.0)
    curved = bank.value(best) - w * best + tangent
    return fixed + float(straight.sum()) + float(curved.sum()), best, w
