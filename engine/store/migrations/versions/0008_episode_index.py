"""Takes back an index of episodes that no question uses."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("ix_episode_tenant_rule_action", table_name="episode")
