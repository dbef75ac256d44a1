"""Decides how acts are chained: every change of an account carries an entry that holds the hash of the one before it.

An entry's hash covers its account, number, time, actor, action, subject, details and the hash before it, so an entry
that is changed, left out, added or reordered shows at its place; the account's row says where the chain ends, so a
chain cut short shows too. Details are ids and counts only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine.store.tables.audit import AuditEntry
from engine.store.tables.base import now
from engine.store.tables.ledger import Account
from engine.store.tenancy import CONNECTION, TALLY, TENANT, Tally
from engine.store.types import instant_to_int
from engine.vocabulary import content_hash

# Tables that are no one's act by themselves; the end of the chain stands on the account's row.
_BESIDE = {"audit_entry", "account", "lease"}
_HELD = "adcue_held"
# Built once: the account is named in each, and every change of the product runs all three.
_ENDS = (
    select(Account.tenant, Account.id, Account.audit_seq, Account.audit_head)
    .where(Account.tenant == bindparam("place"))
    .with_for_update(key_share=True)
)
_ENTRY = insert(AuditEntry)
_MOVE = (
    update(Account)
    .where(Account.tenant == bindparam("place"))
    .values(audit_seq=bindparam("last"), audit_head=bindparam("link"))
)


class UnauditedChangeError(RuntimeError):
    """A change without an audit entry: a fault of the program, never of the person."""


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of an account's audit chain."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where an account's chain ends: the number and hash of its last entry; 0 and nothing for an empty chain."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place where a chain does not hold: the entry's number and what is wrong there."""

    seq: int
    fault: Literal["changed", "missing", "unlinked", "cut", "overrun", "unknown_head"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a chain came to; ``broken`` is None where it holds from end to end."""

    account: str
    head: Head
    broken: BrokenLink | None


@dataclass(frozen=True, slots=True)
class Held:
    """An account that is held until the transaction ends, and where its chain ends just now."""

    tenant: int
    id: str
    seq: int
    hash: str


def hold(session: Session, tenant: int | None = None) -> Held:
    """The session's account (``tenant`` in a session over all), held: what must follow each other in an account, does.

    It is held against writers only: on PostgreSQL every row that names the account shares its key, and two transactions
    that both share it and then both want all of it wait for each other for ever.
    """
    place = session.info[TENANT] if tenant is None else tenant
    held: dict[int, Held] = session.info.setdefault(_HELD, {})
    if place not in held:
        held[place] = Held(*session.info[CONNECTION].execute(_ENDS, {"place": place}).one())
    return held[place]


def forget_holds(session: Session) -> None:
    """Reads the end of each chain anew: what stood after a part of a transaction that was taken back is no more."""
    session.info.pop(_HELD, None)


def record_act(
    session: Session, actor: str, action: str, subject: str = "", *, tenant: int | None = None, **details: Any
) -> None:
    """Writes an act into the chain of the session's account (of ``tenant``, in a session over all accounts)."""
    held, at = hold(session, tenant), now()
    link = _hash(held.id, held.seq + 1, at, actor, action, subject, details, held.hash)
    entry = {
        "id": link, "seq": held.seq + 1, "action": action, "subject": subject, "details": details,
        "previous": held.hash, "tenant": held.tenant, "actor": actor, "created_at": at,
    }  # fmt: skip
    connection = session.info[CONNECTION]
    connection.execute(_ENTRY, entry)
    connection.execute(_MOVE, {"place": held.tenant, "last": held.seq + 1, "link": link})
    session.info[_HELD][held.tenant] = Held(held.tenant, held.id, held.seq + 1, link)
    tally: Tally = session.info[TALLY]
    tally.acts += 1


def require_act(session: Session) -> None:
    """Raises UnauditedChangeError where the transaction changed something and wrote no act."""
    tally: Tally = session.info[TALLY]
    if tally.changed - _BESIDE and not tally.acts:
        raise UnauditedChangeError(f"changed without an audit entry: {', '.join(sorted(tally.changed))}")


def head(session: Session) -> Head:
    """Where the chain of the session's account ends."""
    ends = select(Account.audit_seq, Account.audit_head).where(Account.tenant == session.info[TENANT])
    return Head(*session.execute(ends).one())


def list_acts(session: Session, limit: int, before: int | None, action: str | None, subject: str | None) -> list[Act]:
    """Acts, newest first; ``before`` is the number of the last one already seen; the others filter."""
    if not all(wanted is None or wanted.isprintable() for wanted in (action, subject)):
        return []  # no act is called so, and PostgreSQL takes no NUL
    statement = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(limit)
    for column, wanted in ((AuditEntry.action, action), (AuditEntry.subject, subject)):
        statement = statement if wanted is None else statement.where(column == wanted)
    if before is not None:
        statement = statement.where(AuditEntry.seq < before)
    return [_act(row) for row in session.execute(statement).scalars()]


def verify(session: Session, heads: Mapping[int, str] | None = None) -> Verdict:
    """Works the whole chain of the session's account out again and names the first link that does not hold.

    ``heads`` are ends of the chain that were told outside it before (number -> hash): each must still stand in it.
    """
    account = session.execute(select(Account).where(Account.tenant == session.info[TENANT])).scalar_one()
    told = dict(heads or {})
    end = Head(account.audit_seq, account.audit_head)
    last = Head(0, "")
    statement = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=2_000)
    with session.execute(statement) as found:
        for row in found.scalars():
            fault = _fault(account.id, row, last, told.pop(row.seq, None))
            if fault is not None:
                return Verdict(account.name, end, BrokenLink(last.seq + 1 if fault == "missing" else row.seq, fault))
            last = Head(row.seq, row.id)
    broken = _fault_at_the_end(end, last, told)
    return Verdict(account.name, end, broken)


def _fault(
    account: str, row: AuditEntry, last: Head, told: str | None
) -> Literal["changed", "missing", "unlinked", "unknown_head"] | None:
    act = _act(row)
    if act.seq != last.seq + 1:
        return "missing"
    if act.previous != last.hash:
        return "unlinked"
    if act.hash != _hash(account, act.seq, act.at, act.actor, act.action, act.subject, act.details, act.previous):
        return "changed"
    return "unknown_head" if told is not None and told != act.hash else None


def _fault_at_the_end(end: Head, last: Head, told: Mapping[int, str]) -> BrokenLink | None:
    if last.seq < end.seq or (told and last.seq < max(told)):
        return BrokenLink(last.seq + 1, "cut")
    if last != end:
        return BrokenLink(last.seq, "overrun" if last.seq > end.seq else "unlinked")
    return None


def _act(row: AuditEntry) -> Act:
    return Act(row.seq, row.created_at, row.actor, row.action, row.subject, row.details, row.previous, row.id)


def _hash(
    account: str, seq: int, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, Any], before: str
) -> str:
    return content_hash([account, seq, instant_to_int(at), actor, action, subject, dict(details), before])
