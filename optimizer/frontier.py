"""Decides what other budgets would bring: the certified best of each, one model, every solve from the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.curves.curve import Array
from optimizer.model import Posed
from optimizer.planning import pose_model
from optimizer.problem import Problem
from optimizer.solve.certificate import relative_gap
from optimizer.solve.refine import Solved, refine
from optimizer.solve.rules import violation
from optimizer.solve.solving import CONCAVE_GAP, Answer, answered, is_concave, solve
from optimizer.solve.task import Scaled, Task, filled, scaled

LOW, HIGH, POINTS = 0.5, 1.5, 50
KEEPS = 1e-9  # of the budget: what a plan may break a rule by and still be kept for the next budget


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The best plan of one budget: ``marginal`` is the objective the next unit of budget brings (at this plan)."""

    budget: float
    allocated: float
    objective: float
    bound: float
    marginal: float
    spend: Array  # by channel, packages not included

    @property
    def gap(self) -> float:
        """Proven relative distance to the best possible."""
        return relative_gap(self.objective, self.bound)


@dataclass(frozen=True, slots=True)
class Frontier:
    """Plans by rising budget; ``impossible`` are the budgets under which no plan keeps the rules."""

    channels: tuple[str, ...]
    points: tuple[FrontierPoint, ...]
    impossible: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, every number with all its digits."""
        return {
            "points": [
                {
                    "budget": point.budget,
                    "allocated": point.allocated,
                    "objective": point.objective,
                    "bound": point.bound,
                    "gap": point.gap,
                    "marginal": point.marginal,
                    "spend": dict(zip(self.channels, point.spend.tolist(), strict=True)),
                }
                for point in self.points
            ],
            "impossible": list(self.impossible),
        }


def frontier(
    problem: Problem,
    *,
    points: int = POINTS,
    low: float = LOW,
    high: float = HIGH,
    tolerance: float | None = None,
) -> Frontier:
    """What ``points`` budgets from ``low`` to ``high`` times the problem's own bring, each with its proven gap.

    The objective never falls from one budget to the next, unless rules in shares of the budget rise with it.

    Raises ValueError for fewer than two points or limits that do not rise from above 0.
    """
    if points < 2 or not 0.0 < low < high:
        raise ValueError("a frontier needs two points or more, and limits that rise from above 0")
    budgets = np.linspace(low, high, points) * problem.budget
    found: list[FrontierPoint] = []
    impossible: list[float] = []
    for posed, budget, answer in _answers(problem, budgets.tolist(), tolerance):
        if answer is None:
            impossible.append(budget)
            continue
        plan, bought = posed.plan(answer.point), posed.packages(answer.point)
        packages = sum(p.price * b for p, b in zip(problem.ask.packages, bought, strict=True))
        found.append(
            FrontierPoint(
                budget=budget,
                allocated=float(plan.sum() + packages),
                objective=answer.objective,
                bound=max(answer.bound, answer.objective),
                marginal=float(answer.prices[_budget_row(posed)]),
                spend=plan.sum(axis=1),
            )
        )
    return Frontier(problem.channels, tuple(found), tuple(impossible))


Point = tuple[Posed, float, Answer | None]


def _answers(problem: Problem, budgets: list[float], tolerance: float | None) -> Iterator[Point]:
    """The answer of every budget; None where there is none."""
    whole = pose_model(_with_budget(problem, budgets[-1]))
    if not in_shares(problem):
        shrunk = scaled(whole.task)
        if is_concave(shrunk.task):
            yield from _concave(whole, shrunk, budgets, tolerance or CONCAVE_GAP)
            return
        posed = ((whole, _under(whole, budget), budget) for budget in budgets)
    else:
        posed = ((own, own.task, budget) for own, budget in _posed_anew(problem, budgets))
    before: Array | None = None
    for model, task, budget in posed:
        kept = before if before is not None and violation(task.rules, before) <= KEEPS * budget else None
        answer = solve(task, anchor=kept, tolerance=tolerance)
        if answer.status != "optimal":
            yield model, budget, None
            continue
        before = answer.point
        yield model, budget, answer


def in_shares(problem: Problem) -> bool:
    """Whether rules beside the budget's own move with the budget, so that every budget needs its own model."""
    ask = problem.ask
    grouped = any(g.share.low is not None or g.share.high is not None for g in ask.groups)
    return bool(ask.shares) or grouped or ask.learning[1] > 0


def _with_budget(problem: Problem, budget: float) -> Problem:
    return replace(problem, ask=replace(problem.ask, budget=budget))


def _posed_anew(problem: Problem, budgets: list[float]) -> Iterator[tuple[Posed, float]]:
    for budget in budgets:
        yield pose_model(_with_budget(problem, budget)), budget


def _budget_row(posed: Posed) -> int:
    return next(at for at, row in enumerate(posed.rules.rows) if row.constraint == "total_budget")


def _under(posed: Posed, budget: float) -> Task:
    """The task of the largest budget with a smaller one: no cell can get more than all of it."""
    rules = posed.rules
    limit, upper = rules.row_upper.copy(), rules.upper.copy()
    limit[_budget_row(posed)] = budget
    upper[posed.spend] = np.maximum(np.minimum(upper[posed.spend], budget), rules.lower[posed.spend])
    return replace(posed.task, rules=replace(rules, row_upper=limit, upper=upper)).within_reach()


def _concave(posed: Posed, shrunk: Scaled, budgets: list[float], tolerance: float) -> Iterator[Point]:
    """Prices alone settle every budget, and the next budget's are near."""
    task, row = shrunk.task, _budget_row(posed)
    before: Solved | None = None
    for budget in budgets:
        limit = task.rules.row_upper.copy()
        limit[row] = budget / shrunk.rows[row]
        own = replace(task, rules=replace(task.rules, row_upper=limit))
        near = None if before is None else before.prices
        through = None if before is None else before.point[own.at]
        found = refine(own, own.banks, through=through, prices=near, tolerance=tolerance)
        if found.status != "optimal":
            yield posed, budget, None
            continue
        if before is not None and before.objective > found.objective:
            found = replace(found, point=filled(own, own.banks, before.point), objective=before.objective)
        before = found
        yield posed, budget, answered(shrunk, found, "concave")
