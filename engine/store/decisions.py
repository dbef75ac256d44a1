"""Decides how a second person approves or rejects what the first one made: never oneself, once, for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import AccessError, ConflictError
from engine.store.accounts import hold
from engine.store.audit import record_act
from engine.store.records import Stored
from engine.store.tables.access import ApiKey
from engine.store.tables.people import Person
from engine.store.tables.work import Decision
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash

VerdictName = Literal["approved", "rejected"]
PERSON = "person:"
_KEY = "key:"


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision; ``by`` is the login name of the person who made it."""

    subject_id: str
    verdict: str
    note: str
    by: str
    actor: str
    at: datetime


def decide(session: Session, stored: Stored, verdict: VerdictName, note: str, actor: str) -> Decided:
    """Writes a decision about a document; the same one again by the same person changes nothing.

    Raises AccessError where ``actor`` is no person or made the document, ConflictError where it is decided otherwise.
    """
    hold(session)
    require_second_person(session, stored.actor, actor)
    standing = decisions(session, stored.kind, [stored.id])
    if standing:
        if (standing[0].actor, standing[0].verdict) != (actor, verdict):
            raise ConflictError("engine.store.decided", id=stored.short_id)
        return standing[0]
    session.add(
        Decision(
            id=content_hash(["decision", stored.kind, stored.id]),
            kind=stored.kind,
            subject_id=stored.id,
            verdict=verdict,
            note=note,
            tenant=session.info[TENANT],
            actor=actor,
        )
    )
    session.flush()
    record_act(session, actor, f"{stored.kind}.{verdict}", f"{stored.kind}:{stored.id}")
    return decisions(session, stored.kind, [stored.id])[0]


def require_second_person(session: Session, author: str, decider: str) -> None:
    """The four-eyes rule: the decider is a person, and neither the author nor behind the key that the author used.

    A key may have been made with another key; whoever stands at any step of that line is behind it.
    """
    if not decider.startswith(PERSON):
        raise AccessError("engine.store.needs_person")
    behind: str | None = author
    while behind is not None and behind.startswith(_KEY):
        behind = session.execute(select(ApiKey.actor).where(ApiKey.id == behind.removeprefix(_KEY))).scalar()
    if decider == behind:
        raise AccessError("engine.store.same_person")


def decisions(session: Session, kind: str, subject_ids: Sequence[str]) -> list[Decided]:
    """The decisions about documents of a kind."""
    rows = session.execute(
        select(Decision).where(Decision.kind == kind, Decision.subject_id.in_(list(subject_ids)))
    ).scalars()
    found = list(rows)
    names = _logins(session, [row.actor.removeprefix(PERSON) for row in found])
    return [
        Decided(
            row.subject_id,
            row.verdict,
            row.note,
            names.get(row.actor.removeprefix(PERSON), ""),
            row.actor,
            row.created_at,
        )
        for row in found
    ]


def _logins(session: Session, ids: Sequence[str]) -> dict[str, str]:
    if not ids:
        return {}
    return {row.id: row.login for row in session.execute(select(Person.id, Person.login).where(Person.id.in_(ids)))}
