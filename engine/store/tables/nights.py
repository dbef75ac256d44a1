"""Decides how nights are remembered: one row a night of an account, from its first attempt to its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned
from engine.store.types import BigKey, Document, UtcDateTime


class NightRun(Owned, Base):
    """The night of one morning, or a replay of it; ``night_id`` names its document once there is one.

    ``problem`` says by language why it failed. ``started_at`` is when its latest attempt began.
    """

    __tablename__ = "night_run"
    __table_args__ = (UniqueConstraint("tenant", "id"), Index(None, "tenant", "replay", "as_of"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[int]
    replay: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(32))
    attempts: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    night_id: Mapped[str | None] = mapped_column(String(64))
    problem: Mapped[dict[str, Any] | None] = mapped_column(Document)
