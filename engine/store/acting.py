"""Decides under what conditions something is done for an account: by whom, under which claim and which lease."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from engine.store import claims, leases
from engine.store.tenancy import TALLY

if TYPE_CHECKING:
    from engine.store.claims import Claimed
    from engine.store.database import Database
    from engine.store.leases import Held


@dataclass(frozen=True, slots=True)
class Acting:
    """One actor in one account; a change is refused where another request used its claim, or its lease is over."""

    database: Database
    tenant: int
    account: str
    actor: str
    claim: Claimed | None = None
    held: tuple[Held, ...] = ()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the account and writes nothing."""
        with self.database.read(self.tenant) as session:
            yield session

    def look(self, statement: Select[*tuple[Any, ...]], **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of one statement that was built once."""
        return self.database.look(self.tenant, statement, **values)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: the change, its audit entry, its claim, all or nothing."""
        with self.database.write(self.tenant) as session:
            for lease in self.held:
                leases.require(session, lease)
            yield session
            session.flush()
            if self.claim is not None and session.info[TALLY].changed:
                claims.take(session, self.claim, self.actor)
            for lease in self.held:
                leases.extend(session, lease)

    @contextmanager
    def upkeep(self) -> Iterator[Session]:
        """One transaction of what is nobody's act."""
        with self.database.upkeep(self.tenant) as session:
            yield session
