"""One landing page against a real server: what opens, what fails, and what is never connected to."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from api.services.page_fetch import AGENT, Answer, Limits, fetch
from api.services.public_addresses import is_public

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "page_addresses.yaml").read_text(encoding="utf-8"))


class _Pages(BaseHTTPRequestHandler):
    """A shop with a page of every kind; what was asked is kept by the server."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        kind, _, rest = self.path.partition("?")[0].lstrip("/").partition("/")
        with suppress(ConnectionError):
            getattr(self, f"_{kind}", self._status)(rest or kind)

    def _status(self, code):
        self.send_response(int(code) if code.isdecimal() else 200)
        self.send_header("Set-Cookie", "seen=1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _to(self, where):
        self.send_response(302)
        self.send_header("Location", where.replace("~", "/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _hop(self, left):
        self._to("/ok" if left == "0" else f"/hop/{int(left) - 1}")

    def _endless(self, _):
        self.send_response(200)
        self.end_headers()
        for _ in range(10_000):
            self.wfile.write(b"x" * 10_000)

    def _drip(self, where):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if where == "body" else b""))
        for _ in range(200):
            self.wfile.write(b"X-A: b\r\n" if where == "head" else b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def _silent(self, _):
        time.sleep(2)

    def _hangs_up(self, _):
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_):
        """Says nothing."""


@contextmanager
def _serving(context=None):
    """A shop that answers on a port of its own; behind TLS with a context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    server.daemon_threads, server.asked = True, []
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def shop():
    with _serving() as server:
        yield server


@pytest.fixture
def ask(shop):
    """Asks the shop for a path under a name that no resolver knows, within a second."""
    shop.asked.clear()
    port = shop.server_address[1]
    limits = partial(Limits, ports=frozenset({80, 443, port}), allowed={"127.0.0.1"}.__contains__)

    def call(path, *, seconds=1.0, resolve=lambda host, port: ["127.0.0.1"]):
        return fetch(f"http://shop.example:{port}{path}", limits(seconds=seconds, resolve=resolve))

    return call


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/ok", Answer(True, 200, "ok")),
        ("/冬季 特賣?色=紅&{gclid}", Answer(True, 200, "ok")),
        ("/404", Answer(False, 404, "http_error")),
        ("/503", Answer(False, 503, "http_error")),
        ("/429", Answer(None, 429, "asked_too_often")),
        ("/hop/2", Answer(True, 200, "ok")),
        ("/hop/3", Answer(False, 302, "too_many_redirects")),
        ("/to/ftp:~~shop.example", Answer(None, 302, "no_web_address")),
        ("/to/http:~~shop.example:22~", Answer(None, 302, "port")),
        ("/to/http:~~a:b@shop.example~", Answer(None, 302, "credentials")),
        ("/endless", Answer(True, 200, "ok")),
        ("/hangs_up", Answer(False, None, "no_connection")),
        ("/silent", Answer(False, None, "timeout")),
        ("/drip/head", Answer(False, None, "timeout")),
        ("/drip/body", Answer(False, None, "timeout")),
    ],
)
def test_what_a_page_says_is_told(ask, path, said):
    began = time.monotonic()
    assert ask(path, seconds=0.3 if said.reason == "timeout" else 1.0) == said
    assert time.monotonic() - began < 3


def test_a_request_says_who_asks_and_nothing_else_of_us(ask, shop):
    ask("/hop/1")
    assert [path for path, _ in shop.asked] == ["/hop/1", "/hop/0", "/ok"]
    for _, headers in shop.asked:
        assert headers.pop("Host").startswith("shop.example:")
        assert headers == {
            "User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close",
        }  # fmt: skip


def test_a_name_is_resolved_once_and_its_checked_address_connected_to(ask, shop):
    answers = iter([["10.0.0.1", "127.0.0.1"], ["10.0.0.1"]])
    assert ask("/ok", resolve=lambda host, port: next(answers)).ok
    assert next(answers) == ["10.0.0.1"], "the second answer was never asked for"
    assert len(shop.asked) == 1


def test_a_redirect_is_resolved_and_checked_anew(ask, shop):
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    assert ask("/hop/0", resolve=lambda host, port: next(answers)) == Answer(None, 302, "address_not_public")
    assert len(shop.asked) == 1


@pytest.fixture
def secure(shop, tmp_path):
    """The same shop behind TLS, with a certificate that only the second of two contexts trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ("-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         *subject, "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with _serving(context) as server:
        yield server.server_address[1], ssl.create_default_context(cafile=certificate)


def test_a_certificate_is_checked_against_the_name_not_the_address(secure):
    port, trusting = secure
    limits = partial(
        Limits,
        seconds=3.0,
        ports=frozenset({port}),
        allowed={"127.0.0.1"}.__contains__,
        resolve=lambda host, port: ["127.0.0.1"],
    )
    said = {
        (host, trusted): fetch(f"https://{host}:{port}/ok", limits(context=context))
        for host in ("shop.example", "other.example")
        for trusted, context in ((True, trusting), (False, ssl.create_default_context()))
    }
    assert said.pop(("shop.example", True)) == Answer(True, 200, "ok")
    assert set(said.values()) == {Answer(False, None, "certificate")}


def test_a_resolver_that_hangs_or_knows_nothing(ask):
    assert ask("/ok", seconds=0.2, resolve=lambda host, port: time.sleep(2) or []).reason == "timeout"

    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert ask("/ok", resolve=unknown) == Answer(False, None, "no_address")
    assert fetch("http://" + "a" * 70 + ".example/", Limits()) == Answer(False, None, "no_address")


@pytest.mark.parametrize("address", CASES["public"])
def test_a_public_address_may_be_asked(address):
    assert is_public(address)


@pytest.mark.parametrize("address", CASES["refused"])
def test_any_other_address_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize(("url", "reason"), CASES["not_asked"].items())
def test_nothing_is_sent_where_the_address_of_a_page_will_not_do(url, reason, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert fetch(url, Limits(seconds=2)) == Answer(None, None, reason)
