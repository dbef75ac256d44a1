"""Decides who is logged in at the console: sessions kept on the server, named by a random cookie."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass

from engine.store.keys import Principal

LIFETIME_SECONDS = 12 * 3600
MOST_SESSIONS = 1_000


def cookie_name(*, secure: bool) -> str:
    """The cookie's name; over HTTPS the ``__Host-`` prefix keeps other hosts and paths from setting it."""
    return "__Host-adcue" if secure else "adcue"


@dataclass(frozen=True, slots=True)
class _Session:
    principal: Principal
    ends_at: float


class Sessions:
    """The sessions of this process; only a hash of each token is held. They end when the service stops."""

    def __init__(self) -> None:
        self._held: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def begin(self, principal: Principal) -> str:
        """A new session's token."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._drop_ended()
            while len(self._held) >= MOST_SESSIONS:
                self._held.pop(next(iter(self._held)))
            self._held[_digest(token)] = _Session(principal, time.monotonic() + LIFETIME_SECONDS)
        return token

    def read(self, token: str) -> Principal | None:
        """Who the token stands for; None when it is unknown or over."""
        with self._lock:
            held = self._held.get(_digest(token))
        if held is None or held.ends_at <= time.monotonic():
            return None
        return held.principal

    def end(self, token: str) -> None:
        """Forgets the token."""
        with self._lock:
            self._held.pop(_digest(token), None)

    def _drop_ended(self) -> None:
        now = time.monotonic()
        for name in [name for name, held in self._held.items() if held.ends_at <= now]:
            del self._held[name]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


SESSIONS = Sessions()
