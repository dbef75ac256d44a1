"""Decides the least and the most all channels together spend in a week."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.calendar import calendar_weeks
from optimizer.problem import Problem
from optimizer.terms import linear, week_money


def weekly_total(model: Any, problem: Problem) -> None:
    r"""Spend of all channels in a week lies within the weekly bounds, in proportion to the week's days.

    .. math:: l \frac{d_w}{7} \le \sum_{c} x_{c,w} \le u \frac{d_w}{7}

    ========= =========================================
    x_{c,w}   spend of channel c in week w
    l, u      least and most money of a full week
    d_w       days of week w inside the period
    ========= =========================================

    Of a plan by day, the steps of a Monday-to-Sunday week count together; their first one names the row.
    """
    weekly = problem.ask.weekly
    rows: dict[tuple[str, int], Any] = {}
    if weekly.low is None and weekly.high is None:
        return
    for steps in calendar_weeks(problem.weeks):
        terms = [term for step in steps for term in week_money(model, problem, step)]
        share = sum(problem.week_share(step) for step in steps)
        if weekly.low is not None and weekly.low > 0 and terms:
            rows["min", steps[0]] = linear(terms) >= weekly.low * share
        if weekly.high is not None and terms:
            rows["max", steps[0]] = linear(terms) <= weekly.high * share
    if rows:
        model.weekly_total = Constraint(list(rows), rule=lambda _, *key: rows[key])
