"""Decides who may come in by API key: shown once, kept as a hash, compared in constant time, revocable."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engine.errors import AccessError, InputError, NotFoundError
from engine.store.accounts import open_account
from engine.store.database import Database
from engine.store.tables import Account, ApiKey
from engine.store.tables.base import now
from engine.store.tenancy import EVERYONE
from engine.vocabulary import content_hash

Role = Literal["planner", "reviewer", "admin", "machine"]
ROLES: tuple[str, ...] = get_args(Role)
_SECRET_BYTES = 32
_FORM = re.compile(r"(?P<prefix>adcue_[0-9a-f]{8})_[0-9A-Za-z_-]{43}")
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as it may be shown: everything but the key."""

    id: str
    prefix: str
    account: str
    role: str
    actor: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who came in: for which account, as what, by which key."""

    account: str
    role: str
    key_id: str


class Keys:
    """The API keys of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, account: str, role: str, actor: str) -> tuple[str, KeyInfo]:
        """A new key and its card. The key itself is given out here and never again."""
        if role not in ROLES:
            raise InputError("engine.store.role_unknown", role=role, roles=", ".join(ROLES))
        tenant = open_account(self._database, account, actor)
        prefix = f"adcue_{secrets.token_hex(4)}"
        plaintext = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        with self._database.write(tenant) as session:
            row = ApiKey(
                id=content_hash([account, prefix]),
                prefix=prefix,
                secret_hash=_hash(plaintext),
                role=role,
                tenant=tenant,
                actor=actor,
            )
            session.add(row)
            session.flush()
            return plaintext, _info(row, account)

    def verify(self, plaintext: str) -> Principal:
        """Who the key belongs to. AccessError when it is unknown, incomplete or revoked."""
        form = _FORM.fullmatch(plaintext)
        if form is None:
            raise AccessError("engine.store.key_refused")
        with self._database.read(EVERYONE) as session:
            found = _find(session, ApiKey.prefix == form["prefix"])
            right = hmac.compare_digest(found[0].secret_hash if found else _NO_HASH, _hash(plaintext))
            if found is None or not right:
                raise AccessError("engine.store.key_refused")
            row, account = found
            if row.revoked_at is not None:
                raise AccessError("engine.store.key_revoked", prefix=row.prefix)
            return Principal(account, row.role, row.id)

    def revoke(self, key: str, actor: str) -> KeyInfo:
        """Stops a key, named by its id or prefix; one that is stopped already stays as it was."""
        with self._database.write(EVERYONE) as session:
            found = _find(session, or_(ApiKey.id == key, ApiKey.prefix == key))
            if found is None:
                raise NotFoundError("engine.store.key_unknown", id=key)
            row, account = found
            if row.revoked_at is None:
                row.revoked_at, row.revoked_by = now(), actor
            return _info(row, account)

    def list(self, account: str | None = None) -> list[KeyInfo]:
        """Every key, or those of one account, oldest first."""
        statement = select(ApiKey, Account.name).join(Account, Account.tenant == ApiKey.tenant).order_by(ApiKey.pk)
        if account is not None:
            statement = statement.where(Account.name == account)
        with self._database.read(EVERYONE) as session:
            return [_info(row, name) for row, name in session.execute(statement)]


def _find(session: Session, criterion: ColumnElement[bool]) -> tuple[ApiKey, str] | None:
    statement = select(ApiKey, Account.name).join(Account, Account.tenant == ApiKey.tenant).where(criterion)
    found = session.execute(statement).one_or_none()
    return None if found is None else (found[0], found[1])


def _hash(plaintext: str) -> str:
    return hashlib.sha256(plaintext.encode()).hexdigest()


def _info(row: ApiKey, account: str) -> KeyInfo:
    return KeyInfo(row.id, row.prefix, account, row.role, row.actor, row.created_at, row.revoked_at)
