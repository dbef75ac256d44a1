"""Decides that results do not cost more than a price on average: a CPA or a ROAS to keep."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import all_money, linear, results


def efficiency(model: Any, problem: Problem) -> None:
    r"""All money is at most the price of all results.

    .. math:: \sum_{c,w} x_{c,w} + \sum_p q_p b_p \le \pi R_k

    ========= ========================================================
    x_{c,w}   spend of channel c in week w; q_p b_p that of packages
    R_k       expected result k of the plan
    \pi       most money a unit of it may cost: the CPA, or 1 / ROAS
    ========= ========================================================
    """
    wanted = problem.ask.efficiency
    if wanted is None:
        return
    terms = all_money(model, problem)
    terms += [(-wanted.price * coef, var) for coef, var in results(model, problem, wanted.result)]
    model.efficiency = Constraint([("max", 0)], rule=lambda *_: linear(terms) <= 0.0)
