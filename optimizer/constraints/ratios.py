"""Decides how the money of one channel stands to that of another."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import channel_money, linear


def ratios(model: Any, problem: Problem) -> None:
    r"""Spend of one channel is between two multiples of the spend of another.

    .. math:: \phi_r \sum_{w} x_{d,w} \le \sum_{w} x_{c,w} \le \psi_r \sum_{w} x_{d,w}

    ================ =======================================================
    x_{c,w}          spend in week w of channel c, the one over the line
    x_{d,w}          spend in week w of channel d, the one under it
    \phi_r, \psi_r   least and largest multiple of rule r
    ================ =======================================================

    Two channels that get nothing keep every ratio.
    """
    rows: dict[tuple[str, int], Any] = {}
    numbers = problem.number_of
    for place, one in enumerate(problem.ask.ratios):
        over = channel_money(model, problem, [numbers[one.over]])
        under = channel_money(model, problem, [numbers[one.under]])
        for side, times in (("min", one.times.low), ("max", one.times.high)):
            if times is not None:
                gap = linear([*over, *((-times * coef, var) for coef, var in under)])
                rows[side, place] = gap >= 0.0 if side == "min" else gap <= 0.0
    if rows:
        model.ratios = Constraint(list(rows), rule=lambda _, *key: rows[key])
