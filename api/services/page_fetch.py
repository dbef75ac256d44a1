"""Decides how one landing page is asked for: the only place from which the product connects to machines of others.

A name is resolved once; only an address that passed the check is connected to, and it is that address, not the name, so
that no second answer of a resolver can lead elsewhere. http and https on their own ports, at most three redirects with
every step checked anew, one time limit over everything, no cookies, no credentials, no proxy, and of the body only its
beginning.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from api.services.public_addresses import is_public

AGENT = "adcue-page-check/1.0 (checks whether an ad's landing page opens)"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ASKED_TOO_OFTEN = 429
FAILED_FROM = 400
_SAFE = "/%:@!$&'()*+,;=-._~"


def resolved(host: str, port: int) -> Sequence[str]:
    """Every address of a host, in the order of the resolver. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a page may cost, and whom it may be asked of. Seconds are for everything together."""

    seconds: float = 15.0
    redirects: int = 3
    body_bytes: int = 65_536
    ports: frozenset[int] = frozenset({80, 443})
    allowed: Callable[[str], bool] = is_public
    resolve: Callable[[str, int], Sequence[str]] = resolved
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a page: ``ok`` is None where nothing can be said of what people see."""

    ok: bool | None
    code: int | None
    reason: str


class _NotAskedError(Exception):
    """The address is not one that is connected to; nothing was sent."""


def fetch(url: str, limits: Limits) -> Answer:
    """Asks for one page, following redirects. Never raises for what a page or a network does."""
    until = monotonic() + limits.seconds
    code: int | None = None
    try:
        for _ in range(limits.redirects + 1):
            code, location = _ask(url, limits, until)
            if code not in REDIRECTS or location is None:
                return _judged(code)
            url = urljoin(url, location)
    except _NotAskedError as error:
        return Answer(None, code, str(error))
    except ssl.SSLCertVerificationError:
        return Answer(False, code, "certificate")
    except (socket.gaierror, UnicodeError):
        return Answer(False, code, "no_address")
    except TimeoutError:
        return Answer(False, code, "timeout")
    except (OSError, http.client.HTTPException):
        return Answer(False, code, "timeout" if monotonic() >= until else "no_connection")
    return Answer(False, code, "too_many_redirects")


def _judged(code: int) -> Answer:
    if code == ASKED_TOO_OFTEN:
        return Answer(None, code, "asked_too_often")  # people are not asked to wait
    return Answer(False, code, "http_error") if code >= FAILED_FROM else Answer(True, code, "ok")


def _ask(url: str, limits: Limits, until: float) -> tuple[int, str | None]:
    """Status and ``Location`` of one step."""
    parts, host, port = _checked(url, limits)
    address = _address(host, port, limits, until)
    connection = _Pinned(host, port, address, until, limits.context if parts.scheme == "https" else None)
    with connection:
        target = quote(parts.path or "/", safe=_SAFE) + (
            f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
        )
        connection.request("GET", target, headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"})
        with connection.getresponse() as response:
            response.read(limits.body_bytes)
            if monotonic() >= until:
                raise TimeoutError  # cut off: what was read so far is no whole answer
            return response.status, _location(response.getheader("Location"))


def _location(told: str | None) -> str | None:
    """Where a redirect leads; http.client reads headers as Latin-1, and servers write UTF-8."""
    if told is None:
        return None
    with suppress(UnicodeError):
        return told.encode("latin-1").decode("utf-8")
    return told


def _checked(url: str, limits: Limits) -> tuple[SplitResult, str, int]:
    """The parts of an address, its host as resolvers know it and its port. Raises _NotAskedError for any other kind."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise _NotAskedError("no_web_address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _NotAskedError("no_web_address")
    if parts.username is not None or parts.password is not None:
        raise _NotAskedError("credentials")
    if port not in limits.ports:
        raise _NotAskedError("port")
    return parts, parts.hostname.encode("idna").decode("ascii"), port


def _address(host: str, port: int, limits: Limits, until: float) -> str:
    """The first address of a host that may be connected to; a resolver that hangs is waited for no longer than due."""
    found: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(limits.resolve(host, port))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(max(0.0, until - monotonic()))
    if thread.is_alive():
        raise TimeoutError
    if failed:
        raise failed[0]
    public = [one for one in found if limits.allowed(one)]
    if not public:
        raise _NotAskedError("address_not_public")
    return public[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked address under the name of its host, cut off when its time is over."""

    def __init__(self, host: str, port: int, address: str, until: float, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port)
        self._address, self._until, self._context = address, until, context
        self._timer = threading.Timer(max(0.0, until - monotonic()), self._cut)
        self.default_port = 80 if context is None else 443  # which the Host header leaves out
        self._wire: socket.socket | None = None  # http.client lets go of ``sock`` before the body is read

    def __enter__(self) -> _Pinned:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.close()

    def connect(self) -> None:
        """Connects to the checked address; the name only goes into the certificate's check."""
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock = self._wire = socket.create_connection((self._address, self.port), timeout=left)
        if self._context is not None:
            self.sock.settimeout(max(0.001, self._until - monotonic()))
            self.sock = self._wire = self._context.wrap_socket(self.sock, server_hostname=self.host)
        if monotonic() >= self._until:
            raise TimeoutError  # the cut came before there was this socket to cut

    def _cut(self) -> None:
        """Ends whatever is being waited for, however slowly a page goes on dripping."""
        if self._wire is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)
