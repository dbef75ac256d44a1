"""Decides that a channel spends nothing on its black-out days."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.calendar import per_step
from optimizer.problem import Problem


def black_outs(model: Any, problem: Problem) -> None:
    r"""Spend of a channel is zero in every step of its flight that black-outs take whole.

    .. math:: x_{c,w} = 0 \quad \text{where} \quad d_{c,w} - o_{c,w} = 0

    ========= ==================================================
    x_{c,w}   spend of channel c in step w
    d_{c,w}   days of step w inside the flight of channel c
    o_{c,w}   those of them that are black-out days
    ========= ==================================================

    A gap inside a step is exact: the money goes to the days that are left, the stock decays day by day through the
    gap (``optimizer.problem.carry_steps``), and the rules on a channel's week or on a day count the days left.
    """
    flown = per_step(problem.running.flown, problem.running.first)
    for channel, week in np.argwhere((flown > 0) & (problem.running.active == 0)).tolist():
        model.spend[channel, week].setub(0.0)
