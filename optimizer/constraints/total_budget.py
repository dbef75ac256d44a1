"""Decides that no more than the budget is spent."""

from __future__ import annotations

from typing import Any

from pyomo.core.expr import LinearExpression
from pyomo.environ import Constraint

from optimizer.problem import Problem


def total_budget(model: Any, problem: Problem) -> None:
    r"""Spend of all channels and weeks stays within the budget.

    .. math:: \sum_{c} \sum_{w} x_{c,w} \le B

    ========= =====================================
    x_{c,w}   spend of channel c in week w
    B         budget, net media money
    ========= =====================================

    "At most": what brings nothing is left unspent and reported.
    """
    spend = [model.spend[cell] for cell in problem.cells]
    if spend:
        model.total_budget = Constraint(
            expr=LinearExpression(constant=0, linear_coefs=[1.0] * len(spend), linear_vars=spend) <= problem.budget
        )
