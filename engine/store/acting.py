"""Decides under what conditions something is done for an account: by whom, under which claim and which lease."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from engine.store import claims, leases
from engine.store.audit import forget_holds
from engine.store.tenancy import TALLY, narrowed

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

    @contextmanager
    def rehearsal(self) -> Iterator[Rehearsing]:
        """The same actor in one transaction of which nothing is kept; what it writes, only it reads.

        On SQLite it keeps every other writer waiting, so it must be short.
        """
        with self.database.rehearse(self.tenant) as session:
            yield Rehearsing(self.database, self.tenant, self.account, self.actor, session=session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsing(Acting):
    """An actor whose every transaction is a part of one that is taken back; a part that fails is taken back at once."""

    session: Session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """What stands, with what was written in this rehearsal."""
        yield self.session

    def look(self, statement: Select[*tuple[Any, ...]], **values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of one statement, with what was written in this rehearsal."""
        return self.session.connection().execute(narrowed(statement, self.tenant), values).all()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A part of the rehearsal, all or nothing."""
        with self._part() as session:
            yield session

    @contextmanager
    def upkeep(self) -> Iterator[Session]:
        """The same for what is nobody's act."""
        with self._part() as session:
            yield session

    @contextmanager
    def _part(self) -> Iterator[Session]:
        try:
            with self.session.begin_nested():
                yield self.session
        except BaseException:
            forget_holds(self.session)
            raise
