"""Decides how evenly the money flows: each step near its share of what is spent, holidays weighed as asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import Constraint

from engine.vocabulary import Period
from optimizer.calendar import day_weights
from optimizer.problem import Problem
from optimizer.terms import all_money, linear, week_money


def pacing(model: Any, problem: Problem) -> None:
    r"""Spend of a step is within a tolerance of its share of all that is spent.

    .. math:: (1 - \tau) \pi_w X \le \sum_{c} x_{c,w} \le (1 + \tau) \pi_w X, \qquad
              \pi_w = \frac{\sum_{t \in w} \gamma_t}{\sum_t \gamma_t}

    ========= ==============================================================================
    x_{c,w}   spend of channel c in step w; X the money of all channels and steps
    \gamma_t  weight of day t: 1, or that of a weekend or a holiday; 0 where no channel runs
    \pi_w     share of step w in the weights of all days
    \tau      tolerance
    ========= ==============================================================================

    Holidays are Taiwan's, make-up working Saturdays are working days (the ``holidays`` library).
    """
    asked = problem.ask.pacing
    if asked is None:
        return
    running = problem.running
    weights = day_weights(Period(problem.weeks[0].start, problem.weeks[-1].end), asked.weekend, asked.holiday)
    weights = weights * running.on.any(axis=0)
    if weights.sum() <= 0:
        return  # nobody runs on a day that weighs anything, so no step has a share to keep
    shares = np.add.reduceat(weights, running.first[:-1]) / weights.sum()
    everything = all_money(model, problem)
    rows: dict[tuple[str, int], Any] = {}
    for week, share in enumerate(shares.tolist()):
        here = week_money(model, problem, week)
        low, high = (1.0 - asked.tolerance) * share, (1.0 + asked.tolerance) * share
        if here and low > 0.0:
            rows["min", week] = linear([*here, *((-low * coef, var) for coef, var in everything)]) >= 0.0
        if here and high < 1.0:
            rows["max", week] = linear([*here, *((-high * coef, var) for coef, var in everything)]) <= 0.0
    if rows:
        model.pacing = Constraint(list(rows), rule=lambda _, *key: rows[key])
