"""Decides what a night's recommendations become: new ones kept, those said again remembered, the others ended.

A thing that is said night after night is one recommendation. What was said before under another id of the same rule
and entity is superseded; what is no longer said expires. A night earlier than the latest one keeps nothing: it only
asks what would have been said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.money import MICROS
from engine.store.audit import hold, record_act
from engine.store.bulk import insert_rows, one_of, parts
from engine.store.records import plain_text
from engine.store.steps import HELD, OPEN, STANDING, StepTaken, WantedStep, add_step, steps
from engine.store.tables.life import Episode
from engine.store.tables.records import Recommendation
from engine.store.types import day_to_int, int_to_day

# An undecided one that nobody says any more is over; one that was approved gets time to be carried out.
QUIET_DAYS = {OPEN: 7, "approved": 30, "auto_approved": 30, "exported": 30}
# What is withheld is compared over four weeks that begin within two of the approval, and stays withheld as long.
MEASURED_DAYS = 42
_PREFIX = "R"
LOOKED_UP = 20_000  # so many names one statement asks for


class Raised(NamedTuple):
    """One recommendation to be kept; ``stake`` is money in units of currency, ``first_end`` a last day of its window.

    ``document`` may be what makes it, called when it is written: a night of many needs no room for all of them.

    ``hold_days``: for so long after it is rejected the same is not said anew; after it is withheld, ``MEASURED_DAYS``
    at least. ``undoes``: the id of the recommendation it takes back.
    """

    id: str
    rule: str
    entity: str
    action: str
    platform: str
    level: str
    first_end: date
    hold_days: int
    stake: float
    document: Mapping[str, Any] | Callable[[], Mapping[str, Any]]
    needs_approval: bool = True
    undoes: str = ""

    def told(self) -> Mapping[str, Any]:
        """Its document."""
        return self.document() if callable(self.document) else self.document


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many were new, said again, superseded and expired."""

    new: int = 0
    again: int = 0
    superseded: int = 0
    expired: int = 0


def keep(session: Session, raised: Sequence[Raised], seen_on: date, actor: str) -> Keeping:
    """Keeps what a night says; the same night again changes nothing."""
    hold(session)
    day = day_to_int(seen_on)
    latest = session.execute(select(func.max(Episode.seen_on)).where(Episode.undoes == "")).scalar()
    if latest is not None and latest > day:
        return Keeping()
    known = _known(session, [one.id for one in raised])
    new = [one for one in raised if one.id not in known]
    again = [row for row in known.values() if row.seen_on != day]
    for row in again:
        row.seen_on = day
    add(session, new, seen_on, actor)
    session.flush()
    superseded, expired = _end(session, raised, seen_on, actor)
    done = Keeping(len(new), len(again), superseded, expired)
    if done != Keeping():
        counts = {"new": done.new, "again": done.again, "superseded": superseded, "expired": expired}
        record_act(session, actor, "recommendations.kept", f"night:{seen_on.isoformat()}", **counts)
    return done


def add(session: Session, new: Sequence[Raised], seen_on: date, actor: str) -> None:
    """Writes new recommendations, the least money first, so that a list by age begins with the most."""
    ordered = sorted(new, key=lambda one: (one.stake, one.id))
    day = day_to_int(seen_on)
    short_ids = _short_ids(session, [one.id for one in ordered])
    for part in parts(ordered):
        ids = [one.id for one in part]
        told = [plain_text(one.told()) for one in part]
        documents = {"short_id": [short_ids[name] for name in ids], "document": told}
        insert_rows(session, Recommendation, {"id": ids} | documents, {"actor": actor})
        same = {"actor": actor, "seen_on": day, "state": OPEN, "state_on": day}
        insert_rows(session, Episode, {"id": ids} | _episodes(part), same)


_AS_GIVEN = ("rule", "entity", "action", "platform", "level", "hold_days", "needs_approval", "undoes")


def _episodes(part: Sequence[Raised]) -> dict[str, Sequence[Any]]:
    return {
        **{name: [getattr(one, name) for one in part] for name in _AS_GIVEN},
        "first_end": [day_to_int(one.first_end) for one in part],
        "stake": [round(one.stake * MICROS) for one in part],
    }


def since(session: Session, known_on: date) -> dict[tuple[str, str, str], date]:
    """The first window end of what is still being said, by rule, entity and action, as of a day.

    What was rejected or withheld is among it as long as it is held, so that it is not proposed anew the next night.
    """
    day = day_to_int(known_on)
    rows = session.execute(
        select(Episode).where(Episode.undoes == "", Episode.first_end <= day).where(
            or_(Episode.state.in_([*STANDING, *HELD]), Episode.state_on > day)
        ).order_by(Episode.pk)
    ).scalars().all()  # fmt: skip
    later = [row.id for row in rows if row.state_on > day]
    then: dict[str, StepTaken] = {one.recommendation_id: one for one in steps(session, later) if one.on <= known_on}
    out = {}
    for row in rows:
        state, state_on = row.state, int_to_day(row.state_on)
        if row.state_on > day:  # what came later was not known then
            state, state_on = (then[row.id].step, then[row.id].on) if row.id in then else (OPEN, known_on)
        held = max(row.hold_days, MEASURED_DAYS) if state == "withheld" else row.hold_days
        if state in STANDING or (state in HELD and known_on - state_on < timedelta(days=held)):
            out[row.rule, row.entity, row.action] = int_to_day(row.first_end)
    return out


def _end(session: Session, raised: Sequence[Raised], seen_on: date, actor: str) -> tuple[int, int]:
    """Ends what was said before: superseded by another id of the same rule and entity, or not said for long."""
    told = {(one.rule, one.entity): one.id for one in raised}
    day = day_to_int(seen_on)
    statement = select(Episode).where(Episode.undoes == "", Episode.state.in_(STANDING), Episode.seen_on < day)
    superseded = expired = 0
    for row in session.execute(statement.order_by(Episode.pk)).scalars().all():
        if row.state == OPEN and (row.rule, row.entity) in told:
            after = {"superseded_by": told[row.rule, row.entity]}
            add_step(session, row, WantedStep("superseded", seen_on, "night", after=after), actor)
            superseded += 1
        elif seen_on - max(int_to_day(row.seen_on), int_to_day(row.state_on)) > timedelta(days=QUIET_DAYS[row.state]):
            add_step(session, row, WantedStep("expired", seen_on, "night"), actor)
            expired += 1
    session.flush()
    return superseded, expired


def _known(session: Session, ids: Sequence[str]) -> dict[str, Episode]:
    found: dict[str, Episode] = {}
    for part in parts(ids, LOOKED_UP):
        statement = select(Episode).where(one_of(session, Episode.id, part))
        found |= {row.id: row for row in session.execute(statement).scalars()}
    return found


def _short_ids(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """``R-7f3a9c`` for every id; longer by two letters as long as another recommendation has that one."""
    taken: set[str] = set()
    out: dict[str, str] = {}
    for part in parts(ids, LOOKED_UP):
        for length in range(6, 66, 2):
            wanted = [f"{_PREFIX}-{identity[:length]}" for identity in part]
            statement = select(Recommendation.short_id).where(one_of(session, Recommendation.short_id, wanted))
            found = set(session.execute(statement).scalars())
            if not found:
                break
            taken |= found
    for identity in ids:
        shorts = (f"{_PREFIX}-{identity[:length]}" for length in range(6, 66, 2))
        out[identity] = next(short for short in shorts if short not in taken)
        taken.add(out[identity])
    return out
