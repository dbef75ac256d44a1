"""The product's side of the optimizer bench: a problem dict through the same path as any plan, Pyomo included."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from engine.settings import Settings
from optimizer.curves.families.log import Log
from optimizer.planning import plan, pose_model
from optimizer.problem import Problem
from optimizer.problem_file import read_problem
from optimizer.solve.rules import compile_rules
from optimizer.solve.solving import Answer, solve
from optimizer.solve.task import spend_task
from tests.bench.optimizer.problems import PeriodProblem


def posed(problem: dict[str, Any]) -> Problem:
    """The problem as the door reads it."""
    return read_problem(json.dumps(problem).encode(), problem["name"], Settings()).posed()


def solved(problem: Problem, tolerance: float | None = None) -> Answer:
    """The certified plan: Pyomo model, arrays, solver."""
    return plan(pose_model(problem), tolerance=tolerance).answer


def spend_of(problem: Problem, answer: Answer) -> np.ndarray:
    """Spend by channel in the problem's order (each has one step)."""
    return answer.point[: len(problem.cells)]


def solve_days(period: PeriodProblem) -> Answer:
    """A plan by day with caps a channel and a week: Pyomo owns spend and rules, the curves stay arrays."""
    from pyomo.core.expr import LinearExpression
    from pyomo.environ import ConcreteModel, Constraint, Var

    channels, days = period.season.shape
    model = ConcreteModel()
    model.spend = Var(range(channels * days))
    each = [model.spend[number] for number in range(channels * days)]
    week = np.tile(period.week, channels)
    rows = [(each, period.budget)]
    rows += [(each[c * days : (c + 1) * days], cap) for c, cap in enumerate(period.channel_caps)]
    rows += [([each[n] for n in np.flatnonzero(week == w)], cap) for w, cap in enumerate(period.weekly_caps)]
    model.caps = Constraint(
        range(len(rows)),
        rule=lambda _, r: LinearExpression(linear_coefs=[1.0] * len(rows[r][0]), linear_vars=rows[r][0]) <= rows[r][1],
    )
    rules = compile_rules(model, each)
    rules.lower[:], rules.upper[:] = 0.0, np.repeat(period.upper, days)
    worth = period.worth[:, None] * period.season
    curves = [Log(a=float(a), b=float(b)) for a, b in zip(worth.ravel(), np.repeat(period.bend, days), strict=True)]
    return solve(spend_task(rules, curves, np.arange(channels * days)))
