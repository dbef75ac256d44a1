"""Decides what a service that is killed is asked: imports, proposals, approvals, each until it is acknowledged."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.soak.files import Export, export

BOUNDARY = "a-file-follows"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
PLAN = {"start": "2026-11-16", "end": "2026-11-29"}
# Answers after which the same request is simply made again.
AGAIN = (409, 429, 503)


class Dead(Exception):
    """The service is gone, or its answer did not arrive whole."""


@dataclass
class Asked:
    """One request under its key, and what was acknowledged; ``about`` is the number of the file or the budget."""

    key: str
    path: str
    about: int
    body: bytes
    form: str
    answer: dict[str, Any] | None = None


@dataclass
class Line:
    """Requests of one caller, one after the other: each again until it is acknowledged, then the next."""

    secret: str
    fresh: Iterator[Asked]
    seed: int
    pending: Asked | None = None
    done: list[Asked] = field(default_factory=list)
    repeated: int = 0
    given_up: int = 0
    fault: BaseException | None = None

    def go_on(self, port: int, over: Callable[[], bool]) -> None:
        """Asks until ``over``, or the service is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        rng = random.Random(self.seed + len(self.done))
        try:
            self.repeated += self.pending is not None
            while not over():
                if self.pending is None:
                    self.pending = next(self.fresh, None)
                if self.pending is None:
                    time.sleep(0.02)
                    continue
                self.pending.answer = self._acknowledged(connection, self.pending, rng)
                self.done.append(self.pending)
                self.pending = None
        except Dead:
            return
        except BaseException as fault:
            self.fault = fault  # a thread's fault is the test's
        finally:
            connection.close()

    def finish(self, port: int) -> None:
        """Has what is pending acknowledged."""
        while self.pending is not None and self.fault is None:
            self.go_on(port, lambda: self.pending is None)

    def _acknowledged(self, connection: http.client.HTTPConnection, asked: Asked, rng: random.Random) -> dict[str, Any]:
        while True:
            prefer = rng.choice(["respond-async", "wait=1", "wait=30"])
            headers = {"Content-Type": asked.form, "Idempotency-Key": asked.key, "Prefer": prefer}
            status, answer, place = self._ask(connection, "POST", asked.path, asked.body, headers)
            while status == 202 or (status == 200 and answer.get("state") in ("queued", "running")):
                time.sleep(0.02)
                status, answer, _ = self._ask(connection, "GET", place, None, {})
            if status in (200, 201) and answer.get("state") == "failed":
                assert answer["problem"]["code"] == "api.run.crashed", answer
                asked.key, self.given_up = f"{asked.key}+", self.given_up + 1
            elif status in (200, 201):
                return answer
            elif status in AGAIN:
                time.sleep(0.05)
            else:
                raise AssertionError((status, answer))

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> tuple[int, dict[str, Any], str]:
        try:
            connection.request(method, path, body, headers | {"Authorization": f"Bearer {self.secret}"})
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Dead from error
        return answer.status, told, answer.headers.get("Location") or path


def imports(seed: int) -> Iterator[Asked]:
    """Files without end, no two of a day."""
    number = 0
    while True:
        file = export(number)
        yield Asked(f"import-{seed}-{number}", "/v1/imports", number, form_of(file), FORM)
        number += 1


def form_of(file: Export) -> bytes:
    """The file as a form hands it in."""
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="received"\r\n\r\n2026-01-01\r\n--{BOUNDARY}\r\n'
        f'Content-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    )
    return parts.encode() + file.content + f"\r\n--{BOUNDARY}--\r\n".encode()


def proposals(seed: int) -> Iterator[Asked]:
    """Plans without end, each of another budget."""
    budget = 200_000
    while True:
        body = json.dumps(PLAN | {"budget": str(budget)}).encode()
        yield Asked(f"proposal-{seed}-{budget}", "/v1/proposals", budget, body, "application/json")
        budget += 1_000


def approvals(seed: int, planned: list[Asked]) -> Iterator[Asked]:
    """Each plan that was acknowledged, in turn; None while there is none: then the generator is asked again."""
    body = json.dumps({"verdict": "approved", "note": "好"}).encode()
    return _Approvals(seed, planned, body)


def proposal_id(plan: Asked) -> str:
    """The id of the proposal that was acknowledged, directly or as what came of a run."""
    if "state" in plan.answer:
        return plan.answer["result"].rpartition("/")[2]
    return plan.answer["id"]


class _Approvals:
    """An iterator that may have nothing now and something later."""

    def __init__(self, seed: int, planned: list[Asked], body: bytes) -> None:
        self._seed, self._planned, self._body, self._next = seed, planned, body, 0

    def __iter__(self) -> _Approvals:
        return self

    def __next__(self) -> Asked:
        if self._next >= len(self._planned):
            raise StopIteration
        plan = self._planned[self._next]
        self._next += 1
        name = f"/v1/proposals/{proposal_id(plan)}"
        return Asked(
            f"approve-{self._seed}-{plan.about}", f"{name}/decision", plan.about, self._body, "application/json"
        )


def all_at_once(lines: list[Line], port: int, over: Callable[[], bool]) -> list[threading.Thread]:
    """Every caller at work, each in a thread of its own."""
    threads = [threading.Thread(target=line.go_on, args=(port, over)) for line in lines]
    for thread in threads:
        thread.start()
    return threads
