"""A database that is away, full, locked, damaged or read-only is said so, with where and what to do, and no secret."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from engine.errors import AdcueError, SettingError, StoreError
from engine.messages import LANGUAGES, sentence_ids
from engine.store import database as database_module
from engine.store.database import Database
from engine.store.faults import _POSTGRES, _SQLITE
from engine.store.store import Store
from tests.store.conftest import create_database
from tests.store.readings import large_reading, reading, row

DAY = date(2025, 2, 1)
Opener = Callable[[str], Store]


@contextmanager
def refused(kind: str) -> Iterator[None]:
    with pytest.raises(StoreError) as refusal:
        yield
    assert refusal.value.code == f"engine.store.{kind}"
    for language in LANGUAGES:
        assert "secret" not in refusal.value.text(language)
        assert "{" not in refusal.value.text(language)


def test_every_kind_of_fault_has_its_sentence() -> None:
    known = sentence_ids("engine")
    for kind in {*_SQLITE.values(), *_POSTGRES.values(), "failed", "newer", "conflict"}:
        assert set(known[f"store.{kind}"]) == set(LANGUAGES)


@pytest.mark.parametrize("url", ["mysql://u:secret@host/db", "oracle://host", "nonsense", "", "sqlite+unknown:///x"])
def test_another_database_is_refused_by_name(url: str) -> None:
    with pytest.raises(AdcueError) as refusal:
        Store(url).upgrade()
    assert isinstance(refusal.value, SettingError)
    assert "secret" not in refusal.value.text()


def test_a_folder_that_cannot_be_made(tmp_path: Path, open_store: Opener) -> None:
    (tmp_path / "file").write_text("in the way")
    with refused("away"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'adcue.sqlite3'}").upgrade()


def test_a_folder_in_the_place_of_the_file(tmp_path: Path, open_store: Opener) -> None:
    with refused("away"):
        open_store(f"sqlite:///{tmp_path}").upgrade()


def test_a_file_that_is_no_database(tmp_path: Path, open_store: Opener) -> None:
    (tmp_path / "adcue.sqlite3").write_bytes(b"Campaign,Cost\n" * 1000)
    with refused("damaged"):
        open_store(f"sqlite:///{tmp_path / 'adcue.sqlite3'}").upgrade()


def test_a_database_without_a_schema(empty_url: str, open_store: Opener) -> None:
    with refused("not_upgraded"):
        open_store(empty_url).account("acme", "planner")


def test_a_file_that_may_not_be_written(tmp_path: Path, sqlite_template: Path, open_store: Opener) -> None:
    file = tmp_path / "adcue.sqlite3"
    shutil.copy(sqlite_template, file)
    writer = open_store(f"sqlite:///{file}").account("acme", "planner")
    writer.record_import(reading(row("A", "2025-01-01", 1)), DAY)
    reader = open_store(f"sqlite:///file:{file}?mode=ro&uri=true").account("acme", "planner")
    assert reader.snapshot().facts["spend"].tolist() == [1]
    with refused("read_only"):
        reader.put("proposal", {"a": 1})


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, sqlite_template: Path, open_store: Opener) -> None:
    file = tmp_path / "adcue.sqlite3"
    shutil.copy(sqlite_template, file)
    store = open_store(f"sqlite:///{file}")
    account = store.account("acme", "planner")
    account.record_import(reading(row("A", "2025-01-01", 1)), DAY)
    before = account.snapshot().hash
    store.close()
    event.listen(store._database._engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count=60"))
    with refused("full"):
        account.record_import(large_reading(5_000), DAY)
    assert (account.snapshot().hash, len(account.imports())) == (before, 1)


def test_a_database_that_another_writer_holds(
    tmp_path: Path, sqlite_template: Path, open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "adcue.sqlite3"
    shutil.copy(sqlite_template, file)
    monkeypatch.setattr(database_module, "_PRAGMAS", ("PRAGMA busy_timeout=50", *database_module._PRAGMAS[1:]))
    account = open_store(f"sqlite:///{file}").account("acme", "planner")
    holder = Database(f"sqlite:///{file}")
    with holder.raw(write=True), refused("busy"):
        account.put("proposal", {"a": 1})
    holder.close()
    account.put("proposal", {"a": 1})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_does_not_answer(open_store: Opener) -> None:
    with refused("away"):
        open_store(f"postgresql://planner:secret@127.0.0.1:{free_port()}/adcue").upgrade()


def test_a_server_database_that_does_not_exist(postgres: Any, open_store: Opener) -> None:
    with refused("away"):
        open_store(postgres.get_uri(database="nowhere")).upgrade()


def test_a_server_that_may_not_be_written(postgres: Any, open_store: Opener) -> None:
    url = create_database(postgres, "template_adcue")
    writer = open_store(url).account("acme", "planner")
    writer.put("proposal", {"a": 1})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    reader = open_store(url.replace("postgres:@", "reader:@")).account("acme", "planner")
    assert reader.list("proposal") == writer.list("proposal")
    with refused("read_only"):
        reader.put("proposal", {"a": 2})


@pytest.mark.parametrize(
    ("state", "kind"),
    [("53100", "full"), ("57P01", "away"), ("40P01", "busy"), ("22012", "failed"), ("XX001", "damaged")],
)
def test_what_a_server_reports(postgres: Any, state: str, kind: str) -> None:
    database = Database(postgres.get_uri())
    with refused(kind), database.raw(write=True) as connection:
        connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'planner secret' USING ERRCODE = '{state}'; END $$"))
    database.close()


def test_a_connection_that_the_server_dropped_is_opened_again(postgres: Any, open_store: Opener) -> None:
    url = create_database(postgres, "template_adcue")
    account = open_store(url).account("acme", "planner")
    account.put("proposal", {"a": 1})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
    assert len(account.list("proposal")) == 1


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://u:p@db.example/adcue", "verify-full"),
        ("postgresql://u:p@10.0.0.5/adcue?sslmode=verify-ca", "verify-ca"),
        ("postgresql://u:p@localhost/adcue", None),
        ("postgresql://u:p@127.0.0.1/adcue?sslmode=disable", "disable"),
        ("postgresql://u@/adcue?host=/run/postgresql", None),
    ],
)
def test_a_database_elsewhere_is_reached_over_tls_that_proves_who_it_is(url: str, mode: str | None) -> None:
    assert Database(url)._engine.url.query.get("sslmode") == mode


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "x"])
def test_a_database_elsewhere_is_not_reached_in_plain_text(mode: str) -> None:
    with pytest.raises(SettingError, match="verify-full"):
        Database(f"postgresql://u:p@db.example/adcue?sslmode={mode}")


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path / 'data' / 'adcue.sqlite3'}").upgrade()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
