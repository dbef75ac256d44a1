"""Decides how spend is felt after carry-over: geometric adstock as linear rows."""

from __future__ import annotations

from typing import Any

from pyomo.core.expr import LinearExpression
from pyomo.environ import Constraint

from optimizer.problem import Problem


def carry_over(model: Any, problem: Problem) -> None:
    r"""Mean and last stock of a week follow from the stock before it and the week's spend.

    .. math:: e_{c,w} = \rho_{c,w} s_{c,w-1} + \sigma_{c,w} x_{c,w}, \qquad
              s_{c,w} = \kappa_{c,w} s_{c,w-1} + \alpha_{c,w} x_{c,w}

    ================== ==========================================================================
    x_{c,w}            spend of channel c in week w, even over the days it runs
    e_{c,w}            the same money as it is felt: mean stock over those days
    s_{c,w}            stock at the end of the week, in money per week; s_{c,0} is carried in
    \rho, \sigma,      from the adstock \theta a day and the days run, for a full week:
    \kappa, \alpha     \rho = mean(\theta^1..\theta^7), \sigma = 1-\rho, \kappa = \theta^7, \alpha = 1-\kappa
    ================== ==========================================================================

    Where a channel does not run on every day of a week, the same coefficients are worked out day by day. They are
    exact; what is not is that the curve of a week is read at its mean stock.
    """
    if not problem.carries.any():
        return
    rows: dict[tuple[str, int, int], Any] = {}
    steps = problem.steps
    for channel in range(len(problem.channels)):
        if not problem.carries[channel]:
            continue
        start = float(problem.carry_in[channel])
        for week in range(len(problem.weeks)):
            at = (channel, week)
            before = [] if week == 0 else [model.stock[channel, week - 1]]
            runs = problem.running.active[channel, week] > 0
            spend = [model.spend[channel, week]] if runs else []
            for label, target, stock_part, spend_part in (
                ("felt", model.felt, float(steps.from_stock[at]), float(steps.from_spend[at])),
                ("stock", model.stock, float(steps.keep[at]), float(steps.add[at])),
            ):
                if label == "felt" and not runs:
                    continue
                coefs = [1.0, *([-stock_part] * len(before)), *([-spend_part] * len(spend))]
                variables = [target[channel, week], *before, *spend]
                row = LinearExpression(constant=0, linear_coefs=coefs, linear_vars=variables)
                rows[label, channel, week] = row == (stock_part * start if week == 0 else 0.0)
    if rows:
        model.carry_over = Constraint(list(rows), rule=lambda _, *key: rows[key])
