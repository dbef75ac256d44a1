"""Decides the plan that is handed over: the best one in bookable amounts, never worth less than the current one."""

from __future__ import annotations

from dataclasses import dataclass

from engine.messages import Message
from optimizer.current import CurrentPlan, keeps_rules
from optimizer.curves.curve import Array
from optimizer.planning import Planned
from optimizer.rounding import round_plan
from optimizer.worth import worth


@dataclass(frozen=True, slots=True)
class Booked:
    """A plan (channels, weeks) in bookable amounts with its packages, and its objective before and after rounding."""

    plan: Array
    bought: Array
    worth: float
    unrounded: float
    notes: tuple[Message, ...]


def book(planned: Planned, current: CurrentPlan) -> Booked:
    """The solved plan in bookable amounts; the current plan where rounding would fall behind it."""
    posed = planned.posed
    bought = posed.packages(planned.answer.point)
    before = worth(posed, planned.plan, bought)
    found = round_plan(posed, planned.plan, bought)
    after = worth(posed, found.plan, bought)
    if current.keeps_rules and keeps_rules(posed, current.feasible, current.bought):
        kept = worth(posed, current.feasible, current.bought)
        if kept > after:
            return Booked(current.feasible, current.bought, kept, before, current.rounding)
    return Booked(found.plan, bought, after, before, found.notes)
