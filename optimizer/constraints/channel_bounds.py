"""Decides the least and the most a channel spends over the whole period."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import limit_channel


def channel_bounds(model: Any, problem: Problem) -> None:
    r"""Spend of a channel over the period lies within its bounds.

    .. math:: l_c \le \sum_{w} x_{c,w} \le u_c

    ========= =====================================
    x_{c,w}   spend of channel c in week w
    l_c, u_c  least and most money of channel c
    ========= =====================================

    A channel that has a single step is bounded as a variable, which costs the solver nothing.
    """
    rows: dict[tuple[str, int], Any] = {}
    for number, name in enumerate(problem.channels):
        bounds = problem.ask.bounds.get(name)
        if bounds is not None:
            rows |= limit_channel(model, problem, number, bounds.low, bounds.high, "channel_bounds")
    if rows:
        model.channel_bounds = Constraint(list(rows), rule=lambda _, *key: rows[key])
