"""How the optimizer bench measures: medians of the same call, lines with a limit, memory of the process."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True)
class Line:
    """One promise: what was measured, the limit it is held to, and the words beside it."""

    name: str
    measured: float
    limit: float
    words: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self) -> str:
        sign = "≥" if self.at_least else "≤"
        state = "holds" if self.holds else "**SHORT**"
        return f"| {self.name} | {self.measured:.3g} | {sign} {self.limit:.3g} | {state} | {self.words} |"


def median(call: Callable[[], Found], times: int) -> tuple[float, Found]:
    """Median seconds of ``times`` calls after one that warms up, and the last answer."""
    found = call()
    seconds = []
    for _ in range(times):
        gc.collect()
        began = time.perf_counter()
        found = call()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), found


def side_by_side(one: Callable[[], Any], other: Callable[[], Any], times: int) -> tuple[float, float, Any, Any]:
    """Medians of two calls taken in turn, so that a busy moment meets both."""
    first, second = one(), other()
    ones, others = [], []
    for _ in range(times):
        gc.collect()
        for call, seconds in ((one, ones), (other, others)):
            began = time.perf_counter()
            found = call()
            seconds.append(time.perf_counter() - began)
            if call is one:
                first = found
            else:
                second = found
    return statistics.median(ones), statistics.median(others), first, second


def peak_megabytes() -> float:
    """The most memory the process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def told(seconds: float) -> str:
    """Seconds as people read them."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms"
