"""Decides how good any plan could be: a rigorous upper bound on the true curves, from row prices alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.curves.bank import Bank, Blend
from optimizer.curves.curve import Array
from optimizer.solve.entries import Entries
from optimizer.solve.rules import LinearRules
from optimizer.solve.task import Task

BESIDE = 1e-12  # relative step to the left at which a slope from the left is taken; below what a sum can resolve


@dataclass(frozen=True, slots=True)
class Bound:
    """An upper bound on every plan, with each cell's best spend, its hurdle and its weighted curves at these prices."""

    value: float
    best: Array
    hurdle: Array
    blend: Blend
    cells: Array  # the bound's part of every cell


def relative_gap(objective: float, bound: float) -> float:
    """Proven relative distance of ``objective`` to the best possible; 0 where the bound is met."""
    return max(0.0, bound - objective) / max(abs(bound), abs(objective), 1e-300)


def reduced_cost(task: Task, prices: Array) -> Array:
    """What a unit of each column is worth beyond what its rows charge for it."""
    return np.asarray(task.cost - Entries(task.rules.matrix).turned(prices))


def legal_prices(rules: LinearRules, prices: Array) -> Array:
    r"""Row prices with the sign their row allows: at most rows >= 0, at least rows <= 0, equalities free."""
    prices = np.where(np.isfinite(rules.row_upper), prices, np.minimum(prices, 0.0))
    return np.where(np.isfinite(rules.row_lower), prices, np.maximum(prices, 0.0))


def upper_bound(task: Task, banks: Sequence[Bank], prices: Array, spend: Array | None = None) -> Bound:
    r"""The Lagrangian bound of a task whose ``banks`` are concave.

    For any legal prices $y$ let $r = c - A^\top y$: with $w_j = -r_j$ at argument columns and $\omega$ = $r$ at outcome
    columns, $\sum_j \max_{l \le z \le u}(\omega_j f_j(z) - w_j z) + \sum_i \max(r_i l_i, r_i u_i) + \sum_k y_k h_k \ge$
    the worth of every feasible plan. The inner maximum is itself bounded by the tangent at the spend found, so an
    inexact inverse only loosens it. ``spend`` is what the prices are known to call for, to save the inverse.
    """
    rules, at = task.rules, task.at
    prices = legal_prices(rules, prices)
    reduced = reduced_cost(task, prices)
    limit = np.where(prices > 0, rules.row_upper, rules.row_lower)
    fixed = float(np.sum(prices[prices != 0] * limit[prices != 0]))
    straight = np.ones(len(reduced), dtype=bool)
    straight[at] = False
    straight[task.outcomes] = False
    rest, lower, upper = reduced[straight], rules.lower[straight], rules.upper[straight]
    moving = rest != 0
    fixed += float(np.where(rest > 0, rest * np.where(moving, upper, 0.0), rest * np.where(moving, lower, 0.0)).sum())
    low, high, hurdle = rules.lower[at], rules.upper[at], -reduced[at]
    weights = outcome_weights(task, reduced)
    blend = Blend(banks, weights)
    # A Hill curve with s just below 1 is steep only where spend has no meaning: never take the tangent there.
    best = np.clip(blend.spend_at(hurdle) if spend is None else spend, np.maximum(low, 1e-14 * high), high)
    # Any slope between the right one and the left one touches from above; at a kink the hurdle itself may be one.
    right, left = blend.slope(np.stack([best, best * (1.0 - BESIDE)]))
    touching = np.clip(hurdle, right, left)
    slack = np.where(high > low, touching - hurdle, 0.0)
    tangent = np.maximum(np.maximum(slack * (high - best), slack * (low - best)), 0.0)
    cells = blend.value(best) - hurdle * best + tangent
    # A result that a price counts against (rounding in the duals only) is worth least where nothing is spent.
    fixed += sum(float((np.minimum(w, 0.0) * bank.value(low)).sum()) for w, bank in zip(weights, banks, strict=True))
    return Bound(fixed + float(cells.sum()), best, hurdle, blend, cells)


def outcome_weights(task: Task, reduced: Array) -> Array:
    """What a unit of each result is worth in each cell at the prices behind ``reduced``; shape (results, cells)."""
    weights = np.zeros((len(task.banks), len(task.at)))
    for link in task.links:
        weights[link.result] += np.where(link.columns >= 0, reduced[link.columns], 0.0)
    return weights
