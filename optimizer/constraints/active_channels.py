"""Decides how many channels run at all, and ties each on/off switch to its channel's money."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import booking_step, channel_money, linear


def active_channels(model: Any, problem: Problem) -> None:
    r"""Only active channels spend, and their number lies within bounds.

    .. math:: s_c z_c \le \sum_{w} x_{c,w} \le B z_c, \qquad n \le \sum_c z_c \le N

    ========= =====================================
    x_{c,w}   spend of channel c in week w
    z_c       1 where channel c is active
    B         budget, the most any channel can get
    s_c       smallest amount channel c books
    n, N      fewest and most channels that run
    ========= =====================================

    The side of s_c is there where channels are wanted: a switch alone would count a channel that gets nothing. Rows
    that are no side say what a switch means, nobody can wish them away.
    """
    rows: dict[tuple[str, int], Any] = {}
    for number in model.runs:
        terms = channel_money(model, problem, [number])
        most = min(problem.budget, sum(var.ub * coef for coef, var in terms))
        rows["switch", number] = linear([*terms, (-most, model.runs[number])]) <= 0.0
        if problem.ask.active.low is not None:
            least = booking_step(problem, problem.channels[number])
            rows["least", number] = linear([*terms, (-least, model.runs[number])]) >= 0.0
    limit, switches = problem.ask.active, [(1.0, model.runs[number]) for number in model.runs]
    if limit.low is not None and switches:
        rows["min", 0] = linear(switches) >= limit.low
    if limit.high is not None and switches:
        rows["max", 0] = linear(switches) <= limit.high
    if rows:
        model.active_channels = Constraint(list(rows), rule=lambda _, *key: rows[key])
