"""What the delivery monitor reads: looks at landing pages, the account registry, where an ad leads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("entity_state", sa.Column("final_url", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "probe",
        key(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(32), nullable=False),
        *owned("probe"),
    )
    op.create_index("ix_probe_tenant_at", "probe", ["tenant", "at"])
    op.create_table(
        "registry",
        key(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("short_id", sa.String(68), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        *owned("registry"),
        sa.UniqueConstraint("tenant", "id", name="uq_registry_tenant_id"),
        sa.UniqueConstraint("tenant", "short_id", name="uq_registry_tenant_short_id"),
    )
    op.create_index("ix_registry_tenant_pk", "registry", ["tenant", "pk"])


def key() -> sa.Column[int]:
    return sa.Column("pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name=f"fk_{table}_tenant"),
    ]
