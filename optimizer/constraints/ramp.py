"""Decides how fast a channel's daily money may change from one step to the next."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import linear, tighten


def ramp(model: Any, problem: Problem) -> None:
    r"""Daily spend of a channel changes by at most a share of what it was in the step before.

    .. math:: (1 - r_c) \frac{x_{c,v}}{d_{c,v}} \le \frac{x_{c,w}}{d_{c,w}} \le (1 + r_c) \frac{x_{c,v}}{d_{c,v}}

    ========= ==============================================================================
    x_{c,w}   spend of channel c in step w, even over the d_{c,w} days it runs
    v         the last step before w in which c runs; for the first, the last weeks known
    r_c       largest relative change
    ========= ==============================================================================

    A channel that spends nothing now may start at any height: no share of nothing would let it start. Fixed buys are
    not ramped.
    """
    rows: dict[tuple[str, int, int], Any] = {}
    active = problem.running.active
    for number, name in enumerate(problem.channels):
        change = problem.ask.ramp.get(name)
        cells = problem.of_channel[number]
        if change is None or not cells:
            continue
        low, high = max(1.0 - change, 0.0), 1.0 + change
        now, days = problem.curves[name].recent / 7.0, float(active[cells[0]])
        if now > 0:
            tighten(model, cells[0], low * now * days, high * now * days, "ramp")
        for before, cell in pairwise(cells):
            to, since = (1.0 / float(active[cell]), model.spend[cell]), 1.0 / float(active[before])
            if low > 0:
                rows["min", *cell] = linear([to, (-low * since, model.spend[before])]) >= 0.0
            rows["max", *cell] = linear([to, (-high * since, model.spend[before])]) <= 0.0
    if rows:
        model.ramp = Constraint(list(rows), rule=lambda _, *key: rows[key])
