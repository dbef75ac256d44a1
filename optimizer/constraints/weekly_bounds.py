"""Decides the least and the most a channel spends in a week."""

from __future__ import annotations

from typing import Any

from optimizer.problem import Problem
from optimizer.terms import tighten


def weekly_bounds(model: Any, problem: Problem) -> None:
    r"""Spend of a channel in a week lies within its weekly bounds, in proportion to the days it runs.

    .. math:: l_c \frac{d_{c,w}}{7} \le x_{c,w} \le u_c \frac{d_{c,w}}{7}

    ========= =============================================
    x_{c,w}   spend of channel c in week w
    l_c, u_c  least and most money of a full week
    d_{c,w}   days of week w on which channel c runs
    ========= =============================================

    These are bounds of single variables, which cost the solver nothing.
    """
    for channel, week in problem.cells:
        bounds = problem.ask.weekly_bounds.get(problem.channels[channel])
        if bounds is not None:
            share = float(problem.running.active[channel, week]) / 7.0
            low, high = (None if part is None else part * share for part in (bounds.low, bounds.high))
            tighten(model, (channel, week), low, high, "weekly_bounds")
