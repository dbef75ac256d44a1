"""People, sessions, audit, idempotency, leases, runs and decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        # INSERT OR REPLACE takes the old row away without asking the triggers above.
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry "
        "WHERE pk = NEW.pk OR (tenant = NEW.tenant AND seq = NEW.seq)) "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = '23001'; END$$",
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only()",
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "person",
        big("pk"),
        text("id", 64),
        text("login", 64),
        text("password_hash", 256),
        text("actor", 128),
        instant("created_at"),
        sa.PrimaryKeyConstraint("pk", name="pk_person"),
        sa.UniqueConstraint("id", name="uq_person_id"),
        sa.UniqueConstraint("login", name="uq_person_login"),
    )
    op.add_column("account", sa.Column("audit_seq", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("account", sa.Column("audit_head", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("api_key") as keys:
        keys.add_column(sa.Column("name", sa.String(64), nullable=False, server_default=""))
        keys.add_column(big("person_pk", nullable=True))
        keys.add_column(instant("expires_at", nullable=True))
        keys.create_foreign_key("fk_api_key_person_pk", "person", ["person_pk"], ["pk"])
    for kind in ("proposal", "night", "screening", "recommendation", "cue_sheet"):
        op.create_index(f"ix_{kind}_tenant_pk", kind, ["tenant", "pk"])
    create_people()
    create_work()
    owned_table(
        "audit_entry",
        text("id", 64),
        number("seq"),
        text("action", 64),
        text("subject", 128),
        sa.Column("details", sa.JSON(), nullable=False),
        text("previous", 64),
        unique=[("tenant", "seq")],
    )
    for statement in APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(sa.text(statement))


def create_people() -> None:
    owned_table(
        "membership",
        text("id", 64),
        big("person_pk"),
        text("role", 16),
        instant("ended_at", nullable=True),
        unique=[("id",)],
        people=True,
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_membership_standing",
        "membership",
        ["tenant", "person_pk"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    owned_table(
        "invitation",
        text("id", 64),
        text("secret_hash", 64),
        text("role", 16),
        big("person_pk", nullable=True),
        instant("expires_at"),
        instant("used_at", nullable=True),
        unique=[("id",), ("secret_hash",)],
        people=True,
    )
    owned_table(
        "login_session",
        text("id", 64),
        text("token_hash", 64),
        big("person_pk"),
        instant("seen_at"),
        instant("proved_at"),
        instant("expires_at"),
        instant("ended_at", nullable=True),
        unique=[("id",), ("token_hash",)],
        people=True,
    )
    op.create_index("ix_login_session_person_pk", "login_session", ["person_pk"])


def create_work() -> None:
    owned_table(
        "claim",
        text("id", 64),
        text("fingerprint", 64),
        text("owner", 64),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        instant("expires_at"),
        unique=[("tenant", "id")],
    )
    op.create_index("ix_claim_expires_at", "claim", ["expires_at"])
    owned_table(
        "lease",
        text("id", 64),
        text("name", 128),
        text("holder", 128),
        number("fence"),
        instant("taken_at"),
        instant("expires_at"),
        unique=[("tenant", "id")],
    )
    owned_table(
        "run",
        text("id", 64),
        text("short_id", 68),
        text("kind", 32),
        sa.Column("request", sa.JSON(), nullable=False),
        text("state", 16),
        text("stage", 32),
        number("done"),
        number("total"),
        number("attempts"),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        number("changes"),
        sa.Column("outcome", sa.JSON(), nullable=True),
        instant("finished_at", nullable=True),
        unique=[("tenant", "id"), ("tenant", "short_id")],
    )
    op.create_index("ix_run_state", "run", ["state"])
    owned_table(
        "decision",
        text("id", 64),
        text("kind", 32),
        text("subject_id", 64),
        big("person_pk"),
        text("verdict", 16),
        sa.Column("note", sa.Text(), nullable=False),
        unique=[("tenant", "id"), ("tenant", "kind", "subject_id")],
        people=True,
    )


def owned_table(name: str, *columns: sa.Column[object], unique: list[tuple[str, ...]], people: bool = False) -> None:
    op.create_table(
        name,
        big("pk"),
        *columns,
        number("tenant"),
        text("actor", 128),
        instant("created_at"),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name=f"fk_{name}_tenant"),
        *([sa.ForeignKeyConstraint(["person_pk"], ["person.pk"], name=f"fk_{name}_person_pk")] * people),
        *(sa.UniqueConstraint(*names, name=f"uq_{name}_{'_'.join(names)}") for names in unique),
    )


def big(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def text(name: str, length: int) -> sa.Column[object]:
    return sa.Column(name, sa.String(length), nullable=False)


def instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)
