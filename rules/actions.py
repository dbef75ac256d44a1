"""Decides what an action is: its class, what it changes on the platform and by how much, within which cap.

An action is never carried out here. ``change_of`` says what a person (or a bulk-edit file) would do, ``undo_of``
what takes it back; both answer with a sentence instead where there is nothing safe to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

from engine.messages import Message
from engine.money import CASH_STEP

ActionType = Literal[
    "pause",
    "resume",
    "exclude",
    "cut_bid",
    "raise_bid",
    "cut_budget",
    "raise_budget",
    "shift_out",
    "shift_in",
    "refresh",
    "alert",
]
ActionClass = Literal["stop", "start", "cut", "raise", "shift_out", "shift_in", "refresh", "alert"]
Field = Literal["status", "bid", "daily_budget", "placement", "creative"]

CLASS_OF: dict[ActionType, ActionClass] = {
    "pause": "stop",
    "resume": "start",
    "exclude": "stop",
    "cut_bid": "cut",
    "raise_bid": "raise",
    "cut_budget": "cut",
    "raise_budget": "raise",
    "shift_out": "shift_out",
    "shift_in": "shift_in",
    "refresh": "refresh",
    "alert": "alert",
}
# More delivery or more money for it: what waits while blocked copy is undecided.
SPENDS_MORE: frozenset[ActionType] = frozenset({"resume", "raise_bid", "raise_budget", "shift_in"})


@dataclass(frozen=True, slots=True)
class Step:
    """By how much an action moves a value, as a share of it, and how far within ``cap_days``."""

    field: Field
    sign: int
    amount: float
    cap: float
    cap_days: int = 7


# The steps that practitioners take: bids by a tenth, budgets by a sixth upwards, a fifth a week at most, because a
# larger change may restart the learning phase of the platform's own bidding.
STEPS: dict[ActionType, Step] = {
    "cut_bid": Step("bid", -1, 0.10, 0.20),
    "raise_bid": Step("bid", +1, 0.10, 0.20),
    "cut_budget": Step("daily_budget", -1, 0.20, 0.40),
    "raise_budget": Step("daily_budget", +1, 0.15, 0.20),
    "shift_out": Step("daily_budget", -1, 0.20, 0.40),
    "shift_in": Step("daily_budget", +1, 0.15, 0.20),
}
WORDS: dict[ActionType, tuple[Field, str, str]] = {
    "pause": ("status", "active", "paused"),
    "resume": ("status", "paused", "active"),
    "exclude": ("placement", "included", "excluded"),
    "refresh": ("creative", "worn", "new"),
}
INVERSE: dict[ActionType, ActionType] = {
    "pause": "resume",
    "resume": "pause",
    "cut_bid": "raise_bid",
    "raise_bid": "cut_bid",
    "cut_budget": "raise_budget",
    "raise_budget": "cut_budget",
    "shift_out": "shift_in",
    "shift_in": "shift_out",
    "exclude": "resume",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What an action does to one field: from ``before`` to ``after``, money in units of the account's currency.

    ``share`` is the part of the value it moves, signed; ``after`` is None where the value before is not known, so that
    only the share can be told. ``verified`` is False where nobody has seen the present value.
    """

    field: Field
    before: str | None
    after: str | None
    share: float | None = None
    verified: bool = True

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Change:
        """The change that ``as_dict`` wrote."""
        return cls(**{name: kept[name] for name in cls.__slots__})


def step_of(action: ActionType, amount: float | None = None, cap: float | None = None, days: int = 7) -> Step | None:
    """The step of an action, a rule's own amount and cap in place of the usual ones; None where it moves no value."""
    usual = STEPS.get(action)
    if usual is None:
        return None
    wanted = usual.amount if amount is None else amount
    return Step(usual.field, usual.sign, wanted, max(usual.cap, wanted) if cap is None else cap, days)


def room_left(step: Step, moved: float) -> float:
    """How far the value may still move: ``moved`` is what went the same way within ``cap_days``, as a share."""
    return max(0.0, round(step.cap - moved, 9))


def change_of(
    action: ActionType,
    state: Mapping[str, str | None] | None = None,
    *,
    step: Step | None = None,
    moved: float = 0.0,
    currency: str | None = None,
) -> Change | Message:
    """What ``action`` changes on an entity in ``state`` (fields to values; None where no state is known).

    A sentence instead where it changes nothing: an alert, a value that is so already, a cap that is used up, or a
    value too small to move by that share.
    """
    known = state or {}
    if action in WORDS:
        name, before, after = WORDS[action]
        if name == "status" and known.get(name) == after:
            return Message("rules.action.already", {"value": after})
        seen = known.get(name) if name == "status" else None
        return Change(name, seen or before, after, verified=seen is not None)
    taken = step or step_of(action)
    if taken is None:
        return Message("rules.action.nothing", {})
    room = room_left(taken, moved)
    share = min(taken.amount, room)
    if share <= 0:
        return Message("rules.action.cap_reached", {"cap": f"{taken.cap:.0%}", "days": taken.cap_days})
    value = known.get(taken.field)
    if value is None:
        return Change(taken.field, None, None, taken.sign * share, verified=False)
    return _moved(taken, Decimal(value), Decimal(str(share)), Decimal(str(room)), currency)


def _moved(step: Step, before: Decimal, share: Decimal, room: Decimal, currency: str | None) -> Change | Message:
    """The new value in amounts the currency is booked in, never further than the ``room`` the cap still leaves."""
    unit = CASH_STEP.get(currency or "", Decimal("0.01"))
    after = ((before * (1 + step.sign * share)) / unit).to_integral_value(ROUND_HALF_EVEN) * unit
    if (after - before) * step.sign <= 0:
        after = before + step.sign * unit
    if abs(after - before) > before * room:
        after -= step.sign * unit
    if before <= 0 or after <= 0 or (after - before) * step.sign <= 0:
        return Message("rules.action.too_small", {"value": str(before), "share": f"{share:.0%}"})
    return Change(step.field, str(before), str(after), float((after - before) / before))


def undo_of(
    action: ActionType, change: Change, state: Mapping[str, str | None] | None
) -> tuple[ActionType, Change] | Message:
    """The action and change that take an applied one back; a sentence where that would undo somebody's later work.

    ``state`` is what the entity is now, None where nobody has looked since: the way back is then not verified.
    """
    back = INVERSE.get(action)
    if back is None:
        return Message("rules.undo.nothing", {})
    if change.before is None or change.after is None:
        return Message("rules.undo.unknown", {"field": change.field})
    now = (state or {}).get(change.field)
    if now is not None and not same_value(now, change.after):
        return Message("rules.undo.changed_since", {"field": change.field, "left": change.after, "found": now})
    share = None if change.share is None else float(1 / (1 + Decimal(str(change.share))) - 1)
    return back, Change(change.field, change.after, change.before, share, verified=now is not None)


def same_value(one: str, other: str) -> bool:
    """Whether two values of a field are the same: numbers as numbers, so that 500 is 500.00."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return False
