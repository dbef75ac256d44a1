"""Decides how long a request may take to send its body; one that trickles would hold a thread as long as it likes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TOO_LATE = "adcue.body_too_late"  # in the environment: the seconds that were over


class BodyClock:
    """A WSGI application whose requests have ``seconds`` to arrive; after that the rest of a body is not waited for.

    The half of the connection that receives is closed, so that a read which waits ends; the answer still goes out.
    Where the server gives no socket (another server than gunicorn, tests), its own limits hold.
    """

    def __init__(self, app: WSGIApplication, seconds: int) -> None:
        self._app, self._seconds = app, seconds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer."""
        connection = environ.get("gunicorn.socket")
        if connection is None or not (environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING")):
            return self._app(environ, start_response)
        timer = threading.Timer(self._seconds, _cut, (connection, environ, self._seconds))
        timer.daemon = True
        timer.start()
        try:
            return self._app(environ, start_response)
        finally:
            timer.cancel()


def _cut(connection: socket.socket, environ: WSGIEnvironment, seconds: int) -> None:
    environ[TOO_LATE] = seconds
    with suppress(OSError):  # the other side is gone already
        connection.shutdown(socket.SHUT_RD)
