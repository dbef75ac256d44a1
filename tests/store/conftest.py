"""Every store test runs on SQLite and on a real PostgreSQL, each on a database of its own."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher

from engine.store.account import AccountStore
from engine.store.store import Store
from engine.store.tables import Base
from tests.environment import hash_quickly

_NUMBERS = itertools.count()


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
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """Passwords are hashed with the least effort."""
    return hash_quickly(monkeypatch)
