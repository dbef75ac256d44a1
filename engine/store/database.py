"""Decides how the database is opened and how a transaction begins, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, Select, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from engine.errors import SettingError, StoreError
from engine.store.audit import require_act
from engine.store.faults import store_errors
from engine.store.tenancy import CONNECTION, EVERYONE, TALLY, TENANT, Tally, Tenant, fence, narrowed

BUSY_SECONDS = 30
# A request waits for a connection no longer than this; a server that is up answers within milliseconds.
CONNECT_SECONDS = 5
# After this much silence a connection counts as dead, also where the other machine vanished without a word.
_SILENT_SECONDS = 10
WRITES = "adcue_write"
SINGLE = "adcue_single"
# As many connections as requests and jobs are usually under way; more are opened and closed again.
# The one used last is used next: what it has read is still at hand.
_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 40, "pool_use_lifo": True}
_HERE = ("", "localhost", "127.0.0.1", "::1")
_TLS = ("verify-full", "verify-ca")
_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)


class Database:
    """One database, opened late: nothing is touched before the first transaction."""

    def __init__(self, url: str) -> None:
        self.url = _known_url(url)
        self.name = self.url.render_as_string(hide_password=True)
        with store_errors(self.name):
            self._engine = _engine(self.url)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self, tenant: Tenant) -> Iterator[Session]:
        """A session of one account that sees one state of the database and writes nothing."""
        options: dict[str, Any] = {TENANT: tenant}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._connected(options) as connection, Session(connection, info={TENANT: tenant}) as session:
            yield session

    def look(
        self, tenant: Tenant, statement: Select[*tuple[Any, ...]], **values: Any
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of one statement that was built once (``values`` fill it in); a session costs more than the look."""
        with self._connected({TENANT: tenant, SINGLE: True}) as connection:
            return connection.execute(narrowed(statement, tenant), values).all()

    @contextmanager
    def write(self, tenant: Tenant) -> Iterator[Session]:
        """A session of one account in one transaction: all of it is kept, or nothing.

        Raises UnauditedChangeError where something was changed and no act was written into the audit chain.
        """
        with self.upkeep(tenant) as session:
            yield session
            session.flush()
            require_act(session)

    @contextmanager
    def upkeep(self, tenant: Tenant) -> Iterator[Session]:
        """The same for what is nobody's act: progress, leases, the time a session was last seen."""
        with self.rehearse(tenant) as session:
            yield session
            session.commit()

    @contextmanager
    def rehearse(self, tenant: Tenant) -> Iterator[Session]:
        """A session of one account in one transaction of which nothing is kept."""
        self._make_room()
        info: dict[Any, Any] = {TENANT: tenant, TALLY: Tally()}
        with self._connected(info | {WRITES: True}) as connection:
            with Session(connection, info=info, expire_on_commit=False) as session:
                session.info[CONNECTION] = session.connection()
                yield session

    @contextmanager
    def raw(self, *, write: bool) -> Iterator[Connection]:
        """A connection in one transaction over all accounts, for migrations only."""
        self._make_room()
        with self._connected({TENANT: EVERYONE, WRITES: write}) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connected(self, options: dict[Any, Any]) -> Iterator[Connection]:
        """A connection that knows whose it is; options of the connection cost less than those of an engine."""
        with store_errors(self.name), self._engine.connect() as connection:
            yield connection.execution_options(**options)

    def close(self) -> None:
        """Gives every connection back."""
        self._engine.dispose()

    def _make_room(self) -> None:
        file = self.url.database
        if not self.is_sqlite or not file or file.startswith("file:"):
            return
        try:
            Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError("engine.store.away", where=self.name, detail=error.strerror or "") from error


def _known_url(url: str) -> URL:
    """The URL, with the driver that is installed."""
    try:
        parsed = make_url("postgresql" + url.removeprefix("postgres") if url.startswith("postgres://") else url)
    except ArgumentError as error:
        raise SettingError("engine.store.url", scheme=url.partition(":")[0]) from error
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise SettingError("engine.store.url", scheme=backend)
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "postgresql":
            engine = create_engine(_encrypted(url), pool_pre_ping=True, connect_args=_patience(url), **_POOL)
        else:
            engine = create_engine(url, **_POOL)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
    except (NoSuchModuleError, TypeError) as error:
        raise SettingError("engine.store.url", scheme=url.drivername) from error
    event.listen(engine, "before_cursor_execute", fence)
    return engine


def _encrypted(url: URL) -> URL:
    """A database on another machine is reached over TLS, and proves who it is. Raises SettingError for less."""
    host = str(url.host or url.query.get("host") or "")
    if host in _HERE or host.startswith("/"):
        return url
    mode = url.query.get("sslmode", _TLS[0])
    if mode not in _TLS:
        raise SettingError("engine.store.plain", allowed=", ".join(_TLS))
    return url.update_query_dict({"sslmode": str(mode)})


def _patience(url: URL) -> dict[str, Any]:
    """How long a PostgreSQL connection waits: for the server, for a sign of life, for a row as SQLite for its file.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    """
    given = str(url.query.get("options", ""))
    return {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": _SILENT_SECONDS * 1000,
        "keepalives_idle": _SILENT_SECONDS,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "options": f"-c lock_timeout={BUSY_SECONDS}s {given}".strip(),
    }


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(WRITES, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not options.get(SINGLE, False):  # one statement sees one state by itself
        connection.exec_driver_sql("BEGIN")
