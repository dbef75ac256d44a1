"""Decides the least and the most all channels together spend on a day."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import day_money, linear


def daily_total(model: Any, problem: Problem) -> None:
    r"""Spend of all channels on a day lies within the daily bounds.

    .. math:: l \le \sum_{c \in C_t} \frac{x_{c,w(t)}}{d_{c,w(t)}} \le u

    ========= ===================================================================
    x_{c,w}   spend of channel c in step w, even over the d_{c,w} days it runs
    w(t)      step of day t; C_t the channels that run on day t
    l, u      least and most money of a day
    ========= ===================================================================

    Days of a step on which the same channels run share one row, named by the first of them.
    """
    daily = problem.ask.daily
    if daily.low is None and daily.high is None:
        return
    rows: dict[tuple[str, int, int], Any] = {}
    for week in range(len(problem.weeks)):
        seen: set[bytes] = set()
        for day in problem.running.days(week):
            alike = problem.running.on[:, day].tobytes()
            terms = [] if alike in seen else day_money(model, problem, week, day)
            seen.add(alike)
            number = day - int(problem.running.first[week])
            if daily.low is not None and daily.low > 0 and terms and problem.running.on[:, day].any():
                rows["min", week, number] = linear(terms) >= daily.low
            if terms and daily.high is not None:
                rows["max", week, number] = linear(terms) <= daily.high
    if rows:
        model.daily_total = Constraint(list(rows), rule=lambda _, *key: rows[key])
