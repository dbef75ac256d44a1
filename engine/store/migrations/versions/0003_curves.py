"""Curves as documents of their own, so that a kept plan can be worked out again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "curves",
        sa.Column("pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("short_id", sa.String(68), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_curves"),
        sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name="fk_curves_tenant"),
        sa.UniqueConstraint("tenant", "id", name="uq_curves_tenant_id"),
        sa.UniqueConstraint("tenant", "short_id", name="uq_curves_tenant_short_id"),
    )
    op.create_index("ix_curves_tenant_pk", "curves", ["tenant", "pk"])
