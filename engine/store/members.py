"""Decides who is in an account and as what: invited by a one-time secret, changed and ended by an administrator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, NotFoundError
from engine.store.acting import Acting
from engine.store.audit import hold, record_act
from engine.store.login_sessions import end_sessions
from engine.store.people import INVITED_FOR, new_secret
from engine.store.roles import known_role
from engine.store.tables import ApiKey, Invitation, Membership, Person
from engine.store.tables.base import now
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash

_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Member:
    """Someone in the account."""

    id: str
    login: str
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it may be shown: everything but its secret."""

    id: str
    role: str
    expires_at: datetime


class Members:
    """The people of one account."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def list(self) -> list[Member]:
        """Everyone in the account, by login name."""
        with self._acting.read() as session:
            return _members(session)

    def invite(self, role: str) -> tuple[str, Invited]:
        """A one-time secret that lets its holder into the account; it is given out here and never again."""
        known_role(role, people=True)
        secret, digest = new_secret()
        with self._acting.write() as session:
            row = Invitation(
                id=content_hash(["invitation", digest]),
                secret_hash=digest,
                role=role,
                expires_at=now() + INVITED_FOR,
                tenant=session.info[TENANT],
                actor=self._acting.actor,
            )
            session.add(row)
            session.flush()
            record_act(session, self._acting.actor, "person.invited", f"invitation:{row.id}", role=role)
            return secret, Invited(row.id, row.role, row.expires_at)

    def withdraw(self, *, role: str) -> None:
        """Ends every invitation to a role that could still be used."""
        with self._acting.write() as session:
            hold(session)
            statement = select(Invitation).where(
                Invitation.role == role,
                Invitation.person_pk.is_(None),
                Invitation.used_at.is_(None),
                Invitation.expires_at > now(),
            )
            for row in session.execute(statement).scalars():
                row.used_at = now()
                record_act(session, self._acting.actor, "invitation.withdrawn", f"invitation:{row.id}")

    def change_role(self, person_id: str, role: str) -> Member:
        """Gives a member another role, which counts from their next request on."""
        known_role(role, people=True)
        with self._acting.write() as session:
            hold(session)
            row = _standing(session, person_id)
            if row.role != role:
                _keep_an_admin(session, row)
                row.role = role
                session.flush()
                record_act(session, self._acting.actor, "person.role_changed", f"person:{person_id}", role=role)
            return next(member for member in _members(session) if member.id == person_id)

    def end_sessions(self, person_id: str) -> None:
        """Ends a member's sessions in this account; they may log in again."""
        with self._acting.write() as session:
            hold(session)
            row = _standing(session, person_id)
            end_sessions(session, row.person_pk, session.info[TENANT])
            record_act(session, self._acting.actor, "person.logged_out", f"person:{person_id}")

    def remove(self, person_id: str) -> None:
        """Ends a membership: the person's sessions and keys in this account end with it, and for good."""
        with self._acting.write() as session:
            hold(session)
            row = _standing(session, person_id)
            _keep_an_admin(session, row)
            row.ended_at = now()
            end_sessions(session, row.person_pk, session.info[TENANT])
            keys = session.execute(
                update(ApiKey)
                .where(ApiKey.person_pk == row.person_pk, ApiKey.revoked_at.is_(None))
                .values(revoked_at=now(), revoked_by=self._acting.actor)
                .returning(ApiKey.pk)
            ).all()
            record_act(session, self._acting.actor, "person.removed", f"person:{person_id}", keys=len(keys))


def _members(session: Session) -> list[Member]:
    rows = session.execute(
        select(Person.id, Person.login, Membership.role, Membership.created_at)
        .join(Membership, Membership.person_pk == Person.pk)
        .where(Membership.ended_at.is_(None))
        .order_by(Person.login)
    )
    return [Member(*row) for row in rows]


def _standing(session: Session, person_id: str) -> Membership:
    if _ID.fullmatch(person_id) is None:
        raise NotFoundError("engine.store.person_unknown")
    row = session.execute(
        select(Membership)
        .join(Person, Person.pk == Membership.person_pk)
        .where(Person.id == person_id, Membership.ended_at.is_(None))
    ).scalar()
    if row is None:
        raise NotFoundError("engine.store.person_unknown")
    return row


def _keep_an_admin(session: Session, leaving: Membership) -> None:
    """Raises ConflictError where the account's last administrator would go."""
    if leaving.role != "admin":
        return
    others = select(Membership.pk).where(
        Membership.role == "admin", Membership.ended_at.is_(None), Membership.pk != leaving.pk
    )
    if not session.execute(others).first():
        raise ConflictError("engine.store.last_admin")
