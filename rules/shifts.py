"""Decides which money the rules would move: whose plan has some left, what each shift wishes, what an amount means.

How much a shift really moves is not decided here: that is what the optimizer makes of the wishes within the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from engine.money import CASH_STEP
from rules.actions import Change
from rules.judgement import Recommendation
from rules.pacing import pace
from rules.signals import SignalSource

BEHIND = 0.95  # a plan that is spent to within a twentieth is on its course, as days differ by as much
Way = Literal["in", "out", "freed"]
# Actions that move a budget, and those that free money without moving one.
WAYS: dict[str, Way] = {
    "shift_in": "in", "raise_budget": "in", "shift_out": "out", "cut_budget": "out",
    "pause": "freed", "exclude": "freed", "cut_bid": "freed",
}  # fmt: skip


def behind_plan(source: SignalSource) -> frozenset[str]:
    """Keys of the accounts and campaigns that spent less than the plan wanted of them up to yesterday."""
    found: set[str] = set()
    for level in ("account", "campaign") if source.given.plan else ():
        facts = source.level(level)
        told = pace(facts, source.given.plan, source.day - 1)
        found |= set(facts.entities["key"][told.spent <= BEHIND * told.planned])
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Wish:
    """Money that one kept recommendation (its number among all) would move or free, at most, in units a day.

    A cut bid frees what nobody can tell beforehand: 0, but its channel is one that gets no more.
    """

    number: int
    way: Way
    a_day: float


def wishes(recommendations: Sequence[Recommendation]) -> list[Wish]:
    """What the recommendations that stand would move, within the caps of their rules."""
    found = []
    for number, one in enumerate(recommendations):
        way = WAYS.get(one.action) if one.decision == "kept" else None
        a_day = None if way is None else _a_day(one)
        if way is not None and a_day is not None:
            found.append(Wish(number, way, a_day))
    return found


def _a_day(one: Recommendation) -> float | None:
    spent = one.spend_at_stake / one.window.days
    if WAYS[one.action] == "freed":
        return 0.0 if one.action == "cut_bid" else spent
    change = one.change
    if not isinstance(change, Change):
        return None  # nothing can be said of it, such as a cap that is used up; the reason stands in its place
    if change.before is not None and change.after is not None:
        return float(abs(Decimal(change.after) - Decimal(change.before)))
    return abs(change.share or 0.0) * spent


def moved_by(one: Recommendation, a_day: float, currency: str | None) -> Change | None:
    """The change of a recommendation where its budget moves by ``a_day``; None where that is less than can be booked.

    Rounded towards nothing, so that it never moves further than was given.
    """
    change = one.change
    if not isinstance(change, Change) or change.share is None:
        return None
    unit, sign = CASH_STEP.get(currency or "", Decimal("0.01")), 1 if change.share > 0 else -1
    # A millionth of a step more: a wish that is met in full must not lose one to binary fractions.
    step = (Decimal(str(a_day)) / unit + Decimal("0.000001")).to_integral_value(ROUND_DOWN) * unit
    if step <= 0:
        return None
    if change.before is None or change.after is None:
        spent = one.spend_at_stake / one.window.days
        return Change(change.field, None, None, sign * float(step) / spent, verified=False) if spent > 0 else None
    before = Decimal(change.before)
    return Change(change.field, change.before, f"{before + sign * step:f}", float(sign * step / before))
