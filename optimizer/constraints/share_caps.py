"""Decides the largest share of the budget a channel may take."""

from __future__ import annotations

from typing import Any

from pyomo.core.expr import LinearExpression
from pyomo.environ import Constraint

from optimizer.problem import Problem


def share_caps(model: Any, problem: Problem) -> None:
    r"""Spend of a channel stays within its share of the budget.

    .. math:: \sum_{w} x_{c,w} \le \sigma_c B

    ========== =====================================
    x_{c,w}    spend of channel c in week w
    \sigma_c   share cap of channel c, 0 to 1
    B          budget asked for, spent or not
    ========== =====================================
    """
    rows: dict[int, Any] = {}
    for number, name in enumerate(problem.channels):
        cap = problem.demand.share_caps.get(name)
        spend = [model.spend[cell] for cell in problem.of_channel[number]]
        if cap is not None and spend:
            total = LinearExpression(constant=0, linear_coefs=[1.0] * len(spend), linear_vars=spend)
            rows[number] = total <= cap * problem.budget
    if rows:
        model.share_caps = Constraint(list(rows), rule=lambda _, key: rows[key])
