"""Decides what the next 1,000 units of money bring in each channel, and what they have to bring to be worth it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.curves.curve import Array
from optimizer.planning import Planned
from optimizer.problem import Problem
from optimizer.solve.certificate import outcome_weights
from optimizer.wording import Unit, aim_of, aim_unit, unit_of

THOUSAND = 1000.0
EVERYWHERE = ("total_budget", "efficiency")  # rules that weigh on every unit of money alike


@dataclass(frozen=True, slots=True)
class Priced:
    """Per channel, per 1,000 units of money: what the next brings at a plan, and the hurdle; both in ``unit``.

    ``budget`` is the price of 1,000 of budget in units of the objective; ``reduced`` the worth of a unit of every
    column beyond its price, ``weights`` that of every result in every cell.
    """

    unit: Unit
    hurdle: Array
    budget: float
    reduced: Array
    weights: Array
    results: tuple[str, ...]
    share: Array  # (results, channels): how much a unit of each result counts in ``unit``

    def marginal(self, problem: Problem, plan: Array) -> Array:
        """What the next 1,000 bring in each channel, spread evenly over the days it runs."""
        out = np.zeros(len(problem.channels))
        for result, share in zip(self.results, self.share, strict=True):
            if np.any(share):
                out += share * marginal_per_1000(problem, plan, result)
        return out


def marginal_per_1000(problem: Problem, plan: Array, result: str | None = None) -> Array:
    """Results of the next 1,000 units of money in each channel, spread evenly over the days it runs."""
    base = problem.expected(plan, result).sum(axis=1)
    more = problem.even(np.full(len(problem.channels), THOUSAND))
    return np.asarray(problem.expected(plan + more, result).sum(axis=1) - base)


def price_out(planned: Planned) -> Priced:
    """The hurdles of a solved plan, from its row prices."""
    posed, prices = planned.posed, planned.answer.prices
    problem, task = posed.problem, posed.task
    reduced = np.asarray(task.cost - task.rules.matrix.T @ prices)
    weights = outcome_weights(task, reduced)
    names = [row.constraint for row in task.rules.rows]
    shared = np.array([name in EVERYWHERE for name in names], dtype=bool) * prices
    toll = np.asarray(task.rules.matrix.T @ shared - task.cost)[posed.spend]
    channel = np.array([cell[0] for cell in problem.cells], dtype=np.int64)
    count = len(problem.channels)
    mean_toll = _mean_by(channel, toll, count)
    results = results_in_order(problem, len(task.banks))
    counted = np.array([_mean_by(channel, weights[k], count) for k in range(len(results))])
    drawn = sum((_mean_by(channel, row, count) for row in weights[len(results) :]), np.zeros(count))
    if problem.result in results:
        counted[results.index(problem.result)] += drawn
    budget = sum((float(p) * THOUSAND for p, name in zip(prices, names, strict=True) if name == "total_budget"), 0.0)
    unit, share = _in_one_result(problem, results, counted)
    if unit is None:
        earned = aim_of(problem.ask, problem.result) == "profit"
        told = Unit("unit.earnings", problem.currency) if earned else aim_unit(problem)
        return Priced(told, THOUSAND * mean_toll, budget, reduced, weights, results, counted)
    own = counted[results.index(problem.result)]
    hurdle = np.divide(THOUSAND * mean_toll, own, out=np.zeros(count), where=own > 0)
    return Priced(unit, hurdle, budget, reduced, weights, results, share)


def _in_one_result(problem: Problem, results: tuple[str, ...], counted: Array) -> tuple[Unit | None, Array]:
    """Where only the asked result counts, everything is told in it."""
    if problem.result not in results or aim_of(problem.ask, problem.result) in ("weighted", "afterwards"):
        return None, counted
    place = results.index(problem.result)
    if np.any(np.delete(counted, place, axis=0) > 1e-12 * max(float(counted.max(initial=0.0)), 1e-300)):
        return None, counted
    share = np.zeros_like(counted)
    share[place] = 1.0
    return unit_of(problem.result, problem.currency), share


def results_in_order(problem: Problem, most: int) -> tuple[str, ...]:
    """The results the solver's curves stand for, in its order."""
    from optimizer.model import outcome_keys

    return tuple(sorted({result for result, _ in outcome_keys(problem)}))[:most]


def _mean_by(channel: npt.NDArray[np.int64], values: Array, count: int) -> Array:
    total = np.bincount(channel, values, minlength=count)
    seen = np.bincount(channel, minlength=count)
    return np.asarray(np.divide(total, seen, out=np.zeros(count), where=seen > 0))
