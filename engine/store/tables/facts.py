"""Decides how facts are kept: who they are about, what was measured, and from when to when that was known."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Owned
from engine.store.types import OPEN_DAY, BigKey


class Entity(Owned, Base):
    """Who a fact is about; ``id`` is the hash of the natural key (ids where exported, else names)."""

    __tablename__ = "entity"
    __table_args__ = (UniqueConstraint("tenant", "id"), Index(None, "tenant", "scope_pk"))

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    scope_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("scope.pk"))
    breakdown_value: Mapped[str] = mapped_column(Text)
    campaign_id: Mapped[str] = mapped_column(Text)
    ad_group_id: Mapped[str] = mapped_column(Text)
    ad_id: Mapped[str] = mapped_column(Text)
    result_indicator: Mapped[str] = mapped_column(Text)
    attribution: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(String(3))


class Label(Owned, Base):
    """What an entity was called from a day on; a renamed campaign is the same entity with a second label."""

    __tablename__ = "label"
    __table_args__ = (Index(None, "tenant", "entity_pk", "known_from"),)

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    entity_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("entity.pk"))
    import_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("import.pk"))
    known_from: Mapped[int]
    account_name: Mapped[str] = mapped_column(Text)
    campaign_name: Mapped[str] = mapped_column(Text)
    campaign_type: Mapped[str] = mapped_column(Text)
    ad_group_name: Mapped[str] = mapped_column(Text)
    ad_name: Mapped[str] = mapped_column(Text)


class Fact(Owned, Base):
    """One version of one row of an export, known from ``known_from`` until the day before ``known_to``.

    A restated or withdrawn row stays, closed; one that was restated on the day it came in is known from that day
    to that same day, which is no day at all. Money and fractional counts are whole millionths. Account and scope are
    those of the entity, whose foreign keys hold them.
    """

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_place", "scope_pk", "date_day", "entity_pk"),
        Index(
            "uq_fact_standing",
            "entity_pk",
            "date_day",
            "period_end",
            "occurrence",
            unique=True,
            sqlite_where=text(f"known_to = {OPEN_DAY}"),
            postgresql_where=text(f"known_to = {OPEN_DAY}"),
        ),
    )

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    tenant: Mapped[int] = mapped_column()
    scope_pk: Mapped[int] = mapped_column(BigKey)
    entity_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("entity.pk"))
    import_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("import.pk"))
    date_day: Mapped[int]
    period_end: Mapped[int]
    occurrence: Mapped[int] = mapped_column(SmallInteger)
    known_from: Mapped[int]
    known_to: Mapped[int]
    source_row: Mapped[int]
    spend: Mapped[int | None] = mapped_column(BigKey)
    impressions: Mapped[int | None] = mapped_column(BigKey)
    clicks: Mapped[int | None] = mapped_column(BigKey)
    link_clicks: Mapped[int | None] = mapped_column(BigKey)
    reach: Mapped[int | None] = mapped_column(BigKey)
    frequency: Mapped[int | None] = mapped_column(BigKey)
    conversions: Mapped[int | None] = mapped_column(BigKey)
    conversions_value: Mapped[int | None] = mapped_column(BigKey)
    video_views: Mapped[int | None] = mapped_column(BigKey)
