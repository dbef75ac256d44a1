"""Decides how a plan is told against the current one: money moved, results gained, and what each 1,000 moved buys."""

from __future__ import annotations

import numpy as np

from engine.messages import Message, Value
from optimizer.booking import Booked
from optimizer.current import CurrentPlan
from optimizer.curves.curve import Array
from optimizer.planning import Planned
from optimizer.pricing import THOUSAND
from optimizer.problem import Problem
from optimizer.proposal import Change, WholeChange
from optimizer.wording import Unit, figure, unit_of, written
from optimizer.worth import package_money

SAME = 1e-6  # of the budget: less money than this is no move
LOST = 1e-9  # relative loss from rounding below which there is none
TINY = 1e-6  # relative loss from rounding that is not worth a figure


def whole_change(planned: Planned, booked: Booked, current: CurrentPlan, gained: float, gains: Array) -> WholeChange:
    """The whole plan against the current one; ``gains`` are the results gained, per draw of the curves."""
    posed = planned.posed
    problem = posed.problem
    unit = unit_of(problem.result, problem.currency)
    cells = booked.plan - current.feasible
    bought = package_money(posed, booked.bought) - package_money(posed, current.bought)
    up = float(np.maximum(cells, 0.0).sum() + np.maximum(bought, 0.0).sum())
    down = float(np.maximum(-cells, 0.0).sum() + np.maximum(-bought, 0.0).sum())
    moved, added = max(up, down), up - down
    low, high = (float(np.quantile(gains, share)) for share in (0.05, 0.95))
    low, high = min(low, gained), max(high, gained)
    each = gained / moved * THOUSAND if moved > SAME * problem.budget else None
    values: dict[str, Value] = {
        "moved": written(moved, problem.currency),
        "gained": unit.told(abs(gained)),
        "low": unit.told(low),
        "high": unit.told(high),
        "each": unit.told(each or 0.0),
        "thousand": written(THOUSAND, problem.currency),
        "unit": unit.noun,
    }
    kind = "none" if each is None else "whole" if gained >= 0 else "whole_less"
    if each is not None and high - low <= LOST * abs(gained):
        kind += "_sure"  # curves without draws leave nothing open
    return WholeChange(moved, added, gained, low, high, each, Message(f"optimizer.change.{kind}", values))


def channel_change(problem: Problem, channel: str, spend: float, expected: float) -> Change:
    """One channel against the current plan."""
    unit, least = unit_of(problem.result, problem.currency), SAME * problem.budget
    each = expected / spend * THOUSAND if abs(spend) > least else None
    values: dict[str, Value] = {
        "channel": channel,
        "money": written(abs(spend), problem.currency),
        "results": unit.told(abs(expected)),
        "each": unit.told(each or 0.0),
        "thousand": written(THOUSAND, problem.currency),
        "unit": unit.noun,
    }
    if each is not None:
        kind = "more" if spend > 0 else "less"
    else:
        kind = "same" if abs(expected) < 1e-9 else "timing"
    return Change(spend, expected, each, Message(f"optimizer.change.channel_{kind}", values))


def rounding_words(lost: float, worth: float, aim: Unit) -> Message:
    """The loss from whole amounts in words."""
    share = lost / abs(worth) if worth else 0.0
    if share <= TINY:
        return Message("optimizer.rounding.free" if share <= LOST else "optimizer.rounding.tiny")
    values = {"lost": aim.told(lost), "share": figure(100.0 * share), "aim": aim.noun}
    return Message("optimizer.rounding.dearer" if aim.noun == "unit.spend" else "optimizer.rounding.lost", values)
