"""Decides that no query runs without an account: it raises where none is named and is narrowed where one is.

Two fences stand behind each other. Every statement a session runs must be written over mapped classes, so that the
account's criterion can be put on each of them; and no cursor runs at all on a connection that names no account.
The second fence also notes which tables a transaction changed, so that no change goes without its audit entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Column, Connection, Executable, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from engine.store.tables import Base, Owned


class Everyone(Enum):
    """The one value that stands for all accounts: for key look-up, the list of accounts, and migrations."""

    EVERYONE = "everyone"


EVERYONE: Final = Everyone.EVERYONE
Tenant = int | Literal[Everyone.EVERYONE]
TENANT = "adcue_tenant"
TALLY = "adcue_tally"
# The connection of a transaction that writes, for statements that were built once.
CONNECTION = "adcue_connection"
_CHANGES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
Narrowed = TypeVar("Narrowed", bound=Executable)


class UnscopedQueryError(RuntimeError):
    """A query that names no account: a fault of the program, never of the person."""


@dataclass(slots=True)
class Tally:
    """What one transaction changed: tables written to, and whether an act was written into the audit chain."""

    changed: set[str] = field(default_factory=set)
    acts: int = 0


def fence(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _executemany: bool
) -> None:
    """Stops any statement on a connection that names no account; notes what a transaction changes."""
    options = connection.get_execution_options()
    if options.get(TENANT) is None:
        raise UnscopedQueryError(f"no account is named for: {statement[:80]}")
    tally = options.get(TALLY)
    if tally is not None and (change := _CHANGES.match(statement)) is not None:
        tally.changed.add(change[1])


def narrow(statement: Narrowed, tenant: Tenant | None) -> Narrowed:
    """The statement with the account's criterion on every mapped class in it, aliases and subqueries included."""
    if tenant is EVERYONE:
        return statement
    if not isinstance(tenant, int):
        raise UnscopedQueryError("a session without an account ran a query")
    bare = _bare_columns(statement)
    if bare:
        raise UnscopedQueryError(f"columns named without their class: {', '.join(sorted(bare))}")
    return statement.options(with_loader_criteria(Owned, lambda owner: owner.tenant == tenant, include_aliases=True))


@lru_cache(maxsize=4_096)
def narrowed(statement: Narrowed, tenant: Tenant) -> Narrowed:
    """The same for a statement that was built once, so that its criterion is put on once an account."""
    return narrow(statement, tenant)


def _bare_columns(statement: Any) -> set[str]:
    """Columns of the store that a statement names through the table and not through the mapped class."""
    return {
        str(element)
        for element in visitors.iterate(statement)
        if isinstance(element, Column)
        and getattr(element.table, "metadata", None) is Base.metadata
        and "parententity" not in element._annotations
    }


@event.listens_for(Session, "do_orm_execute")
def _narrow_session(state: ORMExecuteState) -> None:
    tenant = state.session.info.get(TENANT)
    if tenant is not EVERYONE and not state.is_orm_statement:
        raise UnscopedQueryError("only statements over mapped classes can be narrowed to an account")
    if state.is_select or state.is_update or state.is_delete:
        state.statement = narrow(state.statement, tenant)
    elif tenant is None:
        raise UnscopedQueryError("a session without an account ran a statement")


@event.listens_for(Session, "before_flush")
def _own(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """A new row belongs to the session's account; one of another account is refused."""
    tenant = session.info.get(TENANT)
    for row in session.new | session.dirty | session.deleted:
        if isinstance(row, Owned) and tenant is not EVERYONE and row.tenant != tenant:
            raise UnscopedQueryError(f"a row of another account was written: {type(row).__name__}")
