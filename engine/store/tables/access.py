"""Decides how API keys and remembered header rows are kept: a key only as its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned
from engine.store.types import BigKey, Document, UtcDateTime


class ApiKey(Owned, Base):
    """One key: what it starts with, to find it by, and the hash of the whole.

    A person's key does what that person may do; one without a person is a machine's, or the operator's.
    """

    __tablename__ = "api_key"

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64), default="", server_default="")
    person_pk: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.pk"))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(128))


class HeaderMap(Owned, Base):
    """What a person said the headers of one kind of file mean; the newest row of a fingerprint counts."""

    __tablename__ = "header_map"
    __table_args__ = (Index(None, "tenant", "fingerprint"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(128))
    platform: Mapped[str] = mapped_column(String(32))
    mapping: Mapped[dict[str, str]] = mapped_column(Document)
