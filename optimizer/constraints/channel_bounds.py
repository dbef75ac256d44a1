"""Decides the least and the most a channel spends over the whole period."""

from __future__ import annotations

from typing import Any

from pyomo.core.expr import LinearExpression
from pyomo.environ import Constraint

from optimizer.problem import Problem, units


def channel_bounds(model: Any, problem: Problem) -> None:
    r"""Spend of a channel over the period lies within its bounds.

    .. math:: l_c \le \sum_{w} x_{c,w} \le u_c

    ========= =====================================
    x_{c,w}   spend of channel c in week w
    l_c, u_c  least and most money of channel c
    ========= =====================================
    """
    rows: dict[tuple[str, int], Any] = {}
    for number, name in enumerate(problem.channels):
        bounds = problem.demand.bounds.get(name)
        if bounds is None:
            continue
        spend = [model.spend[cell] for cell in problem.of_channel[number]]
        total = LinearExpression(constant=0, linear_coefs=[1.0] * len(spend), linear_vars=spend)
        if bounds.min is not None and bounds.min.micros > 0:
            rows["min", number] = total >= units(bounds.min)
        if bounds.max is not None:
            rows["max", number] = total <= units(bounds.max)
    if rows:
        model.channel_bounds = Constraint(list(rows), rule=lambda _, *key: rows[key])
