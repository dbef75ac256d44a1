"""Decides what is promised: each measured pair as one line, with its ratio, its limit and whether it holds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Run = Callable[[], list[float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure beside the peer's; without a limit it is said for information."""

    name: str
    ours: str
    peer: str
    ratio: float
    limit: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the ratio keeps to the limit."""
        return self.limit is None or self.ratio <= self.limit

    def text(self) -> str:
        """The line of the table."""
        limit = "" if self.limit is None else f"{self.limit:.1f}"
        verdict = "" if self.limit is None else ("yes" if self.holds else "NO")
        return f"{self.name:44} {self.ours:>18} {self.peer:>18} {self.ratio:7.2f} {limit:>6} {verdict:>6}"


def heading() -> str:
    """The names of the columns."""
    return f"{'line':44} {'ours':>18} {'peer':>18} {'ratio':>7} {'limit':>6} {'holds':>6}"


def in_turns(name: str, ours: Run, peer: Run, rounds: int, limit: float | None = None) -> Line:
    """Both by turns, the first of a round changing; the middle of the rounds' ratios of medians."""
    medians: dict[str, list[float]] = {"ours": [], "peer": []}
    for number in range(rounds):
        pair = [("ours", ours), ("peer", peer)]
        for who, run in pair if number % 2 else reversed(pair):
            medians[who].append(statistics.median(run()))
    ratios = [a / b for a, b in zip(medians["ours"], medians["peer"], strict=True)]
    shown = {who: f"{statistics.median(found) * 1000:.2f} ms" for who, found in medians.items()}
    return Line(name, shown["ours"], shown["peer"], statistics.median(ratios), limit)


def tail(name: str, ours: Sequence[float], peer: Sequence[float], limit: float) -> Line:
    """How far the slowest hundredth is from the middle; the ratio is ours, the peer's own stands beside it."""
    middle, slow = _quantiles(ours)
    other_middle, other_slow = _quantiles(peer)
    return Line(
        name,
        f"{middle * 1000:.1f} / {slow * 1000:.1f} ms",
        f"{other_middle * 1000:.1f} / {other_slow * 1000:.1f} ms",
        slow / middle,
        limit,
    )


def _quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    hundredths = statistics.quantiles(seconds, n=100)
    return hundredths[49], hundredths[98]
