"""Decides what every table carries: whose row it is, who wrote it, when."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.store.types import UtcDateTime


def now() -> datetime:
    """The instant a row is written, with its time zone."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Every table of the store; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Owned:
    """A row that belongs to one account: no query reaches it without naming the account."""

    tenant: Mapped[int] = mapped_column(ForeignKey("account.tenant"))
    actor: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
