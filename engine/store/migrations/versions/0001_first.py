"""The first schema: accounts, imports, facts with their history, documents, keys."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0001"
down_revision = None

KINDS = ("proposal", "night", "screening", "recommendation", "cue_sheet")
METRICS = (
    "spend",
    "impressions",
    "clicks",
    "link_clicks",
    "reach",
    "frequency",
    "conversions",
    "conversions_value",
    "video_views",
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("tenant", sa.Integer(), nullable=False),
        text("id", 64),
        text("name", 64),
        text("actor", 128),
        instant("created_at"),
        sa.PrimaryKeyConstraint("tenant", name="pk_account"),
        sa.UniqueConstraint("id", name="uq_account_id"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )
    create_ledger()
    create_facts()
    for kind in KINDS:
        unique = [("tenant", "id"), ("tenant", "short_id")]
        owned_table(kind, text("id", 64), text("short_id", 68), document("document"), unique=unique)
    owned_table(
        "api_key",
        text("id", 64),
        text("prefix", 16),
        text("secret_hash", 64),
        text("role", 16),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(128), nullable=True),
        unique=[("id",), ("prefix",)],
    )
    owned_table("header_map", text("id", 64), text("fingerprint", 128), text("platform", 32), document("mapping"))
    index("header_map", "tenant", "fingerprint")


def create_ledger() -> None:
    owned_table(
        "scope",
        text("platform", 32),
        text("account_id", 512),
        text("grain", 16),
        text("breakdown", 64),
        sa.Column("daily", sa.Boolean(), nullable=False),
        unique=[("tenant", "platform", "account_id", "grain", "breakdown", "daily")],
    )
    owned_table(
        "import",
        text("id", 64),
        text("reading", 64),
        text("sha256", 64),
        text("file"),
        number("received_on"),
        number("rows_new"),
        number("rows_restated"),
        number("rows_unchanged"),
        number("rows_withdrawn"),
        document("summary"),
        unique=[("tenant", "id")],
    )
    index("import", "tenant", "reading")
    owned_table(
        "coverage",
        big("import_pk"),
        big("scope_pk"),
        number("received_on"),
        number("first_day"),
        number("last_day"),
        parents=("import", "scope"),
    )
    index("coverage", "tenant", "scope_pk", "received_on")


def create_facts() -> None:
    owned_table(
        "entity",
        text("id", 64),
        big("scope_pk"),
        text("breakdown_value"),
        text("campaign_id"),
        text("ad_group_id"),
        text("ad_id"),
        text("result_indicator"),
        text("attribution"),
        text("currency", 3),
        unique=[("tenant", "id")],
        parents=("scope",),
    )
    index("entity", "tenant", "scope_pk")
    names = ("account_name", "campaign_name", "campaign_type", "ad_group_name", "ad_name")
    owned_table(
        "label",
        big("entity_pk"),
        big("import_pk"),
        number("known_from"),
        *(text(name) for name in names),
        parents=("entity", "import"),
    )
    index("label", "tenant", "entity_pk", "known_from")
    owned_table(
        "fact",
        big("scope_pk"),
        big("entity_pk"),
        big("import_pk"),
        number("date_day"),
        number("period_end"),
        sa.Column("occurrence", sa.SmallInteger(), nullable=False),
        number("known_from"),
        number("known_to"),
        number("source_row"),
        *(big(name, nullable=True) for name in METRICS),
        parents=("entity", "import"),
        held_by_account=False,
    )
    op.create_index("ix_fact_place", "fact", ["scope_pk", "date_day", "entity_pk"])
    standing = sa.text("known_to = 99991231")
    op.create_index(
        "uq_fact_standing",
        "fact",
        ["entity_pk", "date_day", "period_end", "occurrence"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def owned_table(
    name: str,
    *columns: sa.Column[object],
    unique: Sequence[tuple[str, ...]] = (),
    parents: tuple[str, ...] = (),
    held_by_account: bool = True,
) -> None:
    op.create_table(
        name,
        big("pk"),
        *columns,
        sa.Column("tenant", sa.Integer(), nullable=False),
        text("actor", 128),
        instant("created_at"),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"),
        *([sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name=f"fk_{name}_tenant")] * held_by_account),
        *(sa.ForeignKeyConstraint([f"{p}_pk"], [f"{p}.pk"], name=f"fk_{name}_{p}_pk") for p in parents),
        *(sa.UniqueConstraint(*names, name=f"uq_{name}_{'_'.join(names)}") for names in unique),
    )


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def big(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def text(name: str, length: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def document(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def instant(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=False)
