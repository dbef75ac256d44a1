"""Decides how accounts and their imports are kept: which file, received when, covering what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned, now
from engine.store.types import BigKey, Document, UtcDateTime


class Account(Base):
    """An advertiser account; its ``tenant`` number is on every row it owns.

    ``audit_seq`` and ``audit_head`` say where its audit chain ends, so that a chain cut short shows.
    """

    __tablename__ = "account"

    tenant: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    audit_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    audit_head: Mapped[str] = mapped_column(String(64), default="", server_default="")
    actor: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Scope(Owned, Base):
    """What one export can speak about: a platform account at one grain and breakdown, by day or as sums."""

    __tablename__ = "scope"
    __table_args__ = (UniqueConstraint("tenant", "platform", "account_id", "grain", "breakdown", "daily"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    platform: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[str] = mapped_column(String(512))
    grain: Mapped[str] = mapped_column(String(16))
    breakdown: Mapped[str] = mapped_column(String(64))
    daily: Mapped[bool]


class Import(Owned, Base):
    """One file received on one day, and what it changed."""

    __tablename__ = "import"
    __table_args__ = (UniqueConstraint("tenant", "id"), Index(None, "tenant", "reading"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    reading: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(Text)
    received_on: Mapped[int]
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_restated: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_withdrawn: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(Document)


class Coverage(Owned, Base):
    """The days of a scope that an import speaks about: what it leaves out there is withdrawn."""

    __tablename__ = "coverage"
    __table_args__ = (Index(None, "tenant", "scope_pk", "received_on"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    import_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("import.pk"))
    scope_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("scope.pk"))
    received_on: Mapped[int]
    first_day: Mapped[int]
    last_day: Mapped[int]
