"""Decides how an account's own rules are kept: every version as it was written, and the days on which it held."""

from __future__ import annotations

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned
from engine.store.types import OPEN_DAY, BigKey


class RuleVersion(Owned, Base):
    """One version of one rule, from ``valid_from`` until the day before ``valid_to``; ``id`` is its content's hash.

    ``mode`` is the rule's own (``propose``, ``alert_only``, ``off``). A version with an empty ``text`` is off: it
    silences the rule of that id, whoever wrote it.
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        Index(None, "tenant", "rule_id", "valid_from"),
        Index(
            "uq_rule_version_standing",
            "tenant",
            "rule_id",
            unique=True,
            sqlite_where=text(f"valid_to = {OPEN_DAY}"),
            postgresql_where=text(f"valid_to = {OPEN_DAY}"),
        ),
    )

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    rule_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[int]
    valid_to: Mapped[int]
