"""Decides the least and the largest share of the budget a channel may take."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import limit_channel


def shares(model: Any, problem: Problem) -> None:
    r"""Spend of a channel stays within its shares of the budget.

    .. math:: \lambda_c B \le \sum_{w} x_{c,w} \le \mu_c B

    ==================== =========================================
    x_{c,w}              spend of channel c in week w
    \lambda_c, \mu_c     share floor and cap of channel c, 0 to 1
    B                    budget asked for, spent or not
    ==================== =========================================
    """
    rows: dict[tuple[str, int], Any] = {}
    for number, name in enumerate(problem.channels):
        share = problem.ask.shares.get(name)
        if share is not None and problem.of_channel[number]:
            low, high = (None if part is None else part * problem.budget for part in (share.low, share.high))
            rows |= limit_channel(model, problem, number, low, high, "shares")
    if rows:
        model.shares = Constraint(list(rows), rule=lambda _, *key: rows[key])
