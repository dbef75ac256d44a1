"""Work that is done at once, work that goes on until it is let go, and how to wait for either."""

from __future__ import annotations

import threading
import time

from api.jobs.outcome import Outcome

WAIT = 15.0


def keeps(account, request, live):
    """Work that keeps one document."""
    return Outcome(201, "night", account.put("night", {"n": request["n"]}).id)


def ended(jobs, account, run, state="done"):
    over = jobs.wait(account, run.id, WAIT)
    assert over.state == state, over
    return over


def until(true, seconds=WAIT):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


class Held:
    """Work that has begun and goes on until it is let go; it takes a step every moment."""

    def __init__(self, steps: bool = True) -> None:
        self.begun, self.go, self.over = threading.Event(), threading.Event(), threading.Event()
        self.steps = steps

    def __call__(self, account, request, live):
        try:
            live.stage("read", 0, 10)
            self.begun.set()
            while not self.go.wait(0.01):
                if self.steps:
                    live.step(1, 10)
            return keeps(account, request, live)
        finally:
            self.over.set()
