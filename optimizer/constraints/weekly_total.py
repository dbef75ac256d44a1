"""Decides the least and the most all channels together spend in a week."""

from __future__ import annotations

from typing import Any

from pyomo.core.expr import LinearExpression
from pyomo.environ import Constraint

from optimizer.problem import Problem, units


def weekly_total(model: Any, problem: Problem) -> None:
    r"""Spend of all channels in a week lies within the weekly bounds, in proportion to the week's days.

    .. math:: l \frac{d_w}{7} \le \sum_{c} x_{c,w} \le u \frac{d_w}{7}

    ========= =========================================
    x_{c,w}   spend of channel c in week w
    l, u      least and most money of a full week
    d_w       days of week w inside the period
    ========= =========================================
    """
    weekly = problem.demand.weekly
    rows: dict[tuple[str, int], Any] = {}
    for week in range(len(problem.weeks)):
        spend = [model.spend[cell] for cell in problem.of_week[week]]
        total = LinearExpression(constant=0, linear_coefs=[1.0] * len(spend), linear_vars=spend)
        if weekly.min is not None and weekly.min.micros > 0 and spend:
            rows["min", week] = total >= units(weekly.min) * problem.week_share(week)
        if weekly.max is not None and spend:
            rows["max", week] = total <= units(weekly.max) * problem.week_share(week)
    if rows:
        model.weekly_total = Constraint(list(rows), rule=lambda _, *key: rows[key])
