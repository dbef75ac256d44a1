"""What the log says of a request: its id on every line, one line when it is answered, one more when refused."""

from __future__ import annotations

import json
import logging
import time

import pytest
from flask import Flask

from api.app import create_app
from api.request_logs import log_requests, request_id
from api.safe_logs import start_logs
from engine.logs import configure_logs, logger
from tests.api.restoring import restored_log  # noqa: F401

MEMBERS = {
    "event", "level", "timestamp", "part", "request_id", "method", "route", "endpoint", "status", "ms", "bytes", "code",
    "actor", "tenant",
}  # fmt: skip


@pytest.fixture
def lines(capsys):
    """The lines written since the last call."""

    def read(event: str | None = None) -> list[dict]:
        written = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return [line for line in written if event is None or line["event"] == event]

    return read


def test_an_answered_request_is_one_line_of_ids_and_counts(client, key, lines):
    answer = client.get("/v1/proposals/P-abcdef?secret=1", headers=key())
    (line,) = lines()
    assert set(line) == MEMBERS
    assert (line["event"], line["level"], line["method"], line["status"]) == ("request", "info", "GET", 422)
    assert (line["route"], line["endpoint"]) == ("/v1/proposals/<proposal_id>", "v1.read_proposal")
    assert line["code"] == answer.json["code"] and line["bytes"] == len(answer.data) and 0 <= line["ms"] < 60_000
    assert line["actor"].startswith("key:") and len(line["actor"]) == len("key:") + 64
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_a_fine_request_has_no_code_and_an_unknown_route_no_route(client, lines):
    client.get("/v1/health")
    client.get("/v1/王小明")
    client.open("/v1/health", method="A123456789")
    fine, unknown, odd = lines("request")
    assert (fine["code"], fine["actor"], fine["status"]) == (None, None, 200)
    assert (unknown["route"], unknown["endpoint"], unknown["code"]) == (None, None, "api.route.unknown")
    assert odd["method"] == "other"


@pytest.mark.parametrize("sent", ["abc", "A.b_c-9", "x" * 64, "6f1c0d9e-3a52-4d57-9f0e-5b1f6f4f7a10", "0a" * 16])
def test_an_id_that_was_sent_is_kept_and_echoed(client, lines, sent):
    answer = client.get("/v1/health", headers={"X-Request-Id": sent})
    assert answer.headers["X-Request-Id"] == sent == lines()[0]["request_id"]


@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "é", "a/b", "A123456789", "0912345678", "4111111111111111"])
def test_an_id_of_another_form_or_with_personal_data_is_replaced(client, lines, sent):
    answer = client.get("/v1/health", headers={"X-Request-Id": sent})
    echoed = answer.headers["X-Request-Id"]
    assert echoed != sent and len(echoed) == 32
    assert lines()[0]["request_id"] == echoed


def test_ids_made_here_differ():
    assert len({request_id(None) for _ in range(100)}) == 100


def test_a_refused_id_cannot_begin_a_line():
    assert len(request_id("a\nb")) == 32


def test_every_line_of_a_request_carries_its_id_and_none_after_it(store, lines):
    app = create_app(store)

    @app.before_request
    def say():
        logger("inner").info("deep")
        logging.getLogger("lib").warning("deep")

    sent = app.test_client().get("/v1/health", headers={"X-Request-Id": "one"})
    assert sent.status_code == 200
    logger("outer").info("after")
    *during, after = lines()
    assert [line["request_id"] for line in during] == ["one"] * 3
    assert "request_id" not in after


def test_refusals_have_a_line_of_their_own(client, key, lines):
    assert client.get("/v1/proposals", headers={"Authorization": "Bearer nothing"}).status_code == 401
    (line,) = lines("login_refused")
    assert (line["level"], line["code"], line["actor"]) == ("warning", "engine.store.key_refused", None)
    assert client.post("/login", data={"login": "nobody", "password": "nothing"}).status_code == 401
    assert lines("login_refused")[0]["endpoint"] == "console.log_in"
    assert client.post("/v1/nights", json={}, headers=key("reviewer")).status_code == 403
    assert lines("role_refused")[0]["code"] == "api.access.role"
    assert client.post("/login", data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert lines("origin_refused")[0]["code"] == "api.access.origin"
    assert client.get("/").status_code == 302
    assert [line["event"] for line in lines()] == ["request"]


def test_a_refusal_shown_as_a_part_of_the_page_is_told_all_the_same(logged_in, lines):
    client = logged_in("reviewer")
    lines()
    answer = client.post("/propose", data={}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert [line["event"] for line in lines()] == ["role_refused", "request"]


def test_an_unforeseen_error_is_a_line_at_error(client, key, lines, monkeypatch):
    from engine.store.account import AccountStore

    def fail(*_):
        raise RuntimeError("王小明")

    for name in ("imports", "page_imports"):
        monkeypatch.setattr(AccountStore, name, fail, raising=False)
    assert client.get("/v1/imports", headers=key()).status_code == 500
    error, request = lines()
    assert (error["event"], error["level"], error["kind"]) == ("unexpected", "error", "RuntimeError")
    assert error["frames"][-1].startswith("test_logs.py:")
    assert error["request_id"] == request["request_id"] and request["code"].startswith("api.unexpected")


def test_too_many_requests_are_a_line_of_their_own(lines):
    app = Flask("limited")
    start_logs("INFO")
    log_requests(app)
    app.add_url_rule("/", "root", lambda: ("", 429))
    app.test_client().get("/")
    assert [line["event"] for line in lines()] == ["rate_limited", "request"]


def test_the_line_of_a_request_needs_no_detector(store, lines):
    app = create_app(store)
    asked = []
    configure_logs("INFO", redact=lambda text: asked.append(text) or "")
    header = {"Authorization": f"Bearer {store.keys.create('default', 'planner', 'test')[0]}"}
    assert app.test_client().get("/v1/proposals?limit=5", headers=header).status_code == 200
    assert (len(lines("request")), asked) == (1, [])


def test_a_request_line_costs_less_than_an_empty_request():
    """Processor time against Flask's own for a view that does nothing, the best of several rounds."""
    app, bare = Flask("logged"), Flask("bare")
    start_logs("INFO")
    log_requests(app)
    spent: dict[Flask, list[float]] = {app: [], bare: []}
    for one in spent:
        one.add_url_rule("/v1/proposals/<proposal_id>", "v1.read_proposal", lambda proposal_id: "")
    for _ in range(8):
        for one, rounds in spent.items():
            client = one.test_client()
            began = time.process_time()
            for _ in range(200):
                client.get("/v1/proposals/P-7f3a9c")
            rounds.append(time.process_time() - began)
    assert min(spent[app]) - min(spent[bare]) < min(spent[bare])
