"""Decides what a flag becomes: a candidate for the resolver, then a recommendation with its id, change and reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.messages import Message
from engine.snapshot import Snapshot
from engine.vocabulary import text_hash
from rules.actions import CLASS_OF, ActionType, Change, change_of, room_left
from rules.candidates import Candidate, Decision
from rules.effect.assignment import is_withheld
from rules.entity_states import creative_at, values_at
from rules.judgement import Applied, Episode, Recommendation
from rules.plain import plain
from rules.protection import moved
from rules.saying import Flag, Said


@dataclass(frozen=True, slots=True)
class History:
    """What was done before, as of the morning of judging.

    ``at_rest`` are (rule, entity) pairs in their cool-down; ``done`` what was applied, by entity; ``since`` the first
    window end of every episode that is still open; ``behind`` the accounts and campaigns whose plan has money left.
    """

    as_of: date
    at_rest: frozenset[tuple[str, str]]
    done: Mapping[str, Sequence[Applied]]
    since: Mapping[Episode, date]
    behind: frozenset[str] = frozenset()

    def moved(self, entity: str, one: Said) -> float:
        """How far the entity's value went lately in the direction of a rule's action, as a share of it."""
        step, done = one.step, self.done.get(entity)
        return 0.0 if step is None or not done else moved(done, entity, step, self.as_of)


def candidate_of(one: Said, flag: Flag, history: History) -> Candidate:
    """What goes to the resolver for one flag."""
    row = flag.row
    guards = one.pack.guards.skip_if
    step = one.step
    return Candidate(
        entity=row["key"],
        group=row["group_key"],
        campaign=row["campaign_key"],
        level=one.level,
        rule=one.pack.id,
        action=one.pack.act,
        action_class=CLASS_OF[one.pack.act],
        priority=one.pack.priority,
        learning="learning" in guards and bool(one.on.learning[flag.at]),
        cooldown=(one.pack.id, row["key"]) in history.at_rest,
        tracking_break="tracking_break" in guards and bool(one.on.broken[flag.at]),
        capped=step is not None and room_left(step, history.moved(row["key"], one)) <= 0,
        pool=row["account_key"],
        creative=creative_at(one.on.told, flag.at, row) if one.pack.act == "refresh" else "",
        free=not history.behind.isdisjoint((row["key"], row["campaign_key"], row["account_key"])),
    )


def recommendation_of(
    snapshot: Snapshot,
    one: Said,
    flag: Flag,
    candidates: Sequence[Candidate],
    number: int,
    decision: Decision,
    history: History,
) -> Recommendation:
    """One flag with what became of it. An episode that goes on keeps the first window end, and so its id and arm."""
    candidate = candidates[number]
    end = one.window.end
    by = None if decision.beaten_by is None else candidates[decision.beaten_by]
    freed = None if decision.freed_by is None else candidates[decision.freed_by]
    action: ActionType = "alert" if decision.verdict == "downgraded" else candidate.action
    first_end = min(end, history.since.get((one.pack.id, candidate.entity, action), end))
    share = one.pack.holdout if action != "alert" else 0.0
    return Recommendation(
        id=text_hash(snapshot.account, candidate.entity, one.pack.id, one.pack.version, first_end.isoformat(), action),
        rule=one.ref,
        entity=candidate.entity,
        subject=flag.subject,
        action=action,
        proposed_action=candidate.action,
        decision=decision.verdict,
        because=decision.because,
        beaten_by=f"{by.rule}:{by.entity}" if by else (decision.because if decision.verdict != "kept" else None),
        trail=_trail(one, decision, by or freed),
        spend_at_stake=float(plain(one.numbers.spend[flag.number]) or 0),
        window=one.window,
        holdout=share > 0
        and is_withheld(snapshot.account, one.pack.id, candidate.entity, first_end.isoformat(), share),
        reason=flag.reason,
        numbers=one.numbers,
        number=flag.number,
        change=_change(one, flag, action, history, snapshot.currency),
        first_end=first_end,
    )


def _change(
    one: Said, flag: Flag, action: ActionType, history: History, currency: str | None
) -> Change | Message | None:
    if action == "alert":
        return None
    state = values_at(one.on.told, flag.at)
    went = history.moved(flag.row["key"], one)
    return change_of(action, state, step=one.step, moved=went, currency=currency)


def _trail(one: Said, decision: Decision, by: Candidate | None) -> tuple[Message, ...]:
    step = Message(f"rules.trail.{decision.because}", {"by": by.rule if by else "", "days": one.pack.cooldown_days})
    return (one.flagged, step)
