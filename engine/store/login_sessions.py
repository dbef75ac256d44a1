"""Decides who is logged in at the console: sessions in the store, over after a while, at once where rights end."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select, update
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.settings import settings
from engine.store.audit import hold, record_act
from engine.store.database import Database
from engine.store.principals import Principal
from engine.store.tables import Account, LoginSession, Membership, Person
from engine.store.tables.base import now
from engine.store.tenancy import EVERYONE
from engine.vocabulary import content_hash

MOST_EACH = 5
PROVED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Standing:
    """A session that stands: where its person is just now, since when, and when it was last used."""

    id: str
    account: str
    begun_at: datetime
    seen_at: datetime


_SKEW = timedelta(seconds=5)
_SEEN_EVERY = timedelta(seconds=60)


class LoginSessions:
    """The sessions of all people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, person_id: str, tenant: int) -> str:
        """A new session's token; of a person's sessions only the latest few stay."""
        token = secrets.token_urlsafe(32)
        digest = _digest(token)
        with self._database.write(tenant) as session:
            person = session.execute(select(Person.pk).where(Person.id == person_id)).scalar_one()
            at = now()
            row = LoginSession(
                id=content_hash(["session", digest]),
                token_hash=digest,
                person_pk=person,
                seen_at=at,
                proved_at=at,
                expires_at=at + timedelta(hours=settings().session_hours),
                tenant=tenant,
                actor=f"person:{person_id}",
                created_at=at,
            )
            session.add(row)
            session.flush()
            record_act(session, f"person:{person_id}", "session.begun", f"session:{row.id}")
        self._end_beyond(person, MOST_EACH)
        return token

    def read(self, token: str) -> Principal | None:
        """Who the token stands for, with the role they have now; None when it is unknown or over."""
        if not token:
            return None
        row = next(iter(self._database.look(EVERYONE, _DOOR, token=_digest(token))), None)
        if row is None or _is_over(row.created_at, row.seen_at, row.expires_at):
            return None
        if now() - row.seen_at > _SEEN_EVERY:
            with self._database.upkeep(row.tenant) as session:
                session.execute(update(LoginSession).where(LoginSession.id == row.id).values(seen_at=now()))
        return Principal(
            row.tenant,
            row.account,
            row.role,
            f"person:{row.person_id}",
            row.person_id,
            session_id=row.id,
            proved=timedelta(0) <= now() - row.proved_at + _SKEW < PROVED_FOR,
        )

    def prove(self, session_id: str, tenant: int, actor: str) -> None:
        """Notes that the session's person gave their password again."""
        with self._database.write(tenant) as session:
            hold(session)
            if _change(session, LoginSession.id == session_id, proved_at=now()):
                record_act(session, actor, "session.proved", f"session:{session_id}")

    def end(self, token: str) -> None:
        """Ends a session; one that is unknown or over stays so."""
        with self._database.read(EVERYONE) as session:
            found = session.execute(
                select(LoginSession.id, LoginSession.tenant, LoginSession.actor).where(
                    LoginSession.token_hash == _digest(token), LoginSession.ended_at.is_(None)
                )
            ).one_or_none()
        if found is None:
            return
        with self._database.write(found.tenant) as session:
            hold(session)
            if _change(session, LoginSession.id == found.id, ended_at=now()):
                record_act(session, found.actor, "session.ended", f"session:{found.id}")

    def move(self, session_id: str, person_id: str, account: str) -> None:
        """Takes a session into another account of its person. NotFoundError where they are not in it, or it is over."""
        if not account.isprintable():
            raise NotFoundError("engine.store.account_unknown")
        with self._database.read(EVERYONE) as session:
            found = session.execute(
                select(Membership.tenant, Membership.person_pk)
                .join(Person, Person.pk == Membership.person_pk)
                .join(Account, Account.tenant == Membership.tenant)
                .where(Person.id == person_id, Account.name == account, Membership.ended_at.is_(None))
            ).one_or_none()
        if found is None:
            raise NotFoundError("engine.store.account_unknown")
        with self._database.write(EVERYONE) as session:
            record_act(session, f"person:{person_id}", "session.moved", f"session:{session_id}", tenant=found.tenant)
            own = and_(LoginSession.id == session_id, LoginSession.person_pk == found.person_pk)
            if not _change(session, own, tenant=found.tenant):
                raise NotFoundError("engine.store.account_unknown")

    def of(self, person_id: str) -> list[Standing]:
        """A person's sessions that stand, the latest begun first."""
        with self._database.read(EVERYONE) as session:
            rows = session.execute(
                select(
                    LoginSession.id,
                    Account.name,
                    LoginSession.created_at,
                    LoginSession.seen_at,
                    LoginSession.expires_at,
                )
                .join(Account, Account.tenant == LoginSession.tenant)
                .join(Person, Person.pk == LoginSession.person_pk)
                .where(Person.id == person_id, LoginSession.ended_at.is_(None))
                .order_by(LoginSession.pk.desc())
            )
            return [
                Standing(row.id, row.name, row.created_at, row.seen_at)
                for row in rows
                if not _is_over(row.created_at, row.seen_at, row.expires_at)
            ]

    def end_others(self, person_id: str, tenant: int, kept: str) -> int:
        """Ends every session of a person but the one they act in; how many ended."""
        with self._database.write(tenant) as session:
            hold(session)
            person = session.execute(select(Person.pk).where(Person.id == person_id)).scalar_one()
            others = and_(LoginSession.person_pk == person, LoginSession.id != kept)
            standing = select(LoginSession.pk).where(others, LoginSession.ended_at.is_(None)).limit(1)
            if session.execute(standing).first() is None:
                return 0
            ended = _change(session, others, ended_at=now())
            record_act(session, f"person:{person_id}", "session.others_ended", f"person:{person_id}", count=ended)
            return ended

    def accounts(self, person_id: str) -> list[tuple[str, str]]:
        """The accounts a person is in, with their role, by name."""
        with self._database.read(EVERYONE) as session:
            rows = session.execute(
                select(Account.name, Membership.role)
                .join(Membership, Membership.tenant == Account.tenant)
                .join(Person, Person.pk == Membership.person_pk)
                .where(Person.id == person_id, Membership.ended_at.is_(None))
                .order_by(Account.name)
            )
            return [(row.name, row.role) for row in rows]

    def _end_beyond(self, person_pk: int, most: int) -> None:
        with self._database.upkeep(EVERYONE) as session:
            standing = session.execute(
                select(LoginSession.pk)
                .where(LoginSession.person_pk == person_pk, LoginSession.ended_at.is_(None))
                .order_by(LoginSession.pk.desc())
                .offset(most)
            ).scalars()
            session.execute(update(LoginSession).where(LoginSession.pk.in_(list(standing))).values(ended_at=now()))


def end_sessions(session: Session, person_pk: int, tenant: int | None = None) -> None:
    """Ends every session of a person, or those in one account; the caller writes the act."""
    standing = update(LoginSession).where(LoginSession.person_pk == person_pk, LoginSession.ended_at.is_(None))
    if tenant is not None:
        standing = standing.where(LoginSession.tenant == tenant)
    session.execute(standing.values(ended_at=now()), execution_options={"synchronize_session": False})


def _change(session: Session, criterion: ColumnElement[bool], **values: Any) -> int:
    """How many sessions stood, and were changed."""
    standing = update(LoginSession).where(criterion, LoginSession.ended_at.is_(None)).values(**values)
    return len(session.execute(standing.returning(LoginSession.pk)).all())


# A session counts while its person is a member of its account.
_DOOR = (
    select(
        LoginSession.id,
        LoginSession.tenant,
        Account.name.label("account"),
        Membership.role,
        Person.id.label("person_id"),
        LoginSession.created_at,
        LoginSession.seen_at,
        LoginSession.proved_at,
        LoginSession.expires_at,
    )
    .join(Account, Account.tenant == LoginSession.tenant)
    .join(Person, Person.pk == LoginSession.person_pk)
    .join(
        Membership,
        and_(
            Membership.person_pk == LoginSession.person_pk,
            Membership.tenant == LoginSession.tenant,
            Membership.ended_at.is_(None),
        ),
    )
    .where(LoginSession.ended_at.is_(None), LoginSession.token_hash == bindparam("token"))
)


def _is_over(begun: datetime, seen: datetime, expires: datetime) -> bool:
    """Over by age or by rest; also where the clock now stands before its beginning, as its age is unknown then."""
    at = now()
    idle = timedelta(minutes=settings().session_idle_minutes)
    return at >= expires or at - seen >= idle or at < begun - _SKEW


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
