"""Decides that channels whose creatives are flagged get no more money than they have."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import limit_channel


def hold_flagged(model: Any, problem: Problem) -> None:
    r"""Spend of a held channel is at most that of the running plan.

    .. math:: \sum_{w} x_{c,w} \le r_c

    ========= =================================================================================
    x_{c,w}   spend of channel c in week w, c among those held
    r_c       money of c in the running plan; what it spent of late where no plan is given
    ========= =================================================================================
    """
    rows: dict[tuple[str, int], Any] = {}
    ask, numbers = problem.ask, problem.number_of
    for name in sorted(set(ask.held)):
        number = numbers[name]
        days = float(problem.running.active[number].sum())
        most = problem.curves[name].recent * days / 7.0 if ask.running is None else ask.running.get(name, 0.0)
        rows |= limit_channel(model, problem, number, None, most, "hold_flagged")
    if rows:
        model.hold_flagged = Constraint(list(rows), rule=lambda _, *key: rows[key])
