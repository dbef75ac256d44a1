"""A service that is told to stop ends what it can, gives back what it cannot, and the next start finishes that."""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from engine.store.account import AccountStore
from engine.store.store import Store
from tests.soak.checking import FILES
from tests.soak.driver import FORM, form_of
from tests.soak.files import long_export

WAIT = 60.0


@contextmanager
def held_up(url: str) -> Iterator[None]:
    """The account cannot be written to."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("PRAGMA busy_timeout=10000")
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1 FROM account FOR UPDATE")
        yield


@pytest.fixture
def files(service) -> Iterator[AccountStore]:
    """The account that files are handed in to."""
    store = Store(service.url)
    yield store.account(FILES, "test")
    store.close()


def asked(service, method: str, path: str, body: bytes | None = None) -> tuple[int, dict]:
    """One request and its answer, without waiting for work."""
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=WAIT)) as connection:
        headers = {"Authorization": f"Bearer {service.secrets['imports']}", "Prefer": "respond-async"}
        connection.request(method, path, body, headers | ({"Content-Type": FORM} if body else {}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def begun_import(service, files: AccountStore) -> str:
    """An import that is under way: its run."""
    status, run = asked(service, "POST", "/v1/imports", form_of(long_export()))
    assert status == 202
    until(lambda: files.runs.read(run["id"]).attempts == 1)
    return run["id"]


def until(true) -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.002)


def check_done(service, files: AccountStore, run: str, attempts: set[int]) -> None:
    """The import is there once, with its answer, and nothing is left of it."""
    over = files.runs.read(run)
    assert (over.state, over.attempts in attempts) == ("done", True), over
    assert [entry.file for entry in files.imports()] == [long_export().name]
    assert over.outcome["words"]["en"]["import_id"] == files.imports()[0].import_id
    assert files.snapshot().facts["spend"].sum() == long_export().spend
    assert len(files.audit.list(action="import.recorded")) == 1
    assert list((service.folder / "uploads").iterdir()) == []


def test_an_import_that_ends_within_the_grace_is_finished(service, files):
    service.start()
    run = begun_import(service, files)
    with held_up(service.url):
        code: list[int] = []
        stopping = threading.Thread(target=lambda: code.append(service.stop()))
        stopping.start()
        time.sleep(0.5)
    stopping.join(WAIT)
    assert code == [0]
    check_done(service, files, run, {1})


@pytest.mark.parametrize("service", ["sqlite", "postgresql"], indirect=True)
def test_an_import_that_does_not_is_given_back_and_finished_by_the_next_start(service, files):
    service.start(grace_seconds=0.5)
    run = begun_import(service, files)
    with held_up(service.url):
        begun = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begun < 45
        stands = files.runs.read(run)
        assert stands.is_open
        if service.url.startswith("postgresql"):  # in SQLite nothing at all can be written down meanwhile
            assert (stands.state, stands.attempts) == ("queued", 0)
        assert files.imports() == []
    service.start()
    until(lambda: not files.runs.read(run).is_open)
    check_done(service, files, run, {1, 2})
    assert service.stop() == 0


def test_a_run_is_followed_through_the_server_and_a_client_that_goes_away_makes_room(service, files):
    service.start()
    run = begun_import(service, files)
    place, headers = f"/v1/runs/{run}/events", {"Authorization": f"Bearer {service.secrets['imports']}"}
    with held_up(service.url):
        streams = [http.client.HTTPConnection("127.0.0.1", service.port, timeout=WAIT) for _ in range(4)]
        answers = []
        for stream in streams:
            stream.request("GET", place, headers=headers)
            answers.append(stream.getresponse())
            assert answers[-1].status == 200
            assert answers[-1].readline() == b"event: run\n"  # it comes before the stream ends
        assert asked(service, "GET", place)[0] == 429
        for gone in streams[1:]:
            gone.sock.close()
        for gone in answers[1:]:
            gone.close()
        until(lambda: _follows(service, place, headers))
    told = answers[0].read().decode()
    streams[0].close()
    assert json.loads(told.rstrip().rpartition("data: ")[2])["state"] == "done"
    check_done(service, files, run, {1})


def _follows(service, place: str, headers: dict[str, str]) -> bool:
    """Whether another stream finds a place."""
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=WAIT)) as connection:
        connection.request("GET", place, headers=headers)
        time.sleep(0.2)
        return connection.getresponse().status == 200
