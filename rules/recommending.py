"""Decides what a flag becomes: a candidate for the resolver and a draft beside it, then what was made of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import orjson

from engine.messages import Language, Message, in_every_language
from engine.snapshot import Snapshot
from engine.vocabulary import Subject, text_hash
from rules.actions import CLASS_OF, ActionType, Change, change_of, room_left
from rules.candidates import Candidate, Decision
from rules.effect.assignment import is_withheld
from rules.entity_states import values_of
from rules.judgement import Applied, Episode, Recommendation
from rules.plain import plain
from rules.protection import moved
from rules.saying import Said, Telling


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


def candidates_of(one: Said, history: History) -> Iterator[Candidate]:
    """What goes to the resolver for every flag of a rule."""
    pack, act, guards = one.pack, one.pack.act, one.pack.guards.skip_if
    nothing = np.zeros(len(one.at), dtype=np.bool_)
    learning = (one.on.learning[one.at] if "learning" in guards else nothing).tolist()
    broken = (one.on.broken[one.at] if "tracking_break" in guards else nothing).tolist()
    for number, keys in enumerate(one.keys):
        yield Candidate(
            entity=keys.key,
            group=keys.group_key,
            campaign=keys.campaign_key,
            level=one.level,
            rule=pack.id,
            action=act,
            action_class=CLASS_OF[act],
            priority=pack.priority,
            learning=learning[number],
            cooldown=(pack.id, keys.key) in history.at_rest,
            tracking_break=broken[number],
            capped=one.step is not None and room_left(one.step, history.moved(keys.key, one)) <= 0,
            pool=keys.account_key,
            creative=one.creatives[number],
            free=not history.behind.isdisjoint((keys.key, keys.campaign_key, keys.account_key)),
            paused_explains=one.running is not None and one.running.explained(number),
        )


class Draft(NamedTuple):
    """A flag as it is told whatever is decided: who, why, and what its action would be."""

    one: Said
    number: int
    subject: Subject
    reason: Mapping[Language, str]
    numbers: bytes
    stake: float
    wish: Wish


class Wish(NamedTuple):
    """An action on an entity: its id and first window end, whether it is withheld once approved, what it changes."""

    action: ActionType
    first_end: date
    id: str
    holdout: bool
    change: Change | Message | None


def drafts_of(snapshot: Snapshot, said: Sequence[Said], tellings: list[Telling], history: History) -> list[Draft]:
    """A draft of every flag, in their order; ``tellings`` are let go of one by one."""
    out: list[Draft] = []
    tellings.reverse()
    for one in said:
        out.extend(_drafts(snapshot, one, tellings.pop(), history))
    for one in said:
        one.on.texts.let_go()
    return out


def _drafts(snapshot: Snapshot, one: Said, telling: Telling, history: History) -> Iterator[Draft]:
    numbers, act = telling.numbers, one.pack.act
    changes = _changes(one, history, snapshot.currency)
    for number, who in enumerate(one.on.texts.subjects_of(one.at)):
        evidence = numbers.evidence(number)
        yield Draft(
            one,
            number,
            who,
            in_every_language(telling.reasons.of(number, who.name, evidence["conditions"])),
            orjson.dumps(evidence if one.running is None else one.running.tell(number, evidence)),
            float(plain(numbers.spend[number]) or 0),
            _wish(snapshot, one, number, act, history, changes[number]),
        )


def _wish(
    snapshot: Snapshot,
    one: Said,
    number: int,
    action: ActionType,
    history: History,
    change: Change | Message | None = None,
) -> Wish:
    """An episode that goes on keeps the first window end, and so its id and arm."""
    pack, entity, end = one.pack, one.keys[number].key, one.window.end
    first_end = min(end, history.since.get((pack.id, entity, action), end))
    since = first_end.isoformat()
    share = pack.holdout if action != "alert" else 0.0
    return Wish(
        action,
        first_end,
        text_hash(snapshot.account, entity, pack.id, pack.version, since, action),
        share > 0 and is_withheld(snapshot.account, pack.id, entity, since, share),
        change,
    )


def recommendation_of(
    snapshot: Snapshot, draft: Draft, candidates: Sequence[Candidate], decision: Decision, history: History
) -> Recommendation:
    """One flag with what became of it."""
    one, number = draft.one, draft.number
    by = None if decision.beaten_by is None else candidates[decision.beaten_by]
    freed = None if decision.freed_by is None else candidates[decision.freed_by]
    wish = draft.wish
    if decision.verdict == "downgraded":
        wish = _wish(snapshot, one, number, "alert", history)
    return Recommendation(
        id=wish.id,
        rule=one.ref,
        entity=one.keys[number].key,
        subject=draft.subject,
        action=wish.action,
        proposed_action=one.pack.act,
        decision=decision.verdict,
        because=decision.because,
        beaten_by=f"{by.rule}:{by.entity}" if by else (decision.because if decision.verdict != "kept" else None),
        trail=_trail(one, decision, by or freed),
        spend_at_stake=draft.stake,
        window=one.window,
        holdout=wish.holdout,
        reason=draft.reason,
        numbers=draft.numbers,
        change=wish.change,
        first_end=wish.first_end,
    )


def _changes(one: Said, history: History, currency: str | None) -> list[Change | Message | None]:
    """What the action of every flag of a rule would change; nothing where it only alerts."""
    act, step = one.pack.act, one.step
    if act == "alert" or not one.keys:
        return [None] * len(one.keys)
    if one.on.told is None and not history.done:  # where nothing is told and nothing was done, it is the same of each
        return [change_of(act, None, step=step, moved=0.0, currency=currency)] * len(one.keys)
    return [
        change_of(act, state, step=step, moved=history.moved(keys.key, one), currency=currency)
        for keys, state in zip(one.keys, values_of(one.on.told, one.at), strict=True)
    ]


def _trail(one: Said, decision: Decision, by: Candidate | None) -> tuple[Message, ...]:
    return (one.flagged, _step(decision.because, by.rule if by else "", one.pack.cooldown_days))


@lru_cache(maxsize=1024)
def _step(because: str, by: str, days: int) -> Message:
    """Why a flag stands or not: thousands of flags share a few."""
    return Message(f"rules.trail.{because}", {"by": by, "days": days})
