"""The accounts' own rules, version by version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import OPEN_DAY, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "rule_version",
        sa.Column("pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("rule_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name="pk_rule_version"),
        sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name="fk_rule_version_tenant"),
    )
    op.create_index("ix_rule_version_tenant_rule_id_valid_from", "rule_version", ["tenant", "rule_id", "valid_from"])
    standing = sa.text(f"valid_to = {OPEN_DAY}")
    op.create_index(
        "uq_rule_version_standing",
        "rule_version",
        ["tenant", "rule_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
