"""What holds for every endpoint: one shape of error, nothing unknown accepted, limits, the document as checked in."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from api.app import create_app
from engine.settings import Settings
from tests.api.routes import calls

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "openapi.json"
SHAPE = {"type", "title", "status", "code", "detail", "errors"}


def _is_problem(answer, status: int, code: str) -> None:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert set(answer.json) == SHAPE
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["detail"]


def test_error_shape(client, key, plan):
    header = key()
    _is_problem(client.get("/v1/imports"), 401, "api.access.missing")
    _is_problem(client.get("/v1/nothing", headers=header), 404, "api.route.unknown")
    _is_problem(client.delete("/v1/imports", headers=header), 405, "api.route.method")
    _is_problem(client.get("/v1/proposals/P-000000", headers=header), 404, "engine.store.not_found")
    _is_problem(client.post("/v1/proposals", json=plan, headers=header), 422, "api.proposal.no_facts")


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[1,]"])
def test_a_body_that_is_not_json_is_refused(client, key, body):
    answer = client.post("/v1/proposals", data=body, content_type="application/json", headers=key())
    _is_problem(answer, 400, "api.body.unreadable")


def test_a_body_of_another_type_is_refused(client, key):
    answer = client.post("/v1/proposals", data="budget=1", content_type="text/plain", headers=key())
    _is_problem(answer, 415, "api.body.media_type")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"budgt": 1}, "budgt"),
        ({"budget": None}, "budget"),
        ({"budget": 0}, "budget"),
        ({"budget": -5}, "budget"),
        ({"budget": float("nan")}, "budget"),
        ({"budget": 1e300}, "budget"),
        ({"start": "yesterday"}, "start"),
        ({"start": 20261116}, "start"),
        ({"share_caps": {"meta": 1.5}}, "share_caps.meta"),
        ({"minimums": {"meta": "x"}}, "minimums.meta"),
        ({"result": 5}, "result"),
    ],
)
def test_every_field_that_does_not_fit_is_named_and_its_value_not_repeated(client, key, plan, change, field):
    answer = client.post("/v1/proposals", json=plan | change, headers=key())
    _is_problem(answer, 422, "api.fields")
    assert field in {error["field"].removesuffix(".decimal") for error in answer.json["errors"]}
    assert "yesterday" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_a_body_that_is_no_object_is_refused(client, key, body):
    answer = client.post("/v1/nights", data=json.dumps(body), content_type="application/json", headers=key())
    assert answer.status_code == 422
    assert set(answer.json) == SHAPE


@pytest.mark.parametrize(
    "form",
    [{}, {"file": "text"}, {"file": (io.BytesIO(b""), "")}, {"received": "soon"}, {"mapping": "x"}, {"extra": "1"}],
)
def test_a_form_that_does_not_fit_is_refused(client, key, form):
    whole = {"file": (io.BytesIO(b"a"), "a.csv")} if form and "file" not in form else {}
    answer = client.post("/v1/imports", data=whole | form, content_type="multipart/form-data", headers=key())
    _is_problem(answer, 422, "api.fields")


def test_unknown_query_parameters_are_refused_everywhere(app, client, key):
    header = key("admin")
    for call in calls(app, within="v1."):
        if call.method in {"HEAD", "OPTIONS"}:
            continue
        body = {} if call.method in {"POST", "PATCH"} else None
        answer = client.open(call.path + "?surprise=1", method=call.method, headers=header, json=body)
        assert answer.status_code in (415, 422), (call, answer.status_code)
        if answer.status_code == 422:
            assert "surprise" in {error["field"] for error in answer.json["errors"]}, call


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1e2"])
def test_pages_have_bounds(client, key, query):
    assert client.get(f"/v1/proposals?{query}", headers=key()).status_code == 422


def test_a_request_over_the_limit_is_refused(store, key):
    small = create_app(store, Settings(max_request_bytes=2000)).test_client()
    body = {"rows": [{"text": "好" * 3000, "product": "food"}]}
    _is_problem(small.post("/v1/copy-checks", json=body, headers=key()), 413, "api.body.too_large")
    upload = {"file": (io.BytesIO(b"x" * 3000), "a.csv")}
    _is_problem(small.post("/v1/imports", data=upload, headers=key()), 413, "api.body.too_large")


@pytest.mark.parametrize(
    ("accept", "begins"), [(None, "沒有這個"), ("en", "There is"), ("en-GB,zh;q=0.5", "There is"), ("fr", "沒有這個")]
)
def test_errors_speak_the_language_asked_for(client, accept, begins):
    headers = {"Accept-Language": accept} if accept else {}
    answer = client.get("/v1/nothing", headers=headers)
    assert answer.json["detail"].startswith(begins)


def test_an_error_nobody_foresaw_shows_no_traceback_and_no_value(app, client, key, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("secret 0912345678")

    monkeypatch.setattr("api.v1.imports.account_of_caller", fail)
    answer = client.get("/v1/imports", headers=key())
    _is_problem(answer, 500, "api.unexpected_request")
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_the_document_is_the_one_checked_in(client):
    served = client.get("/openapi.json").json
    assert served["openapi"].startswith("3.1")
    assert served == json.loads(GOLDEN.read_text(encoding="utf-8")), (
        "the /v1 contract changed: if that is wanted, write tests/golden/openapi.json again (make docs)"
    )


def test_every_operation_declares_problem_json_and_its_key(client):
    for path, operations in client.get("/openapi.json").json["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation.get("security") == (None if path == "/v1/health" else [{"key": []}])
