"""Decides what may be approved without asking, what may go into a file, and when a change is seen to be made.

Nothing is approved without an account's explicit policy: which rules, until when, for how large a share of the spend,
how many changes a day. Even then only what the evidence calls certain is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.messages import Message
from rules.actions import ActionType, Change, same_value
from rules.evidence_form import SURE

# What a policy may never approve: there is nothing to do about an alert, and a new creative is somebody's work.
BY_PEOPLE_ONLY: frozenset[ActionType] = frozenset({"alert", "refresh"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What an account lets pass without asking, from ``valid_from`` to ``valid_until``, both included.

    ``max_spend_share`` is the share of the account's spend a day that one day's changes may touch.
    """

    rules: frozenset[str]
    max_spend_share: float
    max_changes_per_day: int
    valid_from: date
    valid_until: date
    id: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One recommendation that could be approved; ``spend`` of its entity a day, ``certain`` as its evidence says.

    ``changes``: it says what to change; a shift without an amount, or a cap that is used up, does not.
    """

    id: str
    rule: str
    action: ActionType
    spend: float
    certain: bool
    changes: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What the account spends a day, and how many changes were approved by policy that day, on how much spend."""

    on: date
    spend: float
    changes: int = 0
    touched: float = 0.0


def approvable(wishes: Sequence[Wish], policy: Policy | None, day: Day) -> list[tuple[Wish, Message | None]]:
    """Every wish, the most money first, with None where the policy approves it and else with why it does not."""
    changes, touched = day.changes, day.touched
    out: list[tuple[Wish, Message | None]] = []
    for wish in sorted(wishes, key=lambda one: (-one.spend, one.id)):
        refused = _refused(wish, policy, day.on)
        if refused is None and policy is not None:
            if changes >= policy.max_changes_per_day:
                refused = Message("rules.policy.changes", {"most": policy.max_changes_per_day})
            elif touched + wish.spend > policy.max_spend_share * day.spend:
                refused = Message("rules.policy.spend", {"share": f"{policy.max_spend_share:.0%}"})
            else:
                changes, touched = changes + 1, touched + wish.spend
        out.append((wish, refused))
    return out


def _refused(wish: Wish, policy: Policy | None, on: date) -> Message | None:
    if policy is None:
        return Message("rules.policy.none", {})
    if not policy.valid_from <= on <= policy.valid_until:
        return Message("rules.policy.over", {"until": policy.valid_until.isoformat()})
    if wish.rule not in policy.rules:
        return Message("rules.policy.rule", {"rule": wish.rule})
    if wish.action in BY_PEOPLE_ONLY:
        return Message("rules.policy.action", {})
    if not wish.changes:
        return Message("rules.policy.no_change", {})
    if not wish.certain:
        return Message("rules.policy.unsure", {"least": f"{SURE:.0%}"})
    return None


def stale(change: Change, state: Mapping[str, str | None] | None) -> Message | None:
    """Why an approved change may no longer be made: the value is not the one it was approved for."""
    now = (state or {}).get(change.field)
    if now is None or change.before is None or same_value(now, change.before):
        return None
    if change.after is not None and same_value(now, change.after):
        return Message("rules.action.already", {"value": now})
    return Message("rules.action.stale", {"field": change.field, "before": change.before, "now": now})


def seen_applied(change: Change, state: Mapping[str, str | None] | None) -> bool:
    """Whether a state shows that the change was made."""
    now = (state or {}).get(change.field)
    return now is not None and change.after is not None and same_value(now, change.after)
