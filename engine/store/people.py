"""Decides who people are: a login name and a password over all accounts, taken up with a one-time secret."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from engine.errors import AccessError, ConflictError, InputError, NotFoundError
from engine.store.audit import hold, record_act
from engine.store.database import Database
from engine.store.login_sessions import end_sessions
from engine.store.passwords import hash_again, hash_password, is_outdated, is_right
from engine.store.tables import Account, Invitation, Membership, Person
from engine.store.tables.base import now
from engine.store.tenancy import EVERYONE, TENANT
from engine.vocabulary import content_hash

INVITED_FOR = timedelta(hours=72)
_LOGIN = re.compile(r"[\w][\w.@+-]{2,63}")


@dataclass(frozen=True, slots=True)
class Known:
    """A person whose password was right, and the accounts they are in: tenant, name, role, by name."""

    id: str
    login: str
    accounts: tuple[tuple[int, str, str], ...]


def login_name(typed: str) -> str:
    """The one form of a login name. Raises InputError where it cannot be one."""
    name = unicodedata.normalize("NFKC", typed).strip().casefold()
    if _LOGIN.fullmatch(name) is None:
        raise InputError("engine.store.login_name")
    return name


def new_secret() -> tuple[str, str]:
    """A one-time secret and its hash; only the hash is kept."""
    secret = secrets.token_urlsafe(32)
    return secret, secret_hash(secret)


def secret_hash(secret: str) -> str:
    """The hash of a one-time secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class People:
    """The people of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether there is anyone yet."""
        with self._database.read(EVERYONE) as session:
            return session.execute(select(func.count()).select_from(Person)).scalar_one() > 0

    def verify(self, login: str, password: str) -> Known:
        """The person. AccessError, the same after the same time, when name or password is wrong or all is over."""
        try:
            name = login_name(login)
        except InputError:
            name = ""
        with self._database.read(EVERYONE) as session:
            row = session.execute(select(Person).where(Person.login == name)).scalar()
            right = is_right(row.password_hash if row else None, password)
            accounts = () if row is None else _accounts(session, row.pk)
        if row is None or not right or not accounts:
            raise AccessError("engine.store.login_refused")
        if is_outdated(row.password_hash):
            self._keep_hash(row.pk, row.password_hash, hash_again(password))
        return Known(row.id, row.login, accounts)

    def prove(self, person_id: str, password: str) -> None:
        """Raises AccessError where it is not this person's password."""
        with self._database.read(EVERYONE) as session:
            kept = session.execute(select(Person.password_hash).where(Person.id == person_id)).scalar()
        if not is_right(kept, password):
            raise AccessError("engine.store.login_refused")

    def accept(self, secret: str, login: str, password: str) -> str:
        """Uses a one-time secret: a new person chooses name and password, a known one proves theirs, or sets it anew.

        Returns the person's id. Raises AccessError where the secret is unknown, used or over, InputError where name
        or password cannot be taken, ConflictError where the name is someone else's.
        """
        digest, name = secret_hash(secret), login_name(login)
        with self._database.read(EVERYONE) as session:
            found = session.execute(
                select(Invitation.tenant, Invitation.person_pk).where(Invitation.secret_hash == digest)
            ).one_or_none()
        if found is None:
            raise AccessError("engine.store.invitation_refused")
        if found.person_pk is not None:
            return self._set_anew(digest, found.person_pk, name, password)
        with self._database.write(found.tenant) as session:
            hold(session)
            invitation = _unused(session, digest)
            person = _person_for(session, invitation, name, password)
            invitation.used_at = now()
            _join(session, person, invitation)
            return person.id

    def invited_into(self, secret: str) -> int:
        """The account that a one-time secret is for. AccessError where there is no such secret."""
        with self._database.read(EVERYONE) as session:
            wanted = select(Invitation.tenant).where(Invitation.secret_hash == secret_hash(secret))
            tenant = session.execute(wanted).scalar()
        if tenant is None:
            raise AccessError("engine.store.invitation_refused")
        return tenant

    def change_password(self, tenant: int, person_id: str, old: str, new: str) -> None:
        """Sets a new password; every session of the person ends. AccessError when the old one is wrong."""
        with self._database.write(EVERYONE) as session:
            person = _held(session, Person.id == person_id)
            if not is_right(person.password_hash, old):
                raise AccessError("engine.store.login_refused")
            _set_password(session, person, new, "person.password_changed", tenant)

    def reset(self, login: str, actor: str) -> str:
        """A one-time secret with which a person sets their password anew; for the operator."""
        with self._database.read(EVERYONE) as session:
            person = session.execute(select(Person).where(Person.login == login_name(login))).scalar()
            accounts = () if person is None else _accounts(session, person.pk)
        if person is None or not accounts:
            raise NotFoundError("engine.store.person_unknown")
        secret, digest = new_secret()
        tenant, _, role = accounts[0]
        with self._database.write(tenant) as session:
            identity = content_hash(["invitation", digest])
            session.add(
                Invitation(
                    id=identity, secret_hash=digest, role=role, person_pk=person.pk,
                    expires_at=now() + INVITED_FOR, tenant=tenant, actor=actor,
                )
            )  # fmt: skip
            session.flush()
            record_act(session, actor, "person.reset_offered", f"person:{person.id}")
        return secret

    def _set_anew(self, digest: str, person_pk: int, name: str, password: str) -> str:
        with self._database.write(EVERYONE) as session:
            person = _held(session, Person.pk == person_pk)
            invitation = _unused(session, digest)
            if person.login != name:
                raise AccessError("engine.store.invitation_refused")
            _set_password(session, person, password, "person.password_reset", invitation.tenant)
            return person.id

    def _keep_hash(self, person_pk: int, old: str, new: str) -> None:
        """Keeps another hash of the same password, unless the password is another one by now."""
        with self._database.upkeep(EVERYONE) as session:
            same = (Person.pk == person_pk, Person.password_hash == old)
            session.execute(update(Person).where(*same).values(password_hash=new))


def _held(session: Session, criterion: ColumnElement[bool]) -> Person:
    """A person, held until the transaction ends: of two new passwords the second counts, whole."""
    return session.execute(select(Person).where(criterion).with_for_update(key_share=True)).scalar_one()


def _unused(session: Session, digest: str) -> Invitation:
    statement = select(Invitation).where(Invitation.secret_hash == digest).with_for_update()
    invitation = session.execute(statement).scalar_one()
    if invitation.used_at is not None or invitation.expires_at <= now():
        raise AccessError("engine.store.invitation_refused")
    return invitation


def _set_password(session: Session, person: Person, password: str, action: str, tenant: int) -> None:
    """Sets a password; what the old one opened, and what else could set one, is over in every account."""
    person.password_hash = hash_password(password, person.login)
    session.flush()
    record_act(session, f"person:{person.id}", action, f"person:{person.id}", tenant=tenant)
    end_sessions(session, person.pk)
    session.execute(
        update(Invitation).where(Invitation.person_pk == person.pk, Invitation.used_at.is_(None)).values(used_at=now()),
        execution_options={"synchronize_session": False},
    )


def _accounts(session: Session, person_pk: int) -> tuple[tuple[int, str, str], ...]:
    statement = (
        select(Membership.tenant, Account.name, Membership.role)
        .join(Account, Account.tenant == Membership.tenant)
        .where(Membership.person_pk == person_pk, Membership.ended_at.is_(None))
        .order_by(Account.name)
    )
    return tuple((row.tenant, row.name, row.role) for row in session.execute(statement))


def _person_for(session: Session, invitation: Invitation, name: str, password: str) -> Person:
    standing = session.execute(select(Person).where(Person.login == name)).scalar()
    if standing is not None:
        if not is_right(standing.password_hash, password):
            raise ConflictError("engine.store.login_taken")
        return standing
    person = Person(
        id=content_hash(["person", secrets.token_hex(16)]),
        login=name,
        password_hash=hash_password(password, name),
        actor=invitation.actor,
    )
    session.add(person)
    session.flush()
    return person


def _join(session: Session, person: Person, invitation: Invitation) -> None:
    standing = session.execute(
        select(Membership).where(Membership.person_pk == person.pk, Membership.ended_at.is_(None))
    ).scalar()
    if standing is not None:
        raise ConflictError("engine.store.member_already")
    tenant = session.info[TENANT]
    session.add(
        Membership(
            id=content_hash(["membership", tenant, person.id, invitation.id]),
            person_pk=person.pk,
            role=invitation.role,
            tenant=tenant,
            actor=invitation.actor,
        )
    )
    session.flush()
    record_act(session, f"person:{person.id}", "person.joined", f"person:{person.id}", role=invitation.role)
