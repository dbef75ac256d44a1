"""Decides that a request which names an Idempotency-Key is done once: one change, one answer, told again when asked.

The claim is written in the same transaction as the change, so a change without its claim, or a claim twice, cannot
be. The answer follows once it is known; where a crash comes between, the request may be made again: whatever the
change was, it stands once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError
from engine.store.tables.base import now
from engine.store.tables.work import Claim
from engine.store.tenancy import TENANT
from engine.vocabulary import content_hash

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A key as one request holds it: its hash with the caller's, what was asked, and the request that asks."""

    id: str
    fingerprint: str
    owner: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered before; ``status`` is None while no answer is known."""

    fingerprint: str
    owner: str
    status: int | None
    headers: Mapping[str, str]
    body: str


def claim_id(actor: str, key: str) -> str:
    """The hash under which a caller's key is kept; the key itself is not."""
    return content_hash(["claim", actor, key])


def find(session: Session, claim: str) -> Answer | None:
    """What is known of a key; None when it is new or its day is over."""
    row = _row(session, claim)
    if row is None or row.expires_at <= now():
        return None
    return Answer(row.fingerprint, row.owner, row.status, row.headers or {}, row.body or "")


def take(session: Session, claimed: Claimed, actor: str) -> None:
    """Writes the claim into the transaction of the change. Raises ConflictError where another request has it."""
    row = _row(session, claimed.id)
    if row is not None and row.expires_at > now():
        if row.owner != claimed.owner:
            raise ConflictError("engine.store.claim_used")
        return
    _write(session, row, claimed, actor, None, {}, "")


def pass_on(session: Session, claimed: Claimed) -> None:
    """Hands a claim on to the request that asks the same again, where what the first one asked for was in vain."""
    row = _row(session, claimed.id)
    if row is not None and row.status is None and row.fingerprint == claimed.fingerprint:
        row.owner = claimed.owner
        session.flush()


def answer(session: Session, claimed: Claimed, actor: str, status: int, headers: Mapping[str, str], body: str) -> None:
    """Keeps what was answered, to be told again.

    A repeated request may answer for the one that made the change and gave no answer: it was asked the same, and what
    stands is told. Raises ConflictError where another request has the key, or gave the answer.
    """
    row = _row(session, claimed.id)
    if row is not None and row.expires_at > now() and row.owner != claimed.owner:
        if row.fingerprint != claimed.fingerprint or row.status is not None:
            raise ConflictError("engine.store.claim_used")
        claimed = replace(claimed, owner=row.owner)
    _write(session, row, claimed, actor, status, headers, body)


def purge(session: Session) -> None:
    """Takes away what is over its day."""
    session.execute(delete(Claim).where(Claim.expires_at <= now()), execution_options={"synchronize_session": False})


def _row(session: Session, claim: str) -> Claim | None:
    return session.execute(select(Claim).where(Claim.id == claim)).scalar_one_or_none()


def _write(
    session: Session,
    row: Claim | None,
    claimed: Claimed,
    actor: str,
    status: int | None,
    headers: Mapping[str, str],
    body: str,
) -> None:
    kept = row or Claim(id=claimed.id, tenant=session.info[TENANT], actor=actor)
    kept.fingerprint, kept.owner, kept.expires_at = claimed.fingerprint, claimed.owner, now() + KEPT
    kept.status, kept.headers, kept.body = status, dict(headers), body
    session.add(kept)
    session.flush()
