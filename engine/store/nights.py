"""Decides how the nights of an account are remembered: begun, at which stage, ended how; begun again where cut short.

A night that runs again is the same night, one attempt later. Where a process was killed its night stays ``running``
though nobody has its lease any more: that is read as ``interrupted``, and written so when the next night begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.store import leases
from engine.store.acting import Acting
from engine.store.records import plain
from engine.store.tables.base import now
from engine.store.tables.ledger import Account, Import
from engine.store.tables.nights import NightRun
from engine.store.tenancy import TENANT
from engine.store.types import day_to_int, int_to_day
from engine.vocabulary import content_hash

LEASE = "night"
Ended = Literal["done", "partly", "failed"]
Stands = Literal["running", "interrupted", "done", "partly", "failed"]
_STANDS: dict[str, Stands] = {name: name for name in get_args(Stands)}


@dataclass(frozen=True, slots=True)
class StoredNight:
    """A night as it stands; ``night_id`` names its document, ``problem`` by language why it failed."""

    id: str
    as_of: date
    replay: bool
    state: Stands
    stage: str
    attempts: int
    started_at: datetime
    ended_at: datetime | None
    night_id: str | None
    problem: Mapping[str, Any] | None


class AccountNights:
    """The nights of one account."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def is_replay(self, as_of: date) -> bool:
        """Whether something later than that morning is known: a file received later, or the night of a later day."""
        with self._acting.read() as session:
            later = (
                select(func.max(Import.received_on)),
                select(func.max(NightRun.as_of)).where(NightRun.replay.is_(False), NightRun.state != "failed"),
            )
            days = [session.execute(statement).scalar() for statement in later]
            return any(day is not None and day > day_to_int(as_of) for day in days)

    def begin(self, as_of: date, *, replay: bool) -> StoredNight:
        """Takes a night up, another time where it ran before; the actor's lease must stand."""
        return self._step(lambda session: _begin(session, as_of, replay, self._acting.actor))

    def tell(self, night: str, stage: str) -> StoredNight:
        """Notes at which stage a night is."""

        def change(row: NightRun) -> None:
            row.stage = stage

        return self._change(night, change)

    def end(
        self,
        night: str,
        state: Ended,
        night_id: str | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> StoredNight:
        """Ends a night: with the id of its document, or with the problem that ended it, told by language."""

        def change(row: NightRun) -> None:
            row.state, row.ended_at, row.night_id = state, now(), night_id
            row.problem = None if problem is None else plain(problem)

        return self._change(night, change)

    def latest(self) -> StoredNight | None:
        """The night of the latest morning, replays aside; None where none ran."""
        return next(iter(self.list(1, replays=False)), None)

    def of(self, as_of: date) -> StoredNight | None:
        """The night of a morning itself, not its replay; None where it never ran."""
        statement = select(NightRun).where(NightRun.as_of == day_to_int(as_of), NightRun.replay.is_(False))
        with self._acting.read() as session:
            row = session.execute(statement).scalar_one_or_none()
            return None if row is None else _stored(row, leases.stands(session, LEASE))

    def list(self, limit: int = 50, *, replays: bool = True) -> list[StoredNight]:
        """Nights, the latest morning first and of one morning the night before its replay."""
        statement = select(NightRun).order_by(NightRun.as_of.desc(), NightRun.replay).limit(limit)
        if not replays:
            statement = statement.where(NightRun.replay.is_(False))
        with self._acting.read() as session:
            held = leases.stands(session, LEASE)
            return [_stored(row, held) for row in session.execute(statement).scalars()]

    def _change(self, night: str, change: Callable[[NightRun], None]) -> StoredNight:
        def step(session: Session) -> StoredNight:
            row = session.execute(select(NightRun).where(NightRun.id == night)).scalar_one()
            change(row)
            session.flush()
            return _stored(row, held=True)

        return self._step(step)

    def _step(self, change: Callable[[Session], StoredNight]) -> StoredNight:
        with self._acting.upkeep() as session:
            for lease in self._acting.held:
                leases.require(session, lease)
            return change(session)


def latest_of_all(session: Session) -> dict[str, StoredNight | None]:
    """Every account with its latest night, replays aside; None for one that had none."""
    newest = (
        select(NightRun.tenant, func.max(NightRun.as_of).label("as_of"))
        .where(NightRun.replay.is_(False))
        .group_by(NightRun.tenant)
        .subquery()
    )
    rows = session.execute(
        select(NightRun)
        .join(newest, (NightRun.tenant == newest.c.tenant) & (NightRun.as_of == newest.c.as_of))
        .where(NightRun.replay.is_(False))
    ).scalars()
    found = {row.tenant: row for row in rows}
    running = [row.tenant for row in found.values() if row.state == "running"]
    held = leases.standing_in(session, LEASE, running)
    out: dict[str, StoredNight | None] = {}
    for tenant, name in session.execute(select(Account.tenant, Account.name).order_by(Account.name)):
        out[name] = _stored(found[tenant], tenant in held) if tenant in found else None
    return out


def _begin(session: Session, as_of: date, replay: bool, actor: str) -> StoredNight:
    identity = content_hash(["night_run", as_of.isoformat(), replay])
    others = update(NightRun).where(NightRun.state == "running", NightRun.id != identity)
    session.execute(others.values(state="interrupted"), execution_options={"synchronize_session": False})
    row = session.execute(select(NightRun).where(NightRun.id == identity)).scalar_one_or_none()
    if row is None:
        tenant = session.info[TENANT]
        row = NightRun(id=identity, as_of=day_to_int(as_of), replay=replay, attempts=0, tenant=tenant, actor=actor)
        session.add(row)
    row.attempts += 1
    row.state, row.stage, row.started_at, row.ended_at, row.problem = "running", "", now(), None, None
    session.flush()
    return _stored(row, held=True)


def _stored(row: NightRun, held: bool) -> StoredNight:
    state = "interrupted" if row.state == "running" and not held else _STANDS[row.state]
    return StoredNight(
        id=row.id,
        as_of=int_to_day(row.as_of),
        replay=row.replay,
        state=state,
        stage=row.stage,
        attempts=row.attempts,
        started_at=row.started_at,
        ended_at=row.ended_at,
        night_id=row.night_id,
        problem=row.problem,
    )
