"""The life of recommendations: episodes, steps, states of entities; targets and policies of an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import OPEN_DAY, UtcDateTime

revision = "0004"
down_revision = "0003"

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


def upgrade() -> None:
    create_episodes()
    create_steps()
    create_states()
    for kind in ("targets", "policy"):
        owned_table(
            kind,
            text("id", 64),
            text("short_id", 68),
            sa.Column("document", sa.JSON(), nullable=False),
            unique=[("tenant", "id"), ("tenant", "short_id")],
        )
        op.create_index(f"ix_{kind}_tenant_pk", kind, ["tenant", "pk"])


def create_episodes() -> None:
    owned_table(
        "episode",
        text("id", 64),
        text("rule", 64),
        text("entity"),
        text("action", 16),
        text("platform", 32),
        text("level", 16),
        number("first_end"),
        number("seen_on"),
        number("hold_days"),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        big("stake"),
        text("undoes", 64),
        text("state", 16),
        number("state_on"),
        unique=[("tenant", "id")],
    )
    op.create_index("ix_episode_tenant_state", "episode", ["tenant", "state"])
    op.create_index("ix_episode_tenant_rule_action", "episode", ["tenant", "rule", "action"])


def create_steps() -> None:
    owned_table(
        "action_step",
        text("id", 64),
        text("recommendation_id", 64),
        text("step", 16),
        number("on_day"),
        text("source", 16),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        text("note"),
        unique=[("tenant", "recommendation_id", "step")],
    )
    op.create_index("ix_action_step_tenant_step_on_day", "action_step", ["tenant", "step", "on_day"])
    for statement in APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(sa.text(statement))


def create_states() -> None:
    owned_table(
        "entity_state",
        text("id", 64),
        text("platform", 32),
        text("account_id"),
        text("level", 16),
        text("external_id"),
        text("name"),
        text("campaign_name"),
        text("ad_group_name"),
        text("status", 16),
        sa.Column("learning", sa.Boolean(), nullable=True),
        text("review", 16),
        text("review_reason"),
        big("daily_budget", nullable=True),
        big("bid", nullable=True),
        sa.Column("traits", sa.JSON(), nullable=False),
        text("source", 16),
        number("known_from"),
        number("known_to"),
        unique=[],
    )
    op.create_index("ix_entity_state_tenant_id_known_from", "entity_state", ["tenant", "id", "known_from"])
    standing = sa.text(f"known_to = {OPEN_DAY}")
    op.create_index(
        "uq_entity_state_standing",
        "entity_state",
        ["tenant", "id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def owned_table(name: str, *columns: sa.Column[object], unique: list[tuple[str, ...]]) -> None:
    op.create_table(
        name,
        big("pk"),
        *columns,
        number("tenant"),
        text("actor", 128),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["tenant"], ["account.tenant"], name=f"fk_{name}_tenant"),
        *(sa.UniqueConstraint(*names, name=f"uq_{name}_{'_'.join(names)}") for names in unique),
    )


def big(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=False)


def text(name: str, length: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)
