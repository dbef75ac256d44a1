"""Decides how documents are kept: proposals and their curves, nights, screenings, targets, … one table a kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from engine.store.tables.base import Base, Owned
from engine.store.types import BigKey, Document, Spoken


class Record(Owned):
    """A document under the hash of its content (or of the key it was asked for by) and a short id for people."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        """Neither id is given twice in one account; lists are read by age."""
        return (UniqueConstraint("tenant", "id"), UniqueConstraint("tenant", "short_id"), Index(None, "tenant", "pk"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    short_id: Mapped[str] = mapped_column(String(68))
    document: Mapped[dict[str, Any]] = mapped_column(Document)


class Proposal(Record, Base):
    """A budget allocation."""

    __tablename__ = "proposal"


class Night(Record, Base):
    """One nightly run over the account."""

    __tablename__ = "night"


class Screening(Record, Base):
    """One check of copy against the law."""

    __tablename__ = "screening"


class Recommendation(Record, Base):
    """One thing a rule advises."""

    __tablename__ = "recommendation"
    document: Mapped[dict[str, Any]] = mapped_column(Spoken)


class CueSheet(Record, Base):
    """One version of a cue sheet."""

    __tablename__ = "cue_sheet"


class Curves(Record, Base):
    """The response curves a proposal was made on, so that it can be worked out again."""

    __tablename__ = "curves"


class Targets(Record, Base):
    """What conversions may cost and must bring, from a day on; the newest that holds on a day counts."""

    __tablename__ = "targets"


class Policy(Record, Base):
    """What may be approved without asking, from a day until a day; the newest that holds on a day counts."""

    __tablename__ = "policy"


class Registry(Record, Base):
    """Credit, budgets and access tokens of the platform accounts, from a day on; the newest that holds counts."""

    __tablename__ = "registry"


KINDS: dict[str, tuple[str, type[Record]]] = {
    "proposal": ("P", Proposal),
    "night": ("N", Night),
    "screening": ("S", Screening),
    "recommendation": ("R", Recommendation),
    "cue_sheet": ("C", CueSheet),
    "curves": ("V", Curves),
    "targets": ("T", Targets),
    "policy": ("L", Policy),
    "registry": ("A", Registry),
}
