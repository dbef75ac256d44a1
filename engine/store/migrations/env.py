"""Decides how alembic runs: on the connection it is handed, inside the transaction that is already open."""

from __future__ import annotations

from alembic import context

from engine.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
