"""Decides how long a client may take: the server's loop gathers requests, and a thread sees them whole.

accept -> loop gathers (api.arrivals) -> whole: thread answers -> kept alive: loop gathers the next
                                      -> too slow, too large, broken off: told so and let go

A thread is never held by someone who sends slowly; one who does not take the answer holds it for a bounded time.
"""

from __future__ import annotations

import errno
import socket
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http import errors as faults  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # gunicorn has no types

from api.arrivals import Arrival
from api.connections import PIECE_BYTES, Connection, SteadySocket, tell_refusal
from api.unforeseen import frames, unexpected
from engine.errors import AdcueError, InputError
from engine.logs import logger
from engine.settings import settings

# Of requests under way, the one that began first gives way to the next beyond this many.
MOST_ARRIVING = 300
# All bodies on their way together: so many of the largest size.
MOST_LARGEST = 16
_LINGER_SECONDS = 2.0
_MOST_UNREAD = 65_536
_TOLD = (
    (faults.LimitRequestLine, "api.head.long_line"),
    (faults.LimitRequestHeaders, "api.head.too_large"),
    (faults.UnsupportedTransferCoding, "api.head.coding"),
    (faults.ExpectationFailed, "api.head.expectation"),
    (faults.ParseException, "api.head.unreadable"),
)
_LOG = logger("http")


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads behind a loop that gathers whole requests."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._arriving: dict[Connection, None] = {}
        self._leaving: dict[Connection, float] = {}
        chosen = settings()
        self._stall, self._body, self._most = chosen.stall_seconds, chosen.max_body_seconds, chosen.max_request_bytes

    def accept(self, listener: socket.socket) -> None:
        """Takes a connection on."""
        try:
            sock, address = listener.accept()
        except OSError as error:
            if error.errno in {errno.EMFILE, errno.ENFILE}:
                self._make_room(0)
            elif error.errno not in {errno.EAGAIN, errno.ECONNABORTED}:
                raise
            return
        self.nr_conns += 1
        self.enqueue_req(
            Connection(self.cfg, SteadySocket(sock, self._stall), address, listener.getsockname(), self._linger)
        )

    def enqueue_req(self, conn: Connection) -> None:
        """Gathers the next request of a connection; what was read of it behind the last one counts."""
        early = conn.arrived.take_buffered()
        if early and conn.sock.unread_bytes() > _MOST_UNREAD:
            self._drop(conn)
            return
        conn.begin(Arrival(self._most))
        self._make_room(MOST_ARRIVING)
        conn.sock.setblocking(False)
        self._arriving[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))
        if early:
            self._take(conn, early)

    def handle(self, conn: Connection) -> object:
        """Answers the request that arrived; in a thread."""
        conn.data_ready = True
        conn.init()
        unread = conn.arrived
        conn.parser.unreader = unread
        unread.arrival = conn.arrival
        try:
            return super().handle(conn)
        finally:
            unread.unread(conn.arrival.early)
            conn.arrival.close()

    def murder_pending(self) -> None:
        """Ends whoever takes too long; called at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [one for one, until in self._leaving.items() if until <= now]:
            self._let_go(conn)
        for conn in list(self._arriving):
            rests = now - conn.heard >= self._stall
            if not conn.arrival.begun and (rests or not self.alive):
                self._forget(conn)
                self._drop(conn)
            elif rests or (not conn.arrival.has_head and now - conn.began >= self._stall):
                self._refuse(conn, InputError("api.body.stalled", limit=self._stall))
            elif now - conn.began >= self._body:
                self._refuse(conn, InputError("api.body.slow", limit=self._body))

    def handle_error(self, req: object, client: socket.socket, addr: object, exc: BaseException) -> None:
        """Tells what the parser does not take as every other refusal is told: nothing of it is repeated."""
        code = next((told for kind, told in _TOLD if isinstance(exc, kind)), None)
        if code is None:
            _LOG.error("unexpected", kind=type(exc).__name__, frames=frames(exc))
        tell_refusal(client, InputError(code) if code is not None else unexpected(exc), "")

    def _read(self, conn: Connection, _sock: object) -> None:
        try:
            data = conn.sock.recv(PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, data)
        elif conn.arrival.begun:
            self._refuse(conn, InputError("api.head.unreadable"))
        else:
            self._forget(conn)
            self._drop(conn)

    def _take(self, conn: Connection, data: bytes) -> None:
        conn.heard = time.monotonic()
        try:
            conn.arrival.feed(data)
        except AdcueError as error:
            self._refuse(conn, error)
            return
        except OSError as error:
            self._refuse(conn, unexpected(error))
            return
        if conn.arrival.whole:
            self._forget(conn)
            super().enqueue_req(conn)
        elif sum(one.arrival.size for one in self._arriving) > MOST_LARGEST * self._most:
            self._refuse(conn, InputError("api.body.crowded"))
        elif conn.arrival.asks_leave():
            with suppress(OSError):  # whoever is gone meanwhile is noticed at the next read
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _make_room(self, most: int) -> None:
        while len(self._arriving) > most:
            self._refuse(next(iter(self._arriving)), InputError("api.body.crowded"))

    def _refuse(self, conn: Connection, error: AdcueError) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        tell_refusal(conn.sock, error, conn.arrival.language)
        conn.close(graceful=True)

    def _forget(self, conn: Connection) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _linger(self, conn: Connection) -> None:
        """A connection closed while its client still sends would take the answer back: it is read to its end first."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, KeyError, ValueError):
            conn.sock.close()
            return
        self._leaving[conn] = time.monotonic() + _LINGER_SECONDS

    def _drain(self, conn: Connection, _sock: object) -> None:
        try:
            if conn.sock.recv(PIECE_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            _LOG.debug("reset_while_leaving")
        self._let_go(conn)

    def _let_go(self, conn: Connection) -> None:
        del self._leaving[conn]
        self.poller.unregister(conn.sock)
        conn.sock.close()
