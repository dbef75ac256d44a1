"""Decides how a connection is held: what its thread reads, how long an answer may take to go out, how it is refused."""

from __future__ import annotations

import array
import errno
import fcntl
import secrets
import socket
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import json
from gunicorn.http.unreader import Unreader  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]  # gunicorn has no types

from api.arrivals import Arrival
from api.headers import SECURITY_HEADERS
from api.language import accepted_language
from api.problems import CONTENT_TYPE, problem
from api.request_logs import HEADER
from engine.errors import AdcueError
from engine.logs import logger

PIECE_BYTES = 65_536
# The kernel keeps an answer up to this size for a slow reader, so that its thread goes on.
_SEND_BYTES = 1_048_576
_LEAST_BYTES_PER_SECOND = 16_384
_LOG = logger("http")


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection with the request that arrives on it; ``began`` and ``heard`` are seconds of the steady clock."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given[:-1])
        self._linger: Callable[[Connection], None] = given[-1]
        self.arrival: Arrival
        self.arrived = Arrived()
        self.began = self.heard = 0.0

    def begin(self, arrival: Arrival) -> None:
        """A request starts to arrive."""
        self.arrival = arrival
        self.began = self.heard = time.monotonic()

    def close(self, graceful: bool = False) -> None:
        """Ends it: at once, or once the client has seen the answer."""
        self.arrival.close()
        if graceful:
            self._linger(self)
        else:
            super().close()


class SteadySocket(socket.socket):
    """A socket whose blocking calls end: an answer has to go out at a least rate, after a first wait."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        super().__init__(fileno=sock.detach())
        self._seconds = seconds
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)

    def setblocking(self, flag: bool) -> None:
        """Waiting means waiting for some seconds."""
        self.settimeout(self._seconds if flag else 0.0)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Raises ConnectionResetError where the client does not take the data in time."""
        self.settimeout(self._seconds + len(data) / _LEAST_BYTES_PER_SECOND)
        try:
            super().sendall(data, flags)
        except TimeoutError as error:
            raise _gone() from error

    def sendfile(self, *given: Any, **named: Any) -> int:
        """Raises ConnectionResetError where the client does not take the file in time."""
        self.settimeout(self._seconds)
        try:
            return super().sendfile(*given, **named)
        except TimeoutError as error:
            raise _gone() from error

    def unread_bytes(self) -> int:
        """How much of earlier answers the client did not take yet."""
        waiting = array.array("i", [0])
        fcntl.ioctl(self.fileno(), termios.TIOCOUTQ, waiting)
        return waiting[0]


class Arrived(Unreader):  # type: ignore[misc]  # gunicorn has no types
    """What the parser reads: the request that arrived, and never the socket."""

    arrival: Arrival

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece; nothing at the end of the request."""
        return self.arrival.read(max(size_hint or 0, PIECE_BYTES))


def _gone() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, "the client does not take its answer")


def tell_refusal(sock: socket.socket, error: AdcueError, accepts: str) -> None:
    """Writes the answer to a request that never reached the application, and its line in the log."""
    language = accepted_language(accepts)
    body = problem(error, language)
    text, given = json.dumps(body).encode(), secrets.token_hex(16)
    headers = SECURITY_HEADERS | {
        "Content-Type": CONTENT_TYPE,
        "Content-Language": language,
        "Content-Length": str(len(text)),
        "Cache-Control": "no-store",
        "Connection": "close",
        HEADER: given,
    }
    if body["status"] in {408, 503}:
        headers["Retry-After"] = "5"
    lines = [f"HTTP/1.1 {body['status']} {error.code}", *(f"{name}: {value}" for name, value in headers.items())]
    _LOG.warning("request_refused", status=body["status"], code=error.code, request_id=given)
    with suppress(OSError):  # there may be no one left to tell
        sock.send("\r\n".join([*lines, "", ""]).encode("latin-1") + text)
