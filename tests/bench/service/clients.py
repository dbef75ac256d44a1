"""Decides how a request is timed: on a connection that stays open, from the first byte sent to the last one read."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

WARMING = 20
DONE = (200, 201)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, which must be answered as done."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def method(self) -> str:
        """POST where something is sent."""
        return "GET" if self.body is None else "POST"


def fetch(port: int, call: Call) -> Any:
    """The JSON answer to one call on a connection of its own."""
    with closing(_connection(port)) as connection:
        return json.loads(_send(connection, call))


def repeated(calls: Sequence[Call], count: int) -> list[Call]:
    """The first ``count`` calls of ``calls`` said over and over."""
    return [calls[number % len(calls)] for number in range(count)]


def one_by_one(port: int, calls: Iterable[Call], warming: Iterable[Call] = ()) -> list[float]:
    """Seconds of each call over one connection; ``warming`` goes before and is not counted."""
    with closing(_connection(port)) as connection:
        for call in warming:
            _send(connection, call)
        return list(_timed(connection, calls))


def at_once(port: int, calls: Sequence[Call], connections: int, each: int) -> list[float]:
    """Seconds of each call over ``connections`` that are busy all the while, ``each`` times after warming up."""
    lanes: list[list[float]] = [[] for _ in range(connections)]
    failed: list[BaseException] = []
    gate = threading.Barrier(connections)

    def work(lane: int) -> None:
        try:
            mine = repeated(calls, lane + each + WARMING)[lane:]
            with closing(_connection(port)) as connection:
                for call in mine[:WARMING]:
                    _send(connection, call)
                gate.wait()
                lanes[lane].extend(_timed(connection, mine[WARMING:]))
        except BaseException as error:
            failed.append(error)
            gate.abort()

    threads = [threading.Thread(target=work, args=(lane,)) for lane in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return [seconds for lane in lanes for seconds in lane]


def _connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _timed(connection: http.client.HTTPConnection, calls: Iterable[Call]) -> Iterator[float]:
    for call in calls:
        begun = time.perf_counter()
        _send(connection, call)
        yield time.perf_counter() - begun


def _send(connection: http.client.HTTPConnection, call: Call) -> bytes:
    connection.request(call.method, call.path, body=call.body, headers=dict(call.headers))
    response = connection.getresponse()
    content = response.read()
    if response.status not in DONE:
        raise SystemExit(f"{call.method} {call.path} answered {response.status}: {content[:200].decode()}")
    return content
