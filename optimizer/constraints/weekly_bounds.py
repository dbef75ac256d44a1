"""Decides the least and the most a channel spends in a week."""

from __future__ import annotations

from typing import Any

from pyomo.core.expr import LinearExpression
from pyomo.environ import Constraint

from optimizer.problem import Problem, units


def weekly_bounds(model: Any, problem: Problem) -> None:
    r"""Spend of a channel in a week lies within its weekly bounds, in proportion to the days it runs.

    .. math:: l_c \frac{d_{c,w}}{7} \le x_{c,w} \le u_c \frac{d_{c,w}}{7}

    ========= =============================================
    x_{c,w}   spend of channel c in week w
    l_c, u_c  least and most money of a full week
    d_{c,w}   days of week w on which channel c runs
    ========= =============================================
    """
    rows: dict[tuple[str, int, int], Any] = {}
    for channel, week in problem.cells:
        bounds = problem.demand.weekly_bounds.get(problem.channels[channel])
        if bounds is None:
            continue
        share = float(problem.running.active[channel, week]) / 7.0
        spend = LinearExpression(constant=0, linear_coefs=[1.0], linear_vars=[model.spend[channel, week]])
        if bounds.min is not None and bounds.min.micros > 0:
            rows["min", channel, week] = spend >= units(bounds.min) * share
        if bounds.max is not None:
            rows["max", channel, week] = spend <= units(bounds.max) * share
    if rows:
        model.weekly_bounds = Constraint(list(rows), rule=lambda _, *key: rows[key])
