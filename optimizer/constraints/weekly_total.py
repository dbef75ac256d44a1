"""Decides the least and the most all channels together spend in a week."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

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
    """
    weekly = problem.ask.weekly
    rows: dict[tuple[str, int], Any] = {}
    if weekly.low is None and weekly.high is None:
        return
    for week in range(len(problem.weeks)):
        terms = week_money(model, problem, week)
        if weekly.low is not None and weekly.low > 0 and terms:
            rows["min", week] = linear(terms) >= weekly.low * problem.week_share(week)
        if weekly.high is not None and terms:
            rows["max", week] = linear(terms) <= weekly.high * problem.week_share(week)
    if rows:
        model.weekly_total = Constraint(list(rows), rule=lambda _, *key: rows[key])
