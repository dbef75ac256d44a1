"""Decides how the life of a recommendation is kept: how long it has been said, every step it took, states told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.append_only import refuse_changes
from engine.store.tables.base import Base, Owned
from engine.store.types import OPEN_DAY, BigKey, Document


class Episode(Owned, Base):
    """Since when and until when one thing is said of one entity; ``id`` is that of its recommendation.

    ``state`` is the last of its steps, ``open`` before the first. ``hold_days``: for so long after it was rejected or
    withheld the same is not said anew. ``undoes`` is the recommendation that this one would take back, or nothing.
    """

    __tablename__ = "episode"
    __table_args__ = (
        UniqueConstraint("tenant", "id"),
        Index(None, "tenant", "state"),
    )

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(64))
    entity: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(16))
    platform: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(16))
    first_end: Mapped[int]
    seen_on: Mapped[int]
    hold_days: Mapped[int]
    needs_approval: Mapped[bool]
    stake: Mapped[int] = mapped_column(BigKey)
    undoes: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    state_on: Mapped[int]


class ActionStep(Owned, Base):
    """One step in the life of a recommendation, written once; ``before`` and ``after`` are values of the entity."""

    __tablename__ = "action_step"
    __table_args__ = (
        UniqueConstraint("tenant", "recommendation_id", "step"),
        Index(None, "tenant", "step", "on_day"),
    )

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    recommendation_id: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(16))
    on_day: Mapped[int]
    source: Mapped[str] = mapped_column(String(16))
    before: Mapped[dict[str, Any] | None] = mapped_column(Document)
    after: Mapped[dict[str, Any] | None] = mapped_column(Document)
    note: Mapped[str] = mapped_column(Text)


class EntityState(Owned, Base):
    """What an entity was told to be, from ``known_from`` until the day before ``known_to``; money in millionths.

    ``id`` names the entity: its platform id where one is told, else its account and names. ``traits`` are the cells of
    its row that a bulk-edit file must repeat to find it again.
    """

    __tablename__ = "entity_state"
    __table_args__ = (
        Index(None, "tenant", "id", "known_from"),
        Index(
            "uq_entity_state_standing",
            "tenant",
            "id",
            unique=True,
            sqlite_where=text(f"known_to = {OPEN_DAY}"),
            postgresql_where=text(f"known_to = {OPEN_DAY}"),
        ),
    )

    pk: Mapped[int] = mapped_column(BigKey, primary_key=True)
    id: Mapped[str] = mapped_column(String(64))
    platform: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    campaign_name: Mapped[str] = mapped_column(Text)
    ad_group_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    learning: Mapped[bool | None]
    review: Mapped[str] = mapped_column(String(16))
    review_reason: Mapped[str] = mapped_column(Text)
    daily_budget: Mapped[int | None] = mapped_column(BigKey)
    bid: Mapped[int | None] = mapped_column(BigKey)
    final_url: Mapped[str] = mapped_column(Text, server_default="")
    traits: Mapped[dict[str, Any]] = mapped_column(Document)
    source: Mapped[str] = mapped_column(String(16))
    known_from: Mapped[int]
    known_to: Mapped[int]


# What somebody decided or did stays as it was written: the database itself refuses anything else.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER action_step_no_update BEFORE UPDATE ON action_step "
        "BEGIN SELECT RAISE(ABORT, 'action_step is append-only'); END",
        "CREATE TRIGGER action_step_no_delete BEFORE DELETE ON action_step "
        "BEGIN SELECT RAISE(ABORT, 'action_step is append-only'); END",
        # INSERT OR REPLACE takes the old row away without asking the triggers above.
        "CREATE TRIGGER action_step_no_replace BEFORE INSERT ON action_step WHEN EXISTS (SELECT 1 FROM action_step "
        "WHERE pk = NEW.pk OR (tenant = NEW.tenant AND recommendation_id = NEW.recommendation_id "
        "AND step = NEW.step)) BEGIN SELECT RAISE(ABORT, 'action_step is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION action_step_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'action_step is append-only' USING ERRCODE = '23001'; END$$",
        "CREATE TRIGGER action_step_append_only BEFORE UPDATE OR DELETE ON action_step "
        "FOR EACH ROW EXECUTE FUNCTION action_step_append_only()",
        "CREATE TRIGGER action_step_no_truncate BEFORE TRUNCATE ON action_step "
        "FOR EACH STATEMENT EXECUTE FUNCTION action_step_append_only()",
    ),
}
refuse_changes(ActionStep.__table__, APPEND_ONLY)
