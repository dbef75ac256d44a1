"""Decides who may come in by API key: shown once, kept as a hash, compared in constant time, over on its day."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from engine.errors import AccessError, InputError, NotFoundError
from engine.store.accounts import open_account
from engine.store.acting import Acting
from engine.store.audit import hold, record_act
from engine.store.database import Database
from engine.store.principals import Principal
from engine.store.roles import ROLES, Role, known_role
from engine.store.tables import Account, ApiKey, Membership, Person
from engine.store.tables.base import now
from engine.store.tenancy import EVERYONE, TENANT
from engine.vocabulary import content_hash

__all__ = ["ROLES", "AccountKeys", "KeyInfo", "Keys", "Principal", "Role"]
LASTING = timedelta(days=365)
_SECRET_BYTES = 32
_FORM = re.compile(r"(?P<prefix>adcue_[0-9a-f]{8})_[0-9A-Za-z_-]{43}")
_NAME = re.compile(r"adcue_[0-9a-f]{8}|[0-9a-f]{64}")
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as it may be shown: everything but the key. ``login`` is whose it is; empty for a machine's."""

    id: str
    prefix: str
    account: str
    role: str
    name: str
    login: str
    actor: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class Keys:
    """The API keys of all accounts, for the door and for the operator."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, account: str, role: str, actor: str, lasting: timedelta = LASTING) -> tuple[str, KeyInfo]:
        """A new key of no person, made by the operator, and its card."""
        known_role(role)
        tenant = open_account(self._database, account, actor)
        return AccountKeys(Acting(self._database, tenant, account, actor)).create(role, "", lasting=lasting)

    def verify(self, plaintext: str) -> Principal:
        """Who the key belongs to. AccessError when it is unknown, incomplete, revoked, over, or its person is out."""
        form = _FORM.fullmatch(plaintext)
        if form is None:
            raise AccessError("engine.store.key_refused")
        row = next(iter(self._database.look(EVERYONE, _DOOR, prefix=form["prefix"])), None)
        right = hmac.compare_digest(row.secret_hash if row else _NO_HASH, _hash(plaintext))
        if row is None or not right:
            raise AccessError("engine.store.key_refused")
        return _admit(row)

    def revoke(self, key: str, actor: str) -> KeyInfo:
        """Stops a key of any account, named by its id or prefix; one that is stopped already stays as it was."""
        with self._database.read(EVERYONE) as session:
            found = session.execute(_CARD.where(_named(key))).one_or_none()
        if found is None:
            raise NotFoundError("engine.store.key_unknown", id=key[:80])
        return AccountKeys(Acting(self._database, found[0].tenant, found[1], actor)).revoke(key)

    def list(self, account: str | None = None) -> list[KeyInfo]:
        """Every key, or those of one account, oldest first."""
        statement = _CARD.order_by(ApiKey.pk)
        if account is not None:
            statement = statement.where(Account.name == account)
        with self._database.read(EVERYONE) as session:
            return [_info(*row) for row in session.execute(statement)]


class AccountKeys:
    """The API keys of one account."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def create(
        self, role: str, name: str, person_id: str | None = None, lasting: timedelta = LASTING
    ) -> tuple[str, KeyInfo]:
        """A new key and its card: a person's, or no one's. The key itself is given out here and never again."""
        known_role(role)
        if len(name) > 64 or not name.isprintable():
            raise InputError("engine.store.key_name")
        prefix = f"adcue_{secrets.token_hex(4)}"
        plaintext = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        with self._acting.write() as session:
            row = ApiKey(
                id=content_hash([self._acting.account, prefix]),
                prefix=prefix,
                secret_hash=_hash(plaintext),
                role=role,
                name=name,
                person_pk=_person_pk(session, person_id),
                expires_at=now() + lasting,
                tenant=session.info[TENANT],
                actor=self._acting.actor,
            )
            session.add(row)
            session.flush()
            record_act(session, self._acting.actor, "key.made", f"key:{row.id}", role=role, person=person_id or "")
            return plaintext, _one(session, ApiKey.id == row.id)

    def revoke(self, key: str) -> KeyInfo:
        """Stops a key, named by its id or prefix; one that is stopped already stays as it was."""
        with self._acting.write() as session:
            hold(session)
            found = session.execute(select(ApiKey).where(_named(key))).scalar()
            if found is None:
                raise NotFoundError("engine.store.key_unknown", id=key[:80])
            if found.revoked_at is None:
                found.revoked_at, found.revoked_by = now(), self._acting.actor
                session.flush()
                record_act(session, self._acting.actor, "key.revoked", f"key:{found.id}")
            return _one(session, ApiKey.id == found.id)

    def list(self) -> list[KeyInfo]:
        """Every key of the account, oldest first."""
        with self._acting.read() as session:
            return [_info(*row) for row in session.execute(_CARD.order_by(ApiKey.pk))]


_CARD = (
    select(ApiKey, Account.name, Person.login)
    .join(Account, Account.tenant == ApiKey.tenant)
    .outerjoin(Person, Person.pk == ApiKey.person_pk)
)
# Everything that letting a key in takes, in one look.
_DOOR = (
    select(
        ApiKey.id, ApiKey.prefix, ApiKey.secret_hash, ApiKey.role, ApiKey.tenant, ApiKey.person_pk, ApiKey.expires_at,
        ApiKey.revoked_at, ApiKey.created_at, Account.name.label("account"), Person.id.label("person_id"),
        Membership.role.label("standing"),
    )
    .join(Account, Account.tenant == ApiKey.tenant)
    .outerjoin(Person, Person.pk == ApiKey.person_pk)
    .outerjoin(
        Membership,
        and_(
            Membership.person_pk == ApiKey.person_pk,
            Membership.tenant == ApiKey.tenant,
            Membership.ended_at.is_(None),
        ),
    )
    .where(ApiKey.prefix == bindparam("prefix"))
)  # fmt: skip


def _admit(row: Any) -> Principal:
    """A key does what its person may do today; a key without one has the role it was made with."""
    if row.revoked_at is not None or (row.person_pk is not None and row.standing is None):
        raise AccessError("engine.store.key_revoked", prefix=row.prefix)
    if row.expires_at is not None and row.expires_at <= now():
        raise AccessError("engine.store.key_over", prefix=row.prefix)
    role = row.standing if row.person_pk is not None else row.role
    actor = f"person:{row.person_id}" if row.person_pk is not None else f"key:{row.id}"
    return Principal(row.tenant, row.account, role, actor, row.person_id, key_id=row.id)


def _named(key: str) -> ColumnElement[bool]:
    """The key with this id or prefix. Raises NotFoundError where it can be neither."""
    if _NAME.fullmatch(key) is None:
        raise NotFoundError("engine.store.key_unknown", id=key[:80])
    return or_(ApiKey.id == key, ApiKey.prefix == key)


def _one(session: Session, criterion: ColumnElement[bool]) -> KeyInfo:
    return _info(*session.execute(_CARD.where(criterion)).one())


def _person_pk(session: Session, person_id: str | None) -> int | None:
    if person_id is None:
        return None
    return session.execute(select(Person.pk).where(Person.id == person_id)).scalar_one()


def _hash(plaintext: str) -> str:
    return hashlib.sha256(plaintext.encode("utf-8", "surrogatepass")).hexdigest()


def _info(row: ApiKey, account: str, login: str | None) -> KeyInfo:
    return KeyInfo(
        id=row.id,
        prefix=row.prefix,
        account=account,
        role=row.role,
        name=row.name,
        login=login or "",
        actor=row.actor,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
