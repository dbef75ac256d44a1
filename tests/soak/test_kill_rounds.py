"""A service killed at any moment loses nothing it acknowledged, does nothing twice, and leaves its chains whole."""

from __future__ import annotations

import os
import random
import threading
import time

import pytest

from tests.soak.checking import check, check_quiet
from tests.soak.driver import Line, all_at_once, approvals, imports, proposals

SEED = 20261126
# A kill comes after so many more answers and so long, each drawn: a machine under load changes neither.
MOST_ANSWERS, LONGEST_SECONDS = 12, 0.6
ROUNDS = [3, pytest.param(100, marks=pytest.mark.soak)]


def lines_of(secrets: dict[str, str]) -> dict[str, Line]:
    """Three callers: who imports, who plans, and the second person who approves what was planned."""
    planner = Line(secrets["proposals"], proposals(SEED), 2)
    return {
        "imports": Line(secrets["imports"], imports(SEED), 1),
        "proposals": planner,
        "approvals": Line(secrets["approvals"], approvals(SEED, planner.done), 3),
    }


@pytest.mark.parametrize("rounds", ROUNDS)
def test_nothing_acknowledged_is_lost_or_doubled(service, rounds, record_property):
    rng, lines, begun = random.Random(SEED), lines_of(service.secrets), time.monotonic()
    for _ in range(rounds):
        service.start()
        dead = threading.Event()
        threads = all_at_once(list(lines.values()), service.port, dead.is_set)
        _wait_for(lines, rng.randint(0, MOST_ANSWERS), rng.uniform(0, LONGEST_SECONDS))
        service.kill()
        dead.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        _raise_faults(lines)
        check(service.url, lines)
    service.start()
    for line in lines.values():
        line.finish(service.port)
    _raise_faults(lines)
    counts = check(service.url, lines)
    check_quiet(service.url)
    left = _left_uploads(service)
    acknowledged = {name: len(line.done) for name, line in lines.items()}
    assert acknowledged == counts
    assert all(acknowledged.values()), acknowledged
    told = {
        "rounds": rounds, "acknowledged": acknowledged, "seconds": round(time.monotonic() - begun, 1),
        "repeated": sum(line.repeated for line in lines.values()), "uploads left by kills": left,
        "given up": sum(line.given_up for line in lines.values()),
    }  # fmt: skip
    record_property("soak", str(told))
    print(told)


def _wait_for(lines: dict[str, Line], answers: int, seconds: float) -> None:
    end, before = time.monotonic() + 20, sum(len(line.done) for line in lines.values())
    while sum(len(line.done) for line in lines.values()) - before < answers and time.monotonic() < end:
        _raise_faults(lines)
        time.sleep(0.005)
    time.sleep(seconds)


def _raise_faults(lines: dict[str, Line]) -> None:
    for line in lines.values():
        if line.fault is not None:
            raise line.fault


def _left_uploads(service) -> int:
    """How many uploads the kills left behind; none of them a day later, after the next start."""
    folder = service.folder / "uploads"
    left = list(folder.iterdir())
    for path in left:
        os.utime(path, (0, 0))
    service.kill()
    service.start()
    end = time.monotonic() + 20
    while list(folder.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return len(left)
