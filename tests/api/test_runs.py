"""Long work over HTTP: 202 and a run to follow, the same answer as one that was waited for, cancel, limits, tenants."""

from __future__ import annotations

import io
import json
import threading
import time

import pytest

from api.app import jobs_of
from api.v1 import following
from api.v1.long_work import MOST_OPEN
from engine.settings import settings

AS_OF = "2026-11-16"
COPY = {"rows": [{"text": "這款果汁三天治好糖尿病", "product": "food"}, {"text": "現榨柳橙汁", "product": "food"}]}
ASYNC = {"Prefer": "respond-async"}
WAIT = 60.0


@pytest.fixture
def export(sample):
    """A form that hands in one export."""

    def form(name: str = "google-ads-campaigns.csv", **more: str) -> dict[str, object]:
        path = next(path for path in sample[1].exports if path.name == name)
        return {"file": (io.BytesIO(path.read_bytes()), path.name), "received": AS_OF} | more

    return form


@pytest.fixture
def posts(client, key, plan, export):
    """Asks for one kind of work."""
    header = key()

    def post(kind: str, headers: dict[str, str] | None = None, **more: object):
        place, sent = {
            "file_import": ("/v1/imports", {"data": export(**more) if kind == "file_import" else None}),
            "proposal": ("/v1/proposals", {"json": plan | more}),
            "night": ("/v1/nights", {"json": {"as_of": AS_OF} | more}),
            "copy_check": ("/v1/copy-checks", {"json": COPY | more}),
        }[kind]
        return client.post(place, headers=header | (headers or {}), **sent)

    post.header = header
    return post


@pytest.fixture
def held_back(app, monkeypatch):
    """Work waits before it begins until ``go`` is set; ``begun`` tells that a thread has taken one up."""
    from api.jobs import doing

    class Gate:
        begun, go = threading.Event(), threading.Event()

    whole, gate = doing.work_of, Gate()

    def work_of(kind):
        def run(account, request, live):
            live.stage("read", 0, 4)
            gate.begun.set()
            while not gate.go.wait(0.02):
                live.step(0, 4)
            return whole(kind)(account, request, live)

        return run

    monkeypatch.setattr(doing, "work_of", work_of)
    yield gate
    gate.go.set()


def followed(client, header, place, seconds=WAIT):
    """The run once it is over, asked again and again."""
    end = time.monotonic() + seconds
    while (run := client.get(place, headers=header).json)["state"] in ("queued", "running"):
        assert time.monotonic() < end, run
        time.sleep(0.05)
    return run


def uploads() -> list[str]:
    folder = settings().data_dir / "uploads"
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


@pytest.mark.parametrize("kind", ["file_import", "proposal", "night", "copy_check"])
def test_work_that_is_followed_comes_to_the_answer_of_work_that_is_waited_for(filled_dir, client, posts, kind):
    more = {"dry_run": "true"} if kind == "file_import" else {}
    first = posts(kind, ASYNC, **more)
    assert first.status_code == 202, first.get_data(as_text=True)
    assert (first.headers["Location"], first.headers["Retry-After"]) == (f"/v1/runs/{first.json['short_id']}", "1")
    assert first.headers["Preference-Applied"] == "respond-async"
    run = followed(client, posts.header, first.headers["Location"])
    assert (run["state"], run["kind"], run["attempts"], run["problem"]) == ("done", kind, 1, None)
    waited = posts(kind, {"Prefer": "wait=60"}, **more)
    assert waited.status_code == (200 if kind == "file_import" else 201), waited.get_data(as_text=True)
    if kind in ("proposal", "copy_check"):
        assert run["answer"] is None
        kept = client.get(run["result"], headers=posts.header).json
        kept.pop("decision", None)
        assert kept == waited.json
    else:
        assert run["answer"] == waited.json
        if kind == "night":
            assert client.get(f"/v1/nights/{waited.json['short_id']}", headers=posts.header).status_code == 200
    runs = client.get("/v1/runs", headers=posts.header, query_string={"kind": kind}).json["items"]
    assert [one["state"] for one in runs] == ["done", "done"]
    assert uploads() == []


def test_how_long_a_request_waits_is_what_it_prefers(client, posts, held_back, monkeypatch):
    monkeypatch.setenv("ADCUE_WAIT_SECONDS", "1")
    settings.cache_clear()
    for prefer, least, most, applied in [
        ({}, 0.9, 3, None),
        (ASYNC, 0, 0.8, "respond-async"),
        ({"Prefer": "wait=0"}, 0, 0.8, "wait=0"),
        ({"Prefer": "respond-async, wait=2"}, 1.9, 4, "wait=2"),
        ({"Prefer": "handling=lenient"}, 0.9, 3, None),
    ]:
        begun = time.monotonic()
        answer = posts("copy_check", prefer, source=str(prefer))
        assert answer.status_code == 202
        assert least <= time.monotonic() - begun <= most, prefer
        assert answer.headers.get("Preference-Applied") == applied
    held_back.go.set()
    assert posts("copy_check", {"Prefer": "wait=60"}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "more", "status", "code"),
    [
        ("proposal", {}, 422, "api.proposal.no_facts"),
        ("file_import", {"platform": "nothing"}, 422, None),
        ("copy_check", {"rows": [{"text": "x", "product": "nothing"}]}, 422, None),
    ],
)
def test_a_run_that_fails_tells_the_problem_that_its_request_is_told(client, posts, kind, more, status, code):
    waited = posts(kind, **more)
    assert waited.status_code == status, waited.get_data(as_text=True)
    assert waited.content_type == "application/problem+json"
    assert code is None or waited.json["code"] == code
    run = followed(client, posts.header, posts(kind, ASYNC, **more).headers["Location"])
    assert (run["state"], run["answer"], run["result"]) == ("failed", None, None)
    assert run["problem"] == waited.json
    for language in ("zh-TW", "en"):
        told = client.get(f"/v1/runs/{run['id']}", headers=posts.header | {"Accept-Language": language}).json["problem"]
        answer = posts(kind, {"Accept-Language": language}, **more)
        assert told["detail"] == answer.json["detail"]
        assert answer.headers["Content-Language"] == language
    assert told["detail"] != waited.json["detail"]
    assert uploads() == []


def test_a_run_that_waits_is_cancelled_at_once_and_leaves_nothing(client, posts, key, held_back, store):
    for _ in range(settings().job_threads):
        posts("copy_check", ASYNC)
    assert held_back.begun.wait(WAIT)
    queued = posts("file_import", ASYNC).json
    assert uploads() != []
    cancelled = client.post(f"/v1/runs/{queued['short_id']}/cancel", headers=posts.header)
    assert (cancelled.status_code, cancelled.json["state"], uploads()) == (200, "cancelled", [])
    again = client.post(f"/v1/runs/{queued['short_id']}/cancel", headers=posts.header)
    assert (again.status_code, again.json["code"]) == (409, "engine.store.run_over")
    held_back.go.set()
    assert posts("copy_check").status_code == 201
    assert client.get("/v1/imports", headers=posts.header).json["items"] == []
    acts = store.account("default", "test").audit.list(subject=f"run:{queued['id']}")
    assert [act.action for act in acts] == ["run.cancelled", "run.asked"]


def test_an_import_that_is_cancelled_while_it_writes_keeps_nothing(client, posts, store, monkeypatch):
    from engine.store import facts

    writes, go, whole = threading.Event(), threading.Event(), facts.begin_versions

    def slow(session, batch, incoming, changes, done, on_rows):
        whole(session, batch, incoming, changes, done, lambda count: None)
        writes.set()
        assert go.wait(WAIT)
        on_rows(1)

    monkeypatch.setattr(facts, "begin_versions", slow)
    waited = []
    asked = threading.Thread(target=lambda: waited.append(posts("file_import", {"Prefer": "wait=60"})))
    asked.start()
    assert writes.wait(WAIT)
    run = client.get("/v1/runs", headers=posts.header).json["items"][0]
    assert (run["state"], run["stage"]) == ("running", "read")
    threading.Timer(0.3, go.set).start()
    cancelled = client.post(f"/v1/runs/{run['id']}/cancel", headers=posts.header)
    assert (cancelled.status_code, cancelled.json["cancel_asked"]) == (200, True)
    asked.join(WAIT)
    assert (waited[0].status_code, waited[0].json["code"]) == (409, "api.run.cancelled")
    over = followed(client, posts.header, f"/v1/runs/{run['id']}")
    assert (over["state"], over["answer"], over["problem"]) == ("cancelled", None, None)
    account = store.account("default", "test")
    assert client.get("/v1/imports", headers=posts.header).json["items"] == account.imports() == []
    assert account.snapshot().facts.empty
    assert account.audit.list(action="import.recorded") == []
    acts = account.audit.list(subject=f"run:{run['id']}")
    assert [act.action for act in acts] == ["run.cancelled", "run.asked"]
    assert acts[0].actor == acts[1].actor
    assert uploads() == []


def events(answer) -> list[dict]:
    """Every event of a stream that has closed."""
    parts = answer.get_data(as_text=True).split("\n\n")
    assert parts.pop() == ""
    assert all(part.startswith(("event: run\ndata: ", ":")) for part in parts)
    return [json.loads(part.partition("data: ")[2]) for part in parts if part.startswith("event")]


def test_a_stream_tells_each_step_and_the_end_and_closes(client, posts, held_back):
    run = posts("copy_check", ASYNC).json
    threading.Timer(1.0, held_back.go.set).start()
    answer = client.get(f"/v1/runs/{run['short_id']}/events", headers=posts.header)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert (answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"]) == ("no-store", "no")
    told = events(answer)
    assert told[-1]["state"] == "done"
    assert {one["state"] for one in told[:-1]} <= {"queued", "running"} and len(told) >= 2
    assert "read" in {one["stage"] for one in told}
    assert told[-1] == client.get(f"/v1/runs/{run['short_id']}", headers=posts.header).json
    assert events(client.get(f"/v1/runs/{run['short_id']}/events", headers=posts.header)) == told[-1:]


def test_a_stream_ends_when_the_service_does(app, client, posts, held_back):
    run = posts("copy_check", ASYNC).json
    assert held_back.begun.wait(WAIT)
    threading.Timer(0.3, jobs_of(app).stop, (0.1,)).start()
    told = events(client.get(f"/v1/runs/{run['short_id']}/events", headers=posts.header))
    assert told[-1]["state"] in ("running", "queued")


def test_as_many_streams_as_are_set_and_one_that_goes_frees_its_place(client, posts, held_back, monkeypatch):
    monkeypatch.setattr(following, "STILL_THERE_SECONDS", 0.1)
    run = posts("copy_check", ASYNC).json
    place = f"/v1/runs/{run['short_id']}/events"
    streams = [client.get(place, headers=posts.header, buffered=False) for _ in range(settings().most_streams)]
    assert all(next(iter(stream.iter_encoded())).startswith(b"event: run\n") for stream in streams)
    refused = client.get(place, headers=posts.header)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    streams[0].close()
    streams[0].close()
    again = client.get(place, headers=posts.header, buffered=False)
    assert again.status_code == 200
    assert client.get(place, headers=posts.header).status_code == 429
    for stream in (*streams, again):
        stream.close()
    for _ in range(settings().most_streams + 1):
        assert client.head(place, headers=posts.header, buffered=True).status_code == 200


def test_runs_are_of_one_account(client, posts, key, held_back):
    run = posts("copy_check", ASYNC).json
    other = key("admin", "other")
    for name in (run["id"], run["short_id"]):
        for ask in (client.get, client.head):
            assert ask(f"/v1/runs/{name}", headers=other).status_code == 404
        assert client.get(f"/v1/runs/{name}/events", headers=other).status_code == 404
        assert client.post(f"/v1/runs/{name}/cancel", headers=other).status_code == 404
        assert client.get("/v1/runs", headers=other, query_string={"after": name}).status_code == 404
    assert client.get("/v1/runs", headers=other).json == {"items": [], "next": None}
    assert client.get(f"/v1/runs/{run['id']}", headers=posts.header).json["cancel_asked"] is False


def test_no_more_runs_than_the_service_keeps_open_for_an_account(client, posts, key, held_back, export):
    for number in range(MOST_OPEN):
        assert posts("copy_check", ASYNC, source=str(number)).status_code == 202
    for kind in ("copy_check", "file_import"):
        refused = posts(kind, ASYNC)
        assert (refused.status_code, refused.json["code"]) == (429, "api.rate.exceeded")
        assert int(refused.headers["Retry-After"]) >= 1
    assert uploads() == []
    assert client.post("/v1/copy-checks", json=COPY, headers=key("planner", "other") | ASYNC).status_code == 202
    held_back.go.set()
    newest = client.get("/v1/runs", headers=posts.header).json["items"][0]
    followed(client, posts.header, f"/v1/runs/{newest['id']}")
    assert posts("copy_check", {"Prefer": "wait=60"}).status_code == 201


def test_the_same_key_asks_for_the_same_run(client, posts, held_back):
    key = {"Idempotency-Key": "k-1"} | ASYNC
    first, again = posts("file_import", key), posts("file_import", key)
    assert first.status_code == again.status_code == 202
    assert first.json["id"] == again.json["id"]
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(uploads()) == 1
    held_back.go.set()
    followed(client, posts.header, first.headers["Location"])
    assert len(client.get("/v1/imports", headers=posts.header).json["items"]) == 1
    assert uploads() == []
