"""Decides how a second person approves or rejects what the first one made: never oneself, once, for good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Select, and_, bindparam, insert, select
from sqlalchemy.orm import Session, aliased

from engine.errors import AccessError, ConflictError, InputError, NotFoundError
from engine.store.acting import Acting
from engine.store.audit import hold, record_act
from engine.store.records import Stored, get_record, known_kind, named
from engine.store.tables.access import ApiKey
from engine.store.tables.base import now
from engine.store.tables.people import Person
from engine.store.tables.records import Record
from engine.store.tables.work import Decision
from engine.store.tenancy import CONNECTION, narrowed
from engine.vocabulary import content_hash

VerdictName = Literal["approved", "rejected"]
PERSON = "person:"
_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")  # what no database takes as text
_KEY = "key:"


def logins_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """The login name of every actor that is a person still known."""
    ids = {actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON)}
    found = session.execute(select(Person.id, Person.login).where(Person.id.in_(ids)))
    return {PERSON + name: login for name, login in found}


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision; ``by`` is the login name of the person who made it."""

    subject_id: str
    verdict: str
    note: str
    by: str
    actor: str
    at: datetime


def decide(session: Session, kind: str, name: str, verdict: VerdictName, note: str, actor: str) -> Decided:
    """Writes a decision about a document; the same one again by the same person changes nothing.

    Raises NotFoundError for a document that is not there, AccessError where ``actor`` is no person or made the
    document, ConflictError where it is decided otherwise, InputError for a note that cannot be kept.
    """
    require_text(note)
    account = hold(session)
    by_short_id, identity = named(kind, name)
    wanted = {"name": identity, "me": actor.removeprefix(PERSON)}
    statement = narrowed(_undecided(kind, by_short_id), account.tenant)
    row = session.info[CONNECTION].execute(statement, wanted).one_or_none()
    if row is None:
        raise NotFoundError("engine.store.not_found", kind=kind, id=name[:80])
    require_second_person(session, row.actor, actor)
    if row.verdict is not None:
        if (row.decider, row.verdict) != (actor, verdict):
            raise ConflictError("engine.store.decided", id=row.short_id)
        return _decided(row)
    at = now()
    written = {
        "id": content_hash(["decision", kind, row.id]), "kind": kind, "subject_id": row.id, "person_pk": row.me_pk,
        "verdict": verdict, "note": note, "tenant": account.tenant, "actor": actor, "created_at": at,
    }  # fmt: skip
    session.info[CONNECTION].execute(_DECISION, written)
    record_act(session, actor, f"{kind}.{verdict}", f"{kind}:{row.id}")
    return Decided(row.id, verdict, note, row.me_login, actor, at)


def require_text(note: str) -> None:
    """Raises InputError for a note that no database takes as text."""
    if _UNKEPT.search(note):
        raise InputError("engine.store.no_document_value", detail="U+0000, U+D800-U+DFFF")


def require_person(actor: str) -> None:
    """Raises AccessError where ``actor`` is no person."""
    if not actor.startswith(PERSON):
        raise AccessError("engine.store.needs_person")


def require_second_person(session: Session, author: str, decider: str) -> None:
    """The four-eyes rule: the decider is a person, and neither the author nor behind the key that the author used.

    A key may have been made with another key; whoever stands at any step of that line is behind it.
    """
    require_person(decider)
    behind: str | None = author
    while behind is not None and behind.startswith(_KEY):
        behind = session.execute(select(ApiKey.actor).where(ApiKey.id == behind.removeprefix(_KEY))).scalar()
    if decider == behind:
        raise AccessError("engine.store.same_person")


def read_decided(acting: Acting, kind: str, name: str) -> tuple[Stored, Decided | None]:
    """A document with the decision about it. NotFoundError where this account has none of that name."""
    by_short_id, identity = named(kind, name)
    row = next(iter(acting.look(_with_decision(kind, by_short_id), name=identity)), None)
    if row is None:
        raise NotFoundError("engine.store.not_found", kind=kind, id=name[:80])
    stored = Stored(row.id, row.short_id, kind, row.created_at, row.actor, row.document)
    return stored, _decided(row) if row.verdict is not None else None


def decisions(session: Session, kind: str, subject_ids: Sequence[str]) -> list[Decided]:
    """The decisions about documents of a kind."""
    statement = (
        select(Decision.subject_id.label("id"), *_ABOUT)
        .join(Person, Person.pk == Decision.person_pk)
        .where(Decision.kind == kind, Decision.subject_id.in_(list(subject_ids)))
        .order_by(Decision.pk)
    )
    return [_decided(row) for row in session.execute(statement)]


def approved(session: Session, kind: str, limit: int) -> list[tuple[Stored, Decided]]:
    """The documents of a kind that were approved last, the latest first, with their decisions."""
    ids = session.execute(
        select(Decision.subject_id)
        .where(Decision.kind == kind, Decision.verdict == "approved")
        .order_by(Decision.pk.desc())
        .limit(limit)
    ).scalars()
    names = list(ids)
    found = {one.subject_id: one for one in decisions(session, kind, names)}
    return [(get_record(session, kind, name), found[name]) for name in names]


_ABOUT = (
    Decision.verdict,
    Decision.note,
    Decision.actor.label("decider"),
    Decision.created_at.label("decided_at"),
    Person.login,
)
_DECISION = insert(Decision)


@cache
def _with_decision(kind: str, by_short_id: bool) -> Select[*tuple[Any, ...]]:
    _, table = known_kind(kind)
    columns = (table.id, table.short_id, table.created_at, table.actor, table.document, *_ABOUT)
    return _joined(select(*columns), kind, table, by_short_id)


@cache
def _undecided(kind: str, by_short_id: bool) -> Select[*tuple[Any, ...]]:
    """The document without its content, the decision about it if there is one, and who asks."""
    _, table = known_kind(kind)
    me = aliased(Person)
    asked = _joined(select(table.id, table.short_id, table.actor, *_ABOUT), kind, table, by_short_id)
    return asked.add_columns(me.pk.label("me_pk"), me.login.label("me_login")).outerjoin(me, me.id == bindparam("me"))


def _joined(statement: Any, kind: str, table: type[Record], by_short_id: bool) -> Select[*tuple[Any, ...]]:
    about = and_(Decision.tenant == table.tenant, Decision.kind == kind, Decision.subject_id == table.id)
    joined: Select[*tuple[Any, ...]] = (
        statement.outerjoin(Decision, about)
        .outerjoin(Person, Person.pk == Decision.person_pk)
        .where((table.short_id if by_short_id else table.id) == bindparam("name"))
    )
    return joined


def _decided(row: Any) -> Decided:
    return Decided(row.id, row.verdict, row.note, row.login, row.decider, row.decided_at)
