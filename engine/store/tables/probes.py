"""Decides how looks at landing pages are kept: one row a look, added and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned
from engine.store.types import BigKey, UtcDateTime


class Probe(Owned, Base):
    """One look at one page; ``id`` is the hash of its address.

    ``ok`` is empty where nothing can be said: the page was not asked, or it said nothing of what people see. ``code``
    is the last HTTP status, empty where none came.
    """

    __tablename__ = "probe"
    __table_args__ = (Index(None, "tenant", "at"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ok: Mapped[bool | None]
    code: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(32))
