"""Decides the least and the most of channels taken together: a platform, a funnel stage, a region, a brand."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import channel_money, linear


def groups(model: Any, problem: Problem) -> None:
    r"""Spend of the channels of a group lies within money and within shares of the budget.

    .. math:: \max(l_g, \lambda_g B) \le \sum_{c \in g} \sum_{w} x_{c,w} \le \min(u_g, \mu_g B)

    ================== ==========================================
    x_{c,w}            spend of channel c in week w
    l_g, u_g           least and most money of group g
    \lambda_g, \mu_g   least and largest share of the budget B
    ================== ==========================================

    Each given limit is a row of its own, so that a repair names the one that has to give way.
    """
    rows: dict[tuple[str, int], Any] = {}
    numbers = problem.number_of
    for place, group in enumerate(problem.ask.groups):
        total = linear(channel_money(model, problem, [numbers[name] for name in group.channels]))
        for kind, limit, unit in (("money", group.money, 1.0), ("share", group.share, problem.budget)):
            if limit.low is not None and limit.low > 0:
                rows[f"{kind}_min", place] = total >= limit.low * unit
            if limit.high is not None:
                rows[f"{kind}_max", place] = total <= limit.high * unit
    if rows:
        model.groups = Constraint(list(rows), rule=lambda _, *key: rows[key])
