"""Decides that no more than the budget is spent."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import all_money, linear


def total_budget(model: Any, problem: Problem) -> None:
    r"""Spend of all channels and weeks, fixed buys included, stays within the budget.

    .. math:: \sum_{c} \sum_{w} x_{c,w} + \sum_{p} q_p b_p \le B

    ========= =====================================
    x_{c,w}   spend of channel c in week w
    q_p, b_p  price of package p, 1 if it is bought
    B         budget, net media money
    ========= =====================================

    "At most": what brings nothing is left unspent and reported.
    """
    terms = all_money(model, problem)
    if terms:
        model.total_budget = Constraint(expr=linear(terms) <= problem.budget)
