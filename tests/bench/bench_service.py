"""Measures what identity, tenancy and the contract cost a request: ``python -m tests.bench.bench_service``.

Beside a bare Flask and pydantic service on the same file and queries, a scoped, authenticated GET may take 2.5 times as
long, and at eight connections its slowest hundredth 5 times as long as its middle; exits 1 when a line falls short.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.bench.service.clients import WARMING, Call, at_once, fetch, one_by_one, repeated
from tests.bench.service.data import Data, make_data
from tests.bench.service.in_process import Application, called, our_application, peer_application
from tests.bench.service.lines import Line, heading, in_turns, tail
from tests.bench.service.servers import Ports, both_served

ROUNDS = 5
ONES, LISTS = 300, 20
SMALL = 25
CONNECTIONS, EACH = 8, 125
MOST_GET, MOST_TAIL = 2.5, 5.0

Pair = tuple[Sequence[Call], Sequence[Call]]


def main() -> int:
    """0 when every line holds, 1 otherwise."""
    kept = True
    print(heading(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        for line in _lines(make_data(Path(name), SMALL)):
            kept = kept and line.holds
            print(line.text(), flush=True)
    return 0 if kept else 1


def _lines(data: Data) -> Iterator[Line]:
    plan, small, page = (_pair(data, names) for names in (data.proposals, data.small, ("",)))
    with both_served(data) as ports:
        _same_answers(ports, plan, page)
        yield in_turns("GET a proposal of 75 kB", *_sent(ports, plan, ONES), ROUNDS, MOST_GET)
        yield in_turns("GET a proposal of 0.1 kB", *_sent(ports, small, ONES), ROUNDS, MOST_GET)
        yield in_turns("GET the newest 20", *_sent(ports, page, LISTS), ROUNDS, MOST_GET)
        for name, (ours, peer) in {"75 kB": plan, "0.1 kB": small}.items():
            busy = [at_once(port, calls, CONNECTIONS, EACH) for port, calls in ((ports.ours, ours), (ports.peer, peer))]
            yield tail(f"p50 / p99 of GET {name}, {CONNECTIONS} connections", *busy, MOST_TAIL)
    applications = our_application(data), peer_application(data)
    for name, pair in {"75 kB": plan, "0.1 kB": small}.items():
        yield in_turns(f"GET {name} without server or socket", *_called(applications, pair), ROUNDS)


def _pair(data: Data, names: Sequence[str]) -> Pair:
    """The same reads of both services."""
    carried = {"Authorization": f"Bearer {data.key}"}
    paths = [f"/{name}".rstrip("/") for name in names]
    return [Call(f"/v1/proposals{path}", carried) for path in paths], [Call(f"/bare/proposals{path}") for path in paths]


def _sent(ports: Ports, pair: Pair, count: int) -> Iterator[Callable[[], list[float]]]:
    """Two runs over HTTP, one connection each."""
    for port, calls in zip((ports.ours, ports.peer), pair, strict=True):
        yield partial(one_by_one, port, repeated(calls, count), repeated(calls, WARMING))


def _called(applications: tuple[Application, Application], pair: Pair) -> Iterator[Callable[[], list[float]]]:
    """Two runs inside this process."""
    for application, calls in zip(applications, pair, strict=True):
        yield partial(called, application, repeated(calls, ONES))


def _same_answers(ports: Ports, plan: Pair, page: Pair) -> None:
    """Raises SystemExit where the two services do not answer the same documents."""
    ours, peer = fetch(ports.ours, plan[0][0]), fetch(ports.peer, plan[1][0])
    listed, others = (
        fetch(port, calls[0])["items"] for port, calls in zip((ports.ours, ports.peer), page, strict=True)
    )
    for mine, theirs in zip([ours, *listed], [peer, *others], strict=True):
        if mine | theirs["document"] != mine:
            raise SystemExit("the two services answer different documents")


if __name__ == "__main__":
    sys.exit(main())
