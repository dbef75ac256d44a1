"""Decides what a request costs without a server or socket: both applications called in this process, by turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.test import EnvironBuilder

from api.app import create_app
from engine.settings import Settings
from engine.store.store import Store
from tests.bench import reference_service
from tests.bench.service.clients import DONE, Call
from tests.bench.service.data import Data
from tests.bench.service.servers import UNLIMITED

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def our_application(data: Data) -> Application:
    """The whole application on that file."""
    chosen = Settings(data_dir=data.folder, rate_per_key=UNLIMITED, log_level="WARNING")
    return create_app(Store(chosen.url), chosen).wsgi_app


def peer_application(data: Data) -> Application:
    """The bare one."""
    return reference_service.create_app(data.database).wsgi_app


def called(application: Application, calls: Iterable[Call]) -> list[float]:
    """Seconds of each call; what a client sends is made ready before the clock starts."""
    return [_call(application, call) for call in calls]


def _call(application: Application, call: Call) -> float:
    builder = EnvironBuilder(call.path, method=call.method, headers=dict(call.headers), data=call.body)
    environ = builder.get_environ()
    statuses: list[str] = []
    begun = time.perf_counter()
    for _ in application(environ, lambda status, *_: statuses.append(status)):
        pass
    seconds = time.perf_counter() - begun
    if int(statuses[0][:3]) not in DONE:
        raise SystemExit(f"{call.method} {call.path} answered {statuses[0]}")
    return seconds
