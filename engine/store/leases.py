"""Decides who works on something: one holder at a time, with a number that grows, so that a late one is refused.

A lease runs out unless it is renewed, so a holder that was killed does not block for long. One that only seemed gone
(a stopped process, a clock that jumped) finds its number outdated at its next write, and writes nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError
from engine.store.tables.base import now
from engine.store.tables.work import Lease
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash

# A clock that stands this far before the lease was taken has jumped back: the lease's time says nothing any more.
_SKEW = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as its holder has it."""

    name: str
    holder: str
    fence: int
    expires_at: datetime


def this_process(thread: str = "") -> str:
    """How this process calls itself as a holder: host, process number, and the thread where several work."""
    return f"{socket.gethostname()[:48]}/{os.getpid()}/{thread}"[:128]


def refuse_standing(session: Session, name: str, holder: str) -> None:
    """Raises ConflictError while another holder has it, without waiting for anyone who writes."""
    _refuse(session.execute(_named(name)).scalar_one_or_none(), name, holder)


def stands(session: Session, name: str) -> bool:
    """Whether a holder that is still there has it."""
    row = session.execute(_named(name)).scalar_one_or_none()
    return row is not None and _stands(row)


def standing_in(session: Session, name: str, tenants: Sequence[int]) -> set[int]:
    """In which of these accounts a holder that is still there has it; for a session over all accounts."""
    rows = session.execute(_named(name).where(Lease.tenant.in_(tenants))).scalars()
    return {row.tenant for row in rows if _stands(row)}


def take(session: Session, name: str, holder: str, lasting: timedelta) -> Held:
    """The lease on ``name``. Raises ConflictError while another holder has it, or just writes under it."""
    known = session.execute(_named(name)).scalar_one_or_none()
    # A row that is locked belongs to a holder that writes: it is passed over, and the writing is not waited for.
    row = session.execute(_named(name).with_for_update(skip_locked=True)).scalar_one_or_none()
    if known is not None and row is None:
        raise _held(known)
    _refuse(row, name, holder)
    at = now()
    kept = row or Lease(id=content_hash(["lease", name]), name=name, fence=0, tenant=session.info[TENANT], actor=holder)
    kept.holder, kept.actor, kept.fence = holder, holder, kept.fence + 1
    kept.taken_at, kept.expires_at = at, at + lasting
    session.add(kept)
    session.flush()
    return Held(name, holder, kept.fence, kept.expires_at)


def renew(session: Session, held: Held, lasting: timedelta) -> Held:
    """The lease for longer. Raises ConflictError where it went to another holder meanwhile."""
    row = _own(session, held, renewing=True)
    row.taken_at = now()
    row.expires_at = row.taken_at + lasting
    session.flush()
    return Held(held.name, held.holder, held.fence, row.expires_at)


def extend(session: Session, held: Held) -> None:
    """Makes it last once more as long; called at the end of a transaction that may have held the store for long."""
    row = _own(session, held, renewing=True)
    renew(session, held, row.expires_at - row.taken_at)


def release(session: Session, held: Held) -> None:
    """Gives the lease back; nothing happens where it went to another holder already."""
    row = session.execute(_named(held.name).with_for_update()).scalar_one_or_none()
    if row is not None and row.fence == held.fence:
        # Over by more than a small step of the clock back can make up for.
        row.expires_at = row.taken_at - _SKEW
        session.flush()


def require(session: Session, held: Held) -> None:
    """Raises ConflictError where the lease went to another holder; called in the transaction that writes.

    Until that transaction ends the lease can be renewed, but not taken.
    """
    _own(session, held, renewing=False)


def _own(session: Session, held: Held, *, renewing: bool) -> Lease:
    """The lease as ours: FOR NO KEY UPDATE to renew it, FOR KEY SHARE to write under it, which get along."""
    asked = _named(held.name).with_for_update(key_share=True, read=not renewing)
    row = session.execute(asked).scalar_one_or_none()
    if row is None or row.fence != held.fence:
        raise ConflictError("engine.store.lease_lost", name=held.name)
    return row


def _named(name: str) -> Select[Lease]:
    return select(Lease).where(Lease.name == name).execution_options(populate_existing=True)


def _refuse(row: Lease | None, name: str, holder: str) -> None:
    if row is not None and row.holder != holder and _stands(row):
        raise _held(row)


def _held(row: Lease) -> ConflictError:
    return ConflictError("engine.store.lease_held", name=row.name, until=row.expires_at.isoformat(timespec="seconds"))


def _stands(row: Lease) -> bool:
    return row.taken_at - _SKEW <= now() < row.expires_at and not _is_gone(row.holder)


def _is_gone(holder: str) -> bool:
    """Whether the holder was a process of this host that is no more; of other hosts nothing is known."""
    host, _, rest = holder.partition("/")
    number = rest.partition("/")[0]
    if host != socket.gethostname()[:48] or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_over(int(number))


def _is_over(number: int) -> bool:
    """Whether a process ended and only its number is left, which some containers keep for good; as /proc tells."""
    try:
        told = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[:1] in (["Z"], ["X"])
