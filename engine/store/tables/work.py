"""Decides how work under way is kept: requests answered once, leases with fencing numbers, runs, decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned
from engine.store.types import BigKey, Document, UtcDateTime


class Claim(Owned, Base):
    """An Idempotency-Key that was used (``id`` is its hash with the caller's); the answer once it is known."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("tenant", "id"), Index(None, "expires_at"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(Document)
    body: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Lease(Owned, Base):
    """Who works on something, until when; ``fence`` grows with every holder and the row stays, so it never repeats."""

    __tablename__ = "lease"
    __table_args__ = (UniqueConstraint("tenant", "id"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(128))
    holder: Mapped[str] = mapped_column(String(128))
    fence: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Run(Owned, Base):
    """A piece of long work: what was asked, how far it is, and what came of it."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("tenant", "id"), UniqueConstraint("tenant", "short_id"), Index(None, "state"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    short_id: Mapped[str] = mapped_column(String(68))
    kind: Mapped[str] = mapped_column(String(32))
    request: Mapped[dict[str, Any]] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(32))
    done: Mapped[int]
    total: Mapped[int]
    attempts: Mapped[int]
    cancel_asked: Mapped[bool]
    changes: Mapped[int]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(Document)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Decision(Owned, Base):
    """What a second person decided about a document; one decision a document."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("tenant", "id"), UniqueConstraint("tenant", "kind", "subject_id"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    person_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("person.pk"))
    verdict: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
