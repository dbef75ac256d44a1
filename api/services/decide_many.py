"""Decides what becomes of several recommendations at once: each on its own, so that one refusal stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from api.services.recommendations import change_in, decide, mark_applied, propose_undo
from engine.errors import ConflictError, InputError, NotFoundError
from engine.messages import Message
from engine.store.account import AccountStore
from engine.store.lives import Life

ActName = Literal["approved", "rejected", "applied", "undo"]
MOST_AT_ONCE = 200
# What may be done about a recommendation as it stands; an alert is marked as dealt with, there is nothing to approve.
NEXT_ACTS: Mapping[str, tuple[ActName, ...]] = {
    "open": ("approved", "rejected"),
    "alert": ("applied", "rejected"),
    "approved": ("applied",),
    "auto_approved": ("applied", "rejected"),
    "exported": ("applied",),
    "applied": ("undo",),
}


@dataclass(slots=True)
class Acted:
    """What was done, and what was refused with the reason; an undo's life is the proposal that came of it."""

    act: ActName
    done: list[Life] = field(default_factory=list)
    refused: list[tuple[str, Message]] = field(default_factory=list)

    @property
    def withheld(self) -> list[Life]:
        """What was approved and drawn as a control: it is not to be carried out."""
        return [life for life in self.done if life.state == "withheld"]


def acts_of(life: Life) -> tuple[ActName, ...]:
    """What a person may do about it next."""
    if life.state == "open" and not life.needs_approval:
        return NEXT_ACTS["alert"]
    return () if life.state == "applied" and change_in(life) is None else NEXT_ACTS.get(life.state, ())


def act_on(account: AccountStore, act: ActName, names: Sequence[str], note: str, on: date) -> Acted:
    """Does one thing about several recommendations as a person, in the order named.

    Raises InputError where none or too many are named, AccessError where the actor is no person.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        raise InputError("api.recommendation.none_chosen")
    if len(wanted) > MOST_AT_ONCE:
        raise InputError("api.recommendation.too_many", count=len(wanted), most=MOST_AT_ONCE)
    out = Acted(act)
    for name in wanted:
        try:
            out.done.append(_ACTS[act](account, name, note, on))
        except (ConflictError, InputError, NotFoundError) as error:
            out.refused.append((name[:80], error.message))
    return out


_ACTS: Mapping[ActName, Callable[[AccountStore, str, str, date], Life]] = {
    "approved": lambda account, name, note, on: decide(account, name, "approved", note, on),
    "rejected": lambda account, name, note, on: decide(account, name, "rejected", note, on),
    "applied": lambda account, name, note, on: mark_applied(account, name, on, note),
    "undo": lambda account, name, note, on: propose_undo(account, name, on),
}
