"""Decides the least and the most a channel spends in a week."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.ask import NONE
from optimizer.calendar import calendar_weeks
from optimizer.problem import Problem
from optimizer.terms import linear, tighten


def weekly_bounds(model: Any, problem: Problem) -> None:
    r"""Spend of a channel in a week lies within its weekly bounds, in proportion to the days it runs.

    .. math:: l_c \frac{d_{c,w}}{7} \le x_{c,w} \le u_c \frac{d_{c,w}}{7}

    ========= =============================================
    x_{c,w}   spend of channel c in week w
    l_c, u_c  least and most money of a full week
    d_{c,w}   days of week w on which channel c runs
    ========= =============================================

    Where a week is one step these are bounds of single variables, which cost the solver nothing.
    """
    active = problem.running.active
    weeks = calendar_weeks(problem.weeks)
    rows: dict[tuple[str, int, int], Any] = {}
    for number, name in enumerate(problem.channels):
        bounds = problem.ask.weekly_bounds.get(name, NONE)
        for steps in () if bounds == NONE else weeks:
            cells = [(number, step) for step in steps if active[number, step] > 0]
            share = sum(float(active[cell]) for cell in cells) / 7.0
            low, high = (None if part is None else part * share for part in (bounds.low, bounds.high))
            if len(cells) == 1:
                tighten(model, cells[0], low, high, "weekly_bounds")
                continue
            terms = [(1.0, model.spend[cell]) for cell in cells]
            if terms and low is not None and low > 0:
                rows["min", number, steps[0]] = linear(terms) >= low
            if terms and high is not None:
                rows["max", number, steps[0]] = linear(terms) <= high
    if rows:
        model.weekly_bounds = Constraint(list(rows), rule=lambda _, *key: rows[key])
