"""Decides that a channel gets exactly what is fixed for it."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import limit_channel


def locks(model: Any, problem: Problem) -> None:
    r"""Spend of a channel over the period is the amount locked; when it is spent stays free.

    .. math:: \sum_{w} x_{c,w} = f_c

    ========= =====================================
    x_{c,w}   spend of channel c in week w
    f_c       money fixed for channel c
    ========= =====================================

    Written as two sides, so that an explanation can say whether the lock holds a channel up or down.
    """
    rows: dict[tuple[str, int], Any] = {}
    for number, name in enumerate(problem.channels):
        fixed = problem.ask.locks.get(name)
        if fixed is not None:
            rows |= limit_channel(model, problem, number, fixed, fixed, "locks")
    if rows:
        model.locks = Constraint(list(rows), rule=lambda _, *key: rows[key])
