"""A body that trickles is cut off in time and answered; one that comes in time is not."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from api.app import create_app
from api.slow_bodies import BodyClock
from engine.settings import Settings

BODY = b'{"rows": [{"text": "x", "product": "food"}]}'


def _ask(app, key, sent: list[bytes], pause: float) -> tuple[int, dict, float]:
    """Posts a copy check whose body comes in pieces over a real socket; status, answer, seconds."""
    here, there = socket.socketpair()

    def trickle() -> None:
        for piece in sent:
            there.sendall(piece)
            time.sleep(pause)

    sender = threading.Thread(target=trickle, daemon=True)
    begun = time.monotonic()
    sender.start()
    with here, there, here.makefile("rb", buffering=0) as stream:
        places = {"wsgi.input": stream, "gunicorn.socket": here, "CONTENT_LENGTH": str(len(BODY))}
        headers = key() | {"Content-Type": "application/json"}
        answer = app.test_client().post("/v1/copy-checks", headers=headers, environ_overrides=places)
        seconds = time.monotonic() - begun
        sender.join(timeout=len(sent) * pause + 5)
    return answer.status_code, answer.json, seconds


def test_a_body_that_trickles_is_cut_off_and_told(store, key):
    app = create_app(store, Settings(max_body_seconds=1))
    status, told, seconds = _ask(app, key, [BODY[:10]], 0)
    assert (status, told["code"]) == (408, "api.body.slow")
    assert "ADCUE_MAX_BODY_SECONDS" in told["detail"]
    assert 0.9 < seconds < 10


def test_a_body_in_pieces_that_comes_in_time_is_read(store, key):
    app = create_app(store, Settings(max_body_seconds=30))
    status, told, _ = _ask(app, key, [BODY[:10], BODY[10:20], BODY[20:]], 0.05)
    assert status in (200, 201, 202), told


@pytest.mark.parametrize("environ", [{}, {"gunicorn.socket": None, "CONTENT_LENGTH": "5"}, {"gunicorn.socket": 1}])
def test_a_request_without_a_body_or_a_socket_starts_no_clock(environ, monkeypatch):
    monkeypatch.setattr(threading, "Timer", lambda *_: pytest.fail("started"))
    assert BodyClock(lambda *_: [b"ok"], 1)(environ, lambda *_: None) == [b"ok"]


def test_the_clock_stops_with_the_answer(monkeypatch):
    here, there = socket.socketpair()
    with here, there:
        environ = {"gunicorn.socket": here, "CONTENT_LENGTH": "5"}
        BodyClock(lambda *_: [b"ok"], 0.2)(environ, lambda *_: None)
        time.sleep(0.5)
        there.sendall(b"next")
        assert here.recv(4) == b"next"
        assert set(environ) == {"gunicorn.socket", "CONTENT_LENGTH"}
