"""Decides that a channel spends only while its flight lasts."""

from __future__ import annotations

from typing import Any

from optimizer.calendar import per_step
from optimizer.problem import Problem


def flights(model: Any, problem: Problem) -> None:
    r"""Spend of a channel is zero in every step outside its flight.

    .. math:: x_{c,w} = 0 \quad \text{where} \quad d_{c,w} = 0

    ========= ==================================================
    x_{c,w}   spend of channel c in step w
    d_{c,w}   days of step w inside the flight of channel c
    ========= ==================================================

    Where a flight begins or ends inside a step, the step's money is spent on the days inside, and the rules on
    a channel's week or on a day count those only (``optimizer.calendar.running_days``).
    """
    for cell, days in _days(problem).items():
        if days == 0:
            model.spend[cell].setub(0.0)


def _days(problem: Problem) -> dict[tuple[int, int], int]:
    flown = per_step(problem.running.flown, problem.running.first)
    return {(channel, week): int(days) for channel, row in enumerate(flown) for week, days in enumerate(row)}
