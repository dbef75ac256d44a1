"""Decides the plan a proposal is compared with: the running one, or the nearest one that the rules allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.messages import Message
from optimizer.curves.curve import Array
from optimizer.infeasible import explain_infeasible, written
from optimizer.model import Posed
from optimizer.problem import Problem
from optimizer.rounding import rounded_plan
from optimizer.solve.nearest import nearest_point
from optimizer.solve.rules import violation


@dataclass(frozen=True, slots=True)
class CurrentPlan:
    """The running plan (channels, weeks), as given or scaled, and the feasible one that stands in the comparison."""

    wanted: Array
    feasible: Array
    notes: tuple[Message, ...]


def wanted_plan(problem: Problem) -> tuple[Array, list[Message]]:
    """Amounts given, else the shares of the last four complete weeks scaled to the budget, else an even split."""
    given = problem.ask.running
    if given is not None:
        totals = np.array([given.get(name, 0.0) for name in problem.channels])
        return problem.even(totals), []
    recent = np.array([problem.curves[name].recent for name in problem.channels])
    if recent.sum() > 0:
        return problem.even(problem.budget * recent / recent.sum()), []
    even = np.full(len(problem.channels), problem.budget / len(problem.channels))
    return problem.even(even), [Message("optimizer.current.even_split")]


def current_plan(posed: Posed) -> CurrentPlan:
    """The comparison plan in whole amounts. Raises DemandError when no plan at all keeps the rules."""
    problem = posed.problem
    wanted, notes = wanted_plan(problem)
    unit = problem.budget
    rules = posed.rules.in_units(unit)
    vector = posed.vector(wanted) / unit
    if violation(rules, vector) <= 1e-9:
        return CurrentPlan(wanted, rounded_plan(posed, wanted), tuple(notes))
    nearest = nearest_point(rules, vector, posed.spend)
    if nearest is None:
        raise explain_infeasible(posed)
    feasible = rounded_plan(posed, posed.plan(nearest) * unit)
    moved = float(np.abs(feasible.sum(axis=1) - wanted.sum(axis=1)).sum()) / 2.0
    values = {"moved": written(moved, problem.currency)}
    return CurrentPlan(wanted, feasible, (*notes, Message("optimizer.current.breaks_rules", values)))
