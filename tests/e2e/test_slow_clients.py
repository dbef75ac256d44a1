"""Clients that send slowly, never end, lie about lengths or break the form: each is ended, and nobody else waits."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.store.store import Store

ADCUE = Path(sys.executable).with_name("adcue")
STALL, BODY, LIMIT = 2, 4, 300_000
SOON = 3.0
ROWS = json.dumps({"rows": [{"text": "牛奶", "product": "food"}]}).encode()
FORM = "Content-Type: multipart/form-data; boundary=b\r\n"


@dataclass(frozen=True)
class Served:
    """A service that listens on this machine, a key for it, its log."""

    port: int
    key: str
    log: Path

    def open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def head(self, lines: str = "", method: str = "POST", path: str = "/v1/imports", version: str = "1.1") -> bytes:
        """A request up to the empty line; ``lines`` end with CRLF each."""
        told = f"{method} {path} HTTP/{version}\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.key}\r\n"
        return (told + lines + "\r\n").encode("latin-1")

    def exchange(self, sent: bytes) -> tuple[int, dict[str, str], bytes]:
        """What is answered on a connection of one's own; status 0 where it was closed without a word."""
        with self.open() as sock:
            sock.sendall(sent)
            return answer_on(sock)

    def seconds_of_a_healthy_client(self) -> float:
        """How long a small request with a body takes."""
        began = time.monotonic()
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        client.request("POST", "/v1/copy-checks", ROWS, headers)
        answer = client.getresponse()
        answer.read()
        client.close()
        assert answer.status in (200, 201, 202)
        return time.monotonic() - began


def answer_on(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """The next answer on a connection."""
    with closing(http.client.HTTPResponse(sock)) as answer:
        try:
            answer.begin()
            return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
        except (http.client.BadStatusLine, ConnectionError):
            return 0, {}, b""


def is_problem(answer: tuple[int, dict[str, str], bytes], status: int, code: str) -> None:
    """One shape of error from whoever answers, with the headers every answer has."""
    assert answer[0] == status, answer
    assert answer[1]["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer[1]["content-security-policy"]
    assert answer[1]["cache-control"] == "no-store"
    told = json.loads(answer[2])
    assert set(told) == {"type", "title", "status", "code", "detail", "errors"}
    assert (told["status"], told["code"]) == (status, code)
    assert told["detail"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that loses patience quickly."""
    data = tmp_path_factory.mktemp("slow") / "data"
    data.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {
        "ADCUE_DATA_DIR": str(data), "ADCUE_PORT": str(port), "ADCUE_STALL_SECONDS": str(STALL),
        "ADCUE_MAX_BODY_SECONDS": str(BODY), "ADCUE_MAX_REQUEST_BYTES": str(LIMIT),
        "ADCUE_RATE_PER_ADDRESS": "5000/minute", "ADCUE_RATE_PER_KEY": "5000/minute",
    }  # fmt: skip
    log = data / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen([ADCUE, "serve"], env=os.environ | chosen, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            _await_health(port)
            store = Store(f"sqlite:///{data / 'adcue.sqlite3'}")
            key, _ = store.keys.create("default", "planner", "test")
            store.close()
            yield Served(port, key, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def _await_health(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
                client.request("GET", "/v1/health")
                assert client.getresponse().status == 200
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"P",
        b"POST /v1/imports HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        "head + Content-Length: 250000\r\n",
        "head + Transfer-Encoding: chunked\r\n",
    ],
    ids=["silent", "one letter", "half a head", "no body", "no chunk"],
)
def test_forty_slow_clients_keep_no_one_from_being_answered(served: Served, begun: bytes | str) -> None:
    sent = begun if isinstance(begun, bytes) else served.head(FORM + begun.removeprefix("head + "))
    served.seconds_of_a_healthy_client()
    with ExitStack() as slow:
        for _ in range(40):
            sock = slow.enter_context(served.open())
            sock.sendall(sent)
        assert max(served.seconds_of_a_healthy_client() for _ in range(2)) < SOON


def test_a_client_that_stops_half_way_is_told_so_and_let_go(served: Served) -> None:
    began = time.monotonic()
    is_problem(served.exchange(served.head(FORM + "Content-Length: 1000\r\n") + b"--b\r\n"), 408, "api.body.stalled")
    assert STALL * 0.9 < time.monotonic() - began < STALL + SOON
    is_problem(served.exchange(b"GET /v1/me HTTP/1.1\r\nX-Slow: "), 408, "api.body.stalled")


def test_a_client_that_never_stops_and_never_ends_is_let_go_too(served: Served) -> None:
    with served.open() as sock:
        sock.sendall(served.head(FORM + "Content-Length: 1000\r\n"))
        began = time.monotonic()
        sock.settimeout(0.5)
        answer = b""
        while not answer and time.monotonic() - began < BODY * 2:
            sock.sendall(b"-")
            try:
                answer = sock.recv(4096)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408")
        assert BODY * 0.9 < time.monotonic() - began < BODY + SOON


def test_a_client_that_reads_no_answer_keeps_no_one_waiting(served: Served) -> None:
    with ExitStack() as slow:
        for _ in range(40):
            sock = slow.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            sock.connect(("127.0.0.1", served.port))
            sock.sendall(served.head(method="GET", path="/openapi.json") * 20)
        time.sleep(0.5)
        assert served.seconds_of_a_healthy_client() < SOON + STALL


def test_a_slow_client_who_sends_all_in_time_is_answered(served: Served) -> None:
    sent = served.head(f"Content-Type: application/json\r\nContent-Length: {len(ROWS)}\r\n", path="/v1/copy-checks")
    with served.open() as sock:
        for piece in (sent[:30], sent[30:], ROWS[:10], ROWS[10:]):
            sock.sendall(piece)
            time.sleep(0.3)
        assert answer_on(sock)[0] in (200, 201, 202)


def test_a_body_over_the_limit_is_refused_before_it_is_sent(served: Served) -> None:
    began = time.monotonic()
    is_problem(served.exchange(served.head(FORM + f"Content-Length: {LIMIT + 1}\r\n")), 413, "api.body.too_large")
    is_problem(served.exchange(served.head(FORM + "Content-Length: 99999999999999999\r\n")), 413, "api.body.too_large")
    expecting = served.head(FORM + f"Content-Length: {LIMIT + 1}\r\nExpect: 100-continue\r\n")
    is_problem(served.exchange(expecting), 413, "api.body.too_large")
    assert time.monotonic() - began < STALL


def test_chunks_are_held_to_the_same_limit_and_put_together_within_it(served: Served) -> None:
    head = served.head("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", path="/v1/copy-checks")
    one_by_one = b"".join(b"1;a=b\r\n" + ROWS[i : i + 1] + b"\r\n" for i in range(len(ROWS)))
    assert served.exchange(head + one_by_one + b"0\r\nX-Trailer: 1\r\n\r\n")[0] in (200, 201, 202)
    is_problem(served.exchange(head + (b"2710\r\n" + b" " * 10_000 + b"\r\n") * 31), 413, "api.body.too_large")
    is_problem(served.exchange(head + f"{LIMIT + 1:x}\r\n".encode()), 413, "api.body.too_large")
    for odd in (b"zz\r\n", b"-5\r\n", b"\r\n", b"5\nabcde", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"5;" + b"a" * 9_000):
        is_problem(served.exchange(head + odd), 400, "api.head.unreadable")


def test_who_asks_before_sending_is_told_to_go_on_once(served: Served) -> None:
    lines = f"Content-Type: application/json\r\nContent-Length: {len(ROWS)}\r\nExpect: 100-continue\r\n"
    with served.open() as sock:
        sock.sendall(served.head(lines, path="/v1/copy-checks"))
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(ROWS)
        assert sock.recv(9).startswith(b"HTTP/1.1 ")
        assert sock.recv(2) == b"20"


def test_a_body_that_ends_before_its_length_is_refused(served: Served) -> None:
    with served.open() as sock:
        sock.sendall(served.head("Content-Type: application/json\r\nContent-Length: 50\r\n") + b'{"rows"')
        sock.shutdown(socket.SHUT_WR)
        is_problem(answer_on(sock), 400, "api.head.unreadable")


@pytest.mark.parametrize(
    ("lines", "status", "code"),
    [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400, "api.head.unreadable"),
        ("Content-Length: 4\r\nContent-Length: 5\r\n", 400, "api.head.unreadable"),
        ("Content-Length: +4\r\n", 400, "api.head.unreadable"),
        ("Content-Length: -4\r\n", 400, "api.head.unreadable"),
        ("Transfer-Encoding: xchunked\r\n", 501, "api.head.coding"),
        ("Expect: the-unexpected\r\n", 417, "api.head.expectation"),
        ("X-Folded: a\r\n b\r\n", 400, "api.head.unreadable"),
        ("X-Nul: a\x00b\r\n", 400, "api.head.unreadable"),
        ("X Space: a\r\n", 400, "api.head.unreadable"),
        ("X-Long: " + "a" * 9_000 + "\r\n", 431, "api.head.too_large"),
        ("X-Huge: " + "a" * 90_000 + "\r\n", 431, "api.head.too_large"),
        ("X-Many: a\r\n" * 200, 431, "api.head.too_large"),
    ],
)  # fmt: skip
def test_a_head_that_is_too_large_or_reads_two_ways_is_refused(
    served: Served, lines: str, status: int, code: str
) -> None:
    answer = served.exchange(served.head(lines) + b"0\r\n\r\n")
    is_problem(answer, status, code)
    assert b"X-" not in answer[2] and b"aaa" not in answer[2]


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1", 414, "api.head.long_line"),
        (b"GET / HTTP/9.9", 400, "api.head.unreadable"),
        (b"GET /\x00 HTTP/1.1", 400, "api.head.unreadable"),
        (b"get lost", 400, "api.head.unreadable"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "api.head.unreadable"),
    ],
)
def test_a_request_line_that_is_none_is_refused(served: Served, line: bytes, status: int, code: str) -> None:
    is_problem(served.exchange(line + b"\r\nHost: 127.0.0.1\r\n\r\n"), status, code)


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DELETE", "PUT", "ODDITY"])
def test_methods_that_nobody_offers_are_refused(served: Served, method: str) -> None:
    answer = served.exchange(served.head(method=method))
    assert answer[0] in (400, 405)
    assert b"adcue_" not in answer[2]


def test_the_oldest_http_is_answered_and_the_connection_closed(served: Served) -> None:
    with served.open() as sock:
        sock.sendall(served.head(method="GET", path="/v1/me", version="1.0"))
        status, headers, _ = answer_on(sock)
        assert (status, headers["connection"]) == (200, "close")
        assert sock.recv(1) == b""


def test_requests_sent_one_behind_the_other_are_all_answered(served: Served) -> None:
    with served.open() as sock:
        sock.sendall(served.head(method="GET", path="/v1/me") * 3 + served.head(method="GET", path="/v1/runs")[:40])
        received = b""
        while received.count(b"HTTP/1.1 200") < 3:
            received += sock.recv(65_536)
        sock.sendall(served.head(method="GET", path="/v1/runs")[40:])
        while received.count(b"HTTP/1.1 200") < 4:
            received += sock.recv(65_536)


def test_the_log_tells_refusals_without_address_or_value_and_no_fault_of_ours(served: Served) -> None:
    is_problem(served.exchange(served.head("X-Nul: 0912345678\x00\r\n")), 400, "api.head.unreadable")
    lines = [json.loads(line) for line in served.log.read_text("utf-8").splitlines() if line.startswith("{")]
    assert {"code": "api.head.unreadable", "status": 400}.items() <= lines[-1].items()
    assert not [line for line in lines if line["level"] == "error"]
    assert "127.0.0.1" not in served.log.read_text("utf-8")
    assert "0912345678" not in served.log.read_text("utf-8")
