"""The nights of an account: which ran, at which stage, how they ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "night_run",
        sa.Column("pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("night_id", sa.String(64), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_night_run"),
        sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name="fk_night_run_tenant"),
        sa.UniqueConstraint("tenant", "id", name="uq_night_run_tenant_id"),
    )
    op.create_index("ix_night_run_tenant_replay_as_of", "night_run", ["tenant", "replay", "as_of"])
