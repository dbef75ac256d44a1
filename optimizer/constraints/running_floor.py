"""Decides that nothing of the running plan is taken away where only what comes on top of it is planned."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import limit_channel


def running_floor(model: Any, problem: Problem) -> None:
    r"""Spend of a channel is at least that of the running plan.

    .. math:: \sum_{w} x_{c,w} \ge r_c

    ========= =====================================================================
    x_{c,w}   spend of channel c in week w
    r_c       money of c in the running plan; the budget is their sum and the rest
    ========= =====================================================================
    """
    rows: dict[tuple[str, int], Any] = {}
    ask = problem.ask
    if not ask.on_top or ask.running is None:
        return
    for number, name in enumerate(problem.channels):
        rows |= limit_channel(model, problem, number, ask.running.get(name), None, "running_floor")
    if rows:
        model.running_floor = Constraint(list(rows), rule=lambda _, *key: rows[key])
