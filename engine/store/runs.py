"""Decides how long work is kept: asked for, taken up, told about, cancelled, ended; each step once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, NotFoundError
from engine.store.audit import record_act
from engine.store.claims import KEPT
from engine.store.records import plain
from engine.store.tables.base import now
from engine.store.tables.ledger import Account
from engine.store.tables.work import Run
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash

State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[str, ...] = ("queued", "running")
_PREFIX = "J"
_NAME = re.compile(r"(?P<short>J-)?[0-9a-f]{10,64}")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it stands; ``changes`` grows with every change, ``outcome`` is there once it ended."""

    id: str
    short_id: str
    kind: str
    state: str
    stage: str
    done: int
    total: int
    attempts: int
    cancel_asked: bool
    changes: int
    actor: str
    created_at: datetime
    finished_at: datetime | None
    request: Mapping[str, Any]
    outcome: Mapping[str, Any] | None

    @property
    def is_open(self) -> bool:
        """Whether it waits or is under way."""
        return self.state in OPEN


def ask(session: Session, actor: str, kind: str, request: Mapping[str, Any], claim: str | None) -> StoredRun:
    """A new run; under a claim the same one again, however often it is asked for while the claim is kept.

    One that the service itself failed (a full disk, a fault of the program) did nothing, so it may be asked for anew.
    """
    identity = content_hash(["run", session.info[TENANT], claim or secrets.token_hex(16)])
    while (standing := session.execute(select(Run).where(Run.id == identity)).scalar_one_or_none()) is not None:
        if standing.created_at > now() - KEPT and not was_in_vain(standing.outcome):
            return _stored(standing)
        identity = content_hash([identity])  # the key was used before, and is free again
    row = Run(
        id=identity,
        short_id=_free_short_id(session, identity),
        kind=kind,
        request=plain(request),
        state="queued",
        stage="",
        done=0,
        total=0,
        attempts=0,
        cancel_asked=False,
        changes=0,
        tenant=session.info[TENANT],
        actor=actor,
    )
    session.add(row)
    session.flush()
    record_act(session, actor, "run.asked", f"run:{identity}", kind=kind)
    return _stored(row)


def was_in_vain(outcome: Mapping[str, Any] | None) -> bool:
    """Whether a run ended with a failure of the service, not of what was asked for."""
    told = (outcome or {}).get("problem") or {}
    return any(problem["status"] >= 500 for problem in told.values())


def read(session: Session, name: str) -> StoredRun:
    """The run with this id or short id. NotFoundError where this account has none."""
    return _stored(_row(session, name))


def list_runs(session: Session, limit: int, after: str | None, state: str | None, kind: str | None) -> list[StoredRun]:
    """Runs, newest first; ``after`` is the id of the last one already seen."""
    statement = select(Run).order_by(Run.pk.desc()).limit(limit)
    if after is not None:
        statement = statement.where(Run.pk < _row(session, after).pk)
    if state is not None:
        statement = statement.where(Run.state == state)
    if kind is not None:
        statement = statement.where(Run.kind == kind)
    return [_stored(row) for row in session.execute(statement).scalars()]


def begin(session: Session, run: str) -> StoredRun:
    """Takes a run up, another time where an earlier attempt was cut short. ConflictError where it ended."""
    row = _open_row(session, run)
    row.state, row.attempts, row.done, row.total = "running", row.attempts + 1, 0, 0
    return _changed(session, row)


def tell(session: Session, run: str, stage: str, done: int, total: int) -> StoredRun:
    """Notes how far a run is."""
    row = _open_row(session, run)
    row.stage, row.done, row.total = stage, done, total
    return _changed(session, row)


def end(session: Session, run: str, state: State, outcome: Mapping[str, Any] | None) -> StoredRun:
    """Ends a run; what was asked for is forgotten, what came of it stays."""
    row = _open_row(session, run)
    row.state, row.outcome, row.request, row.finished_at = state, None if outcome is None else plain(outcome), {}, now()
    return _changed(session, row)


def give_back(session: Session, run: str) -> StoredRun:
    """Puts a run that was interrupted back to wait; the attempt does not count."""
    row = _open_row(session, run)
    row.state, row.attempts, row.done, row.total = "queued", max(0, row.attempts - 1), 0, 0
    return _changed(session, row)


def cancel(session: Session, actor: str, name: str) -> StoredRun:
    """Asks for a run's end: one that waits ends at once, one under way at its next step. ConflictError if it ended."""
    row = _open_row(session, name)
    if row.cancel_asked:
        return _stored(row)
    row.cancel_asked = True
    if row.state == "queued":
        row.state, row.request, row.finished_at = "cancelled", {}, now()
    record_act(session, actor, "run.cancelled", f"run:{row.id}")
    return _changed(session, row)


def waiting(session: Session) -> list[tuple[int, str, str]]:
    """Every open run over all accounts, the oldest first: tenant, account, run."""
    statement = (
        select(Run.tenant, Account.name, Run.id)
        .join(Account, Account.tenant == Run.tenant)
        .where(Run.state.in_(OPEN))
        .order_by(Run.pk)
        .limit(200)
    )
    return [(row.tenant, row.name, row.id) for row in session.execute(statement)]


def count_open(session: Session) -> int:
    """How many of the account's runs wait or are under way."""
    return session.execute(select(func.count(Run.pk)).where(Run.state.in_(OPEN))).scalar_one()


def uploads(session: Session) -> set[str]:
    """The names of the files that open runs, over all accounts, were asked for with."""
    requests = session.execute(select(Run.request).where(Run.state.in_(OPEN), Run.kind == "file_import")).scalars()
    return {request["stored_as"] for request in requests if "stored_as" in request}


def _changed(session: Session, row: Run) -> StoredRun:
    row.changes += 1
    session.flush()
    return _stored(row)


def _open_row(session: Session, name: str) -> Run:
    """The run, held until the transaction ends. Raises ConflictError where it ended."""
    row = _row(session, name, hold=True)
    if row.state not in OPEN:
        raise ConflictError("engine.store.run_over", id=row.short_id)
    return row


def _row(session: Session, name: str, *, hold: bool = False) -> Run:
    form = _NAME.fullmatch(name)
    if form is None:
        raise NotFoundError("engine.store.not_found", kind="run", id=name[:80])
    statement = select(Run).where(Run.short_id == name if form["short"] else Run.id == name)
    if hold:
        statement = statement.with_for_update()
    row = session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFoundError("engine.store.not_found", kind="run", id=name)
    return row


def _free_short_id(session: Session, identity: str) -> str:
    """``J-7f3a9c01de``; longer by two letters as long as another run has that one."""
    alike = select(Run.short_id).where(Run.short_id.startswith(f"{_PREFIX}-{identity[:10]}"))
    taken = set(session.execute(alike).scalars())
    return next(short for length in range(10, 66, 2) if (short := f"{_PREFIX}-{identity[:length]}") not in taken)


def _stored(row: Run) -> StoredRun:
    return StoredRun(
        id=row.id,
        short_id=row.short_id,
        kind=row.kind,
        state=row.state,
        stage=row.stage,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        cancel_asked=row.cancel_asked,
        changes=row.changes,
        actor=row.actor,
        created_at=row.created_at,
        finished_at=row.finished_at,
        request=row.request,
        outcome=row.outcome,
    )
