"""Measures what identity, tenancy and the contract cost a request: ``python -m tests.bench.bench_service``.

Beside a bare Flask and pydantic service on the same file and queries, a scoped, authenticated GET may take 2.5 times as
long, a decision with its audit entry twice as long as a bare commit, and at eight connections the slowest hundredth of
GETs 5 times as long as their middle. Exits 1 when a line falls short.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from tests.bench.service.clients import WARMING, Call, at_once, fetch, one_by_one, repeated
from tests.bench.service.data import Data, make_data
from tests.bench.service.in_process import Application, called, our_application, peer_application
from tests.bench.service.lines import Line, heading, in_turns, tail
from tests.bench.service.servers import Ports, both_served

ROUNDS = 5
ONES, LISTS = 300, 20
SHORT = 25
POSTS, FIRST_POSTS = 30, 5
CONNECTIONS, EACH = 8, 125
MOST_GET, MOST_POST, MOST_TAIL = 2.5, 2.0, 5.0

Pair = tuple[Sequence[Call], Sequence[Call]]


def main() -> int:
    """0 when every line holds, 1 otherwise."""
    kept = True
    print(heading(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        for line in _lines(make_data(Path(name), SHORT, 2 * ROUNDS * (POSTS + FIRST_POSTS))):
            kept = kept and line.holds
            print(line.text(), flush=True)
    return 0 if kept else 1


def _lines(data: Data) -> Iterator[Line]:
    plan, short, page = (_pair(data, names) for names in (data.whole, data.short, ("",)))
    with both_served(data) as ports:
        _same_answers(ports, plan, page)
        yield in_turns("GET a proposal of 75 kB", *_sent(ports, plan, ONES), ROUNDS, MOST_GET)
        yield in_turns("GET a short one", *_sent(ports, short, ONES), ROUNDS, MOST_GET)
        yield in_turns("GET the newest 20", *_sent(ports, page, LISTS), ROUNDS, MOST_GET)
        for name, (ours, peer) in {"75 kB": plan, "a short one": short}.items():
            busy = [at_once(port, calls, CONNECTIONS, EACH) for port, calls in ((ports.ours, ours), (ports.peer, peer))]
            yield tail(f"p50 / p99 of GET {name}, {CONNECTIONS} connections", *busy, MOST_TAIL)
        decisions = iter(data.undecided)
        yield in_turns("POST a decision", *_decided(ports, data, decisions), ROUNDS, MOST_POST)
        yield in_turns("POST a decision, repeatable", *_decided(ports, data, decisions, repeatable=True), ROUNDS)
    applications = our_application(data), peer_application(data)
    for name, pair in {"75 kB": plan, "a short one": short}.items():
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


def _decided(
    ports: Ports, data: Data, undecided: Iterator[str], *, repeatable: bool = False
) -> Iterator[Callable[[], list[float]]]:
    """Two runs that write: each of ours decides on proposals of its own, under an Idempotency-Key if ``repeatable``."""
    carried = {"Authorization": f"Bearer {data.key}", "Content-Type": "application/json"}
    said = {"verdict": "approved", "note": "as agreed"}

    def ours() -> list[float]:
        calls = [
            Call(
                f"/v1/proposals/{name}/decision",
                carried | ({"Idempotency-Key": name} if repeatable else {}),
                json.dumps(said).encode(),
            )
            for name in islice(undecided, FIRST_POSTS + POSTS)
        ]
        return one_by_one(ports.ours, calls[FIRST_POSTS:], calls[:FIRST_POSTS])

    body = json.dumps(said | {"subject": data.undecided[0]}).encode()
    bare = [Call("/bare/decisions", {"Content-Type": "application/json"}, body)]
    yield ours
    yield partial(one_by_one, ports.peer, repeated(bare, POSTS), repeated(bare, FIRST_POSTS))


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
