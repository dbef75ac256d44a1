"""Decides which steps a recommendation can take, and how one is written down: once, by whom, when, for good.

::

    open -> approved | auto_approved -> exported -> applied -> undone
      |        |            |              |
      |        +-> withheld +              +-> expired
      +-> rejected | superseded | expired     (an alert goes from open to applied: there is nothing to approve)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, NotFoundError
from engine.store.audit import hold, record_act
from engine.store.bulk import parts
from engine.store.decisions import logins_of, require_person, require_text
from engine.store.records import named, plain
from engine.store.tables.base import now
from engine.store.tables.life import ActionStep, Episode
from engine.store.tables.records import Recommendation
from engine.store.tenancy import TENANT
from engine.store.types import day_to_int, int_to_day
from engine.vocabulary import content_hash

StepName = Literal[
    "approved", "auto_approved", "rejected", "withheld", "exported", "applied", "undone", "superseded", "expired"
]
Source = Literal["person", "policy", "state", "night"]
STEPS: tuple[StepName, ...] = get_args(StepName)
OPEN = "open"
NEXT: Mapping[str, frozenset[str]] = {
    OPEN: frozenset({"approved", "auto_approved", "rejected", "superseded", "expired"}),
    "approved": frozenset({"withheld", "exported", "applied", "expired"}),
    "auto_approved": frozenset({"withheld", "exported", "applied", "rejected", "expired"}),
    "exported": frozenset({"applied", "expired"}),
    "applied": frozenset({"undone"}),
}
# What is still to be done about; what was rejected or withheld is held for a while, the rest is over.
STANDING: tuple[str, ...] = (OPEN, "approved", "auto_approved", "exported")
HELD: tuple[str, ...] = ("rejected", "withheld")
# Steps that only a person takes.
OF_PEOPLE = frozenset({"approved", "rejected"})


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step; ``by`` is the login name of the person who took it, or nothing."""

    recommendation_id: str
    step: str
    on: date
    source: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    note: str
    actor: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WantedStep:
    """A step to be taken."""

    step: StepName
    on: date
    source: Source
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    note: str = ""


def take(session: Session, name: str, wanted: Sequence[WantedStep], actor: str) -> str:
    """Writes steps of a recommendation, all or none, and gives its id; one that was taken before changes nothing.

    An undo that is applied marks what it took back as undone. Raises NotFoundError for a recommendation that is not
    there, AccessError where only a person may take the step, ConflictError where it cannot follow, InputError for a
    note that cannot be kept.
    """
    for one in wanted:
        require_text(one.note)
        if one.step in OF_PEOPLE and one.source == "person":
            require_person(actor)
    hold(session)
    episode, short_id = find(session, name)
    standing = {taken.step for taken in steps(session, [episode.id])}
    for one in wanted:
        if one.step in standing:
            continue
        if not _follows(episode, one.step):
            raise ConflictError(
                "engine.store.step_order", id=short_id, state=episode.state, step=one.step,
                allowed=", ".join(sorted(name for name in STEPS if _follows(episode, name))) or "–",
            )  # fmt: skip
        _write_known(session, episode, one, actor)
    session.flush()
    return episode.id


def _write_known(session: Session, episode: Episode, wanted: WantedStep, actor: str) -> None:
    add_step(session, episode, wanted, actor)
    record_act(session, actor, f"recommendation.{wanted.step}", f"recommendation:{episode.id}")
    if wanted.step != "applied" or not episode.undoes:
        return
    undone = session.execute(select(Episode).where(Episode.id == episode.undoes)).scalar_one()
    if undone.state == "applied":
        add_step(session, undone, WantedStep("undone", wanted.on, wanted.source, wanted.before, wanted.after), actor)
        record_act(session, actor, "recommendation.undone", f"recommendation:{undone.id}")


def _follows(episode: Episode, step: str) -> bool:
    if episode.state == OPEN and step == "applied":
        return not episode.needs_approval
    if not episode.needs_approval and step in ("approved", "auto_approved"):
        return False
    return step in NEXT.get(episode.state, ())


def add_step(session: Session, episode: Episode, wanted: WantedStep, actor: str) -> None:
    """Adds the row of a step that can follow, and moves the episode on."""
    session.add(
        ActionStep(
            id=content_hash(["step", episode.id, wanted.step]),
            recommendation_id=episode.id,
            step=wanted.step,
            on_day=day_to_int(wanted.on),
            source=wanted.source,
            before=None if wanted.before is None else plain(wanted.before),
            after=None if wanted.after is None else plain(wanted.after),
            note=wanted.note,
            tenant=session.info[TENANT],
            actor=actor,
            created_at=now(),
        )
    )
    episode.state, episode.state_on = wanted.step, day_to_int(wanted.on)


def find(session: Session, name: str) -> tuple[Episode, str]:
    """The episode of the recommendation with this id or short id, and that short id. NotFoundError without one."""
    by_short_id, identity = named("recommendation", name)
    wanted = (Recommendation.short_id if by_short_id else Recommendation.id) == identity
    statement = (
        select(Episode, Recommendation.short_id).join(Recommendation, Recommendation.id == Episode.id).where(wanted)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError("engine.store.not_found", kind="recommendation", id=name[:80])
    return row[0], row[1]


def steps(session: Session, ids: Sequence[str]) -> list[StepTaken]:
    """Every step of some recommendations, in the order they were taken."""
    rows = [
        row
        for part in parts(ids)
        for row in session.execute(select(ActionStep).where(ActionStep.recommendation_id.in_(part))).scalars()
    ]
    rows.sort(key=lambda row: row.pk)
    logins = logins_of(session, (row.actor for row in rows))
    return [
        StepTaken(
            row.recommendation_id, row.step, int_to_day(row.on_day), row.source, row.before, row.after, row.note,
            row.actor, logins.get(row.actor, ""), row.created_at,
        )
        for row in rows
    ]  # fmt: skip
