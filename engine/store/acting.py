"""Decides under what conditions something is done for an account: by whom, under which claim and which lease."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    lease: Held | None = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the account and writes nothing."""
        with self.database.read(self.tenant) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: the change, its audit entry, its claim, all or nothing."""
        with self.database.write(self.tenant) as session:
            if self.lease is not None:
                leases.require(session, self.lease)
            yield session
            session.flush()
            if self.claim is not None and session.info[TALLY].changed:
                claims.take(session, self.claim, self.actor)

    @contextmanager
    def upkeep(self) -> Iterator[Session]:
        """One transaction of what is nobody's act."""
        with self.database.upkeep(self.tenant) as session:
            yield session
