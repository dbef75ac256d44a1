"""Personal data sent through every door, by honest and by careless code, is in no line of the log."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time

import pytest
from flask import request
from sqlalchemy.exc import IntegrityError

from api.app import create_app
from api.cli.app import run
from api.safe_logs import redact_text
from compliance.personal_data.recogniser import recognisers
from engine.logs import configure_logs, logger
from engine.store.account import AccountStore
from tests.api.restoring import restored_log  # noqa: F401
from tests.environment import unhurried

# One of every kind that is found without words around it, made up but right in form and checksum.
CANARIES = {
    "national_id": "A123456789",
    "resident_certificate": "A800000014",
    "mobile": "0912345678",
    "landline": "02-2345-6789",
    "email": "wang.siaoming@example.com.tw",
    "payment_card": "4111111111111111",
    "address": "臺北市信義區市府路1號",
    "citizen_certificate": "TP12345678901234",
    "ip_address": "203.0.113.77",
    "advertising_id": "6D92078A-8246-4BA4-AE5B-76104861E7DC",
}
ALL = " ; ".join(CANARIES.values())
ASCII = " ; ".join(one for one in CANARIES.values() if one.isascii())


def _leaks(written: str) -> set[str]:
    """The kinds whose canary stands in what was written, as it is or behind JSON's escapes."""
    plain = written
    for line in written.splitlines():
        if line.startswith("{"):
            plain += json.dumps(json.loads(line), ensure_ascii=False)
    squeezed = re.sub(r"[ -]", "", plain)
    return {kind for kind, one in CANARIES.items() if one in plain or re.sub(r"[ -]", "", one) in squeezed}


@pytest.fixture(autouse=True)
def _everything_is_logged(monkeypatch):
    monkeypatch.setenv("ADCUE_LOG_LEVEL", "DEBUG")
    unhurried(monkeypatch)


def test_there_is_a_canary_of_every_kind_that_needs_no_words_around_it():
    without_words = {r.name for r in recognisers() if r.data.kind != "organisation" and not r.data.needs_context}
    assert without_words - set(CANARIES) <= {"line_id", "passport"}
    for kind, one in CANARIES.items():
        assert redact_text(one) == f"[{kind}]", kind


def _careless(app) -> None:
    """Logs all it can get hold of, as code written in a hurry would."""

    @app.before_request
    def tell_all():
        files = {name: (file.filename, file.read()) for name, file in request.files.items()}
        logger("careless").debug(
            f"came {request.url}",
            body=request.get_data(as_text=True)[:500],
            form=dict(request.form),
            files={name: (title, content.decode()) for name, (title, content) in files.items()},
            headers=dict(request.headers),
            query=dict(request.args),
            path=request.path,
        )
        for file in request.files.values():
            file.seek(0)


def _send_everything(client, header) -> None:
    """Every canary through every part of a request."""
    client.post("/v1/proposals", json={"budget": ALL, "start": ALL, "end": ALL, "result": ALL}, headers=header)
    client.post("/v1/proposals", json={ALL: 1, "minimums": {ALL: ALL}}, headers=header)
    client.post("/v1/proposals", data=ALL.encode(), content_type="application/json", headers=header)
    client.post("/v1/nights", json={"as_of": ALL}, headers=header)
    client.get("/v1/proposals", query_string={"limit": ALL, ALL: ALL}, headers=header)
    client.get("/v1/proposals", query_string={"after": ALL}, headers=header)
    for one in CANARIES.values():
        client.get(f"/v1/proposals/{one}", headers=header)
        client.get(f"/{one}")
        client.open("/v1/health", method=one if one.isalnum() else "GET")
        if one.isascii():
            client.get("/v1/proposals", headers={"Authorization": f"Bearer {one}"})
            client.get("/v1/health", headers={"X-Request-Id": one, "User-Agent": one, "Cookie": f"adcue={one}"})
    client.get("/v1/health", headers={"X-Request-Id": ASCII, "Accept-Language": ASCII, "Origin": ASCII})
    for one in CANARIES.values():
        sheet = f"日期,{one},{ALL}\n2026-11-01,{one},{ALL}\n".encode()
        client.post("/v1/imports", data={"file": (io.BytesIO(sheet), f"{one}.csv")}, headers=header)
        client.post("/v1/imports", data={"file": (io.BytesIO(sheet), "a.csv"), "platform": one}, headers=header)
    client.post("/v1/copy-checks", json={"rows": [{"text": ALL, "product": "food"}]}, headers=header)
    client.post("/v1/copy-checks", json={"rows": [{"text": "a", "product": ALL, ALL: ALL}]}, headers=header)
    client.post("/login", data={"key": ALL, "login": CANARIES["email"], "password": ALL, ALL: ALL})


def test_no_request_writes_a_canary(client, key, capsys):
    _send_everything(client, key())
    written = capsys.readouterr().err
    assert written.count('"event": "request"') > 60
    assert _leaks(written) == set()


def test_careless_code_writes_no_canary_either(store, key, capsys):
    app = create_app(store)
    _careless(app)
    _send_everything(app.test_client(), key())
    written = capsys.readouterr().err
    assert written.count('"part": "careless"') > 60
    assert _leaks(written) == set()
    assert all(f"[{kind}]" in written for kind in CANARIES)


def test_the_same_without_redaction_writes_every_canary(store, key, capsys):
    app = create_app(store)
    configure_logs("DEBUG", redact=lambda text: text)
    _careless(app)
    _send_everything(app.test_client(), key())
    assert _leaks(capsys.readouterr().err) == set(CANARIES)


def _raise(error: Exception):
    def fail(*_: object, **__: object):
        raise error

    return fail


FAILURES = {
    "an error nobody foresaw": RuntimeError(ALL),
    "a database error": IntegrityError(
        "INSERT INTO x VALUES (?)", (ALL,), sqlite3.IntegrityError(f"not unique: {ALL}")
    ),
    "an error of a file": FileNotFoundError(2, "No such file", ALL),
}


@pytest.mark.parametrize("error", FAILURES.values(), ids=FAILURES)
def test_an_error_that_holds_canaries_writes_none(app, key, capsys, monkeypatch, error):
    for name in ("imports", "page_imports"):
        monkeypatch.setattr(AccountStore, name, _raise(error), raising=False)

    @app.before_request
    def handle():
        try:
            raise error
        except type(error):
            logger("careless").exception("failed", error=error, text=str(error))

    answer = app.test_client().get("/v1/imports", headers=key())
    assert answer.status_code >= 500
    written = capsys.readouterr().err
    assert type(error).__name__ in written and '"event": "request"' in written
    assert _leaks(written) == set()


def test_no_command_line_writes_a_canary_into_its_log(data_dir, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    sheet = tmp_path / "odd.csv"
    sheet.write_text(f"日期,{ALL}\n2026-11-01,{ALL}\n", encoding="utf-8")
    for one in CANARIES.values():
        for words in (
            [one],
            ["import", f"{one}.csv"],
            ["import", str(sheet), "--platform", one],
            ["propose", "--budget", one, "--start", one, "--end", one],
            ["propose", f"--{one}"],
            ["nightly", "--as-of", one],
            ["nightly", "--account", one],
            ["copy-check", one],
            ["key", "revoke", one],
        ):
            assert run(words) in {1, 2}
    monkeypatch.setattr("api.cli.doors.open_store", _raise(RuntimeError(ALL)))
    assert run(["nightly"]) == 1
    logged = [line for line in "\n".join(capsys.readouterr()).splitlines() if line.startswith('{"')]
    assert _leaks("\n".join(logged)) == set()


def test_a_night_that_fails_with_canaries_writes_none(store, data_dir, capsys, monkeypatch):
    store.account("default", "test")
    monkeypatch.setattr("api.services.nights.run_night", _raise(RuntimeError(ALL)))
    assert run(["nightly"]) == 2
    logged = [line for line in capsys.readouterr().err.splitlines() if line.startswith('{"')]
    assert [json.loads(line)["event"] for line in logged] == ["night_failed"]
    assert _leaks("\n".join(logged)) == set()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_service_writes_no_canary_of_what_is_no_request(tmp_path):
    """A line that cannot be read as a request is refused, and the log quotes nothing of it."""
    port = _free_port()
    environment = os.environ | {"ADCUE_DATA_DIR": str(tmp_path), "ADCUE_PORT": str(port), "ADCUE_LOG_LEVEL": "DEBUG"}
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        try:
            for sent in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", f"{CANARIES['mobile']} {ASCII}\r\n\r\n".encode()):
                assert _ask(port, sent)
        finally:
            serving.terminate()
            _, written = serving.communicate(timeout=60)
    lines = [json.loads(line) for line in written.splitlines()]
    assert "http" in {line["part"] for line in lines}
    assert _leaks(written) == set()


def _ask(port: int, sent: bytes) -> bytes:
    """The first bytes of the answer, once the service listens."""
    until = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
                link.sendall(sent)
                return link.recv(100)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
