"""Decides which number an advertiser account has, and writes it down on first use."""

from __future__ import annotations

from sqlalchemy import select

from engine.errors import ConflictError, InputError
from engine.store.audit import record_act
from engine.store.database import Database
from engine.store.tables import Account
from engine.store.tenancy import EVERYONE
from engine.vocabulary import content_hash

_LONGEST = 64


def open_account(database: Database, name: str, actor: str) -> int:
    """The tenant number of an account; a new name is written down with who used it first."""
    if not 0 < len(name) <= _LONGEST or name != name.strip() or not name.isprintable():
        raise InputError("engine.store.account_name")
    found = find_account(database, name)
    return found if found is not None else _write_account(database, name, actor)


def find_account(database: Database, name: str) -> int | None:
    """The tenant number of an account; None when there is none of that name."""
    with database.read(EVERYONE) as session:
        return session.execute(select(Account.tenant).where(Account.name == name)).scalar()


def account_names(database: Database) -> list[str]:
    """Every account, by name."""
    with database.read(EVERYONE) as session:
        return list(session.execute(select(Account.name).order_by(Account.name)).scalars())


def _write_account(database: Database, name: str, actor: str) -> int:
    try:
        with database.write(EVERYONE) as session:
            found = session.execute(select(Account.tenant).where(Account.name == name)).scalar()
            if found is None:
                row = Account(id=content_hash(["account", name]), name=name, actor=actor)
                session.add(row)
                session.flush()
                found = row.tenant
                record_act(session, actor, "account.opened", f"account:{row.id}", tenant=found)
            return found
    except ConflictError:
        # Another process wrote the same name between our look and our insert (PostgreSQL only).
        found = find_account(database, name)
        if found is None:
            raise
        return found
