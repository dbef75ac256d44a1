"""Decides how a database comes to this version's schema: every step in one transaction, or not at all."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from engine.errors import StoreError
from engine.store.database import Database

_FOLDER = Path(__file__).parent
# One upgrade at a time on PostgreSQL; the number is any that nothing else locks.
_LOCK = 7_230_114


def newest() -> str:
    """The revision this version knows, read off the file names (``0001_first.py``)."""
    return max(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def upgrade(database: Database) -> None:
    """Brings ``database`` to the newest revision; a database that is there already is only looked at."""
    with database.raw(write=False) as connection:
        found = current(connection)
    if found == newest():
        return
    if found is not None and found > newest():
        raise StoreError("engine.store.newer", where=database.name, found=found, known=newest())
    with database.raw(write=True) as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _migrate(connection)


def current(connection: Connection) -> str | None:
    """The revision of the database; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
