"""Measures a proposal in a warm process: ``python -m tests.bench.bench_propose``; exits 1 when a limit is passed.

Six channels, thirteen weeks, stored curves: the median of nine proposals stays under half a second, and building the
Pyomo model and its arrays under a fifth of it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import optimizer.planning
from engine.money import Money
from engine.vocabulary import Period
from optimizer.demand import Bounds, Demand
from optimizer.fitting import fit_curves
from optimizer.propose import propose
from tests.optimizer.simulator import simulate

ROUNDS = 9
MOST_SECONDS = 0.5
MOST_BUILDING = 0.2
PERIOD = Period(date(2025, 7, 7), date(2025, 10, 5))


class Stopwatch:
    """Adds up the seconds spent in the functions it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def watch(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*args, **named)
            finally:
                self.seconds += time.perf_counter() - began

        return timed


def demands() -> dict[str, Demand]:
    """A plain budget, and one under every rule."""
    budget = Money.of(9_000_000, "TWD")
    return {
        "budget only": Demand(budget, PERIOD),
        "every rule": Demand(
            budget,
            PERIOD,
            bounds={"p0/t0": Bounds(Money.of(500_000, "TWD"), Money.of(3_000_000, "TWD"))},
            share_caps={"p1/t1": 0.35},
            weekly=Bounds(Money.of(300_000, "TWD"), Money.of(900_000, "TWD")),
            weekly_bounds={"p2/t2": Bounds(Money.of(20_000, "TWD"), Money.of(400_000, "TWD"))},
            flights={"p3/t3": Period(date(2025, 7, 16), date(2025, 9, 10))},
        ),
    }


def main() -> int:
    """Prints one line a demand; 1 when one is too slow."""
    curves = fit_curves(simulate(0, "mixed").history)
    building = Stopwatch()
    optimizer.planning.build_model = building.watch(optimizer.planning.build_model)
    optimizer.planning.compile_model = building.watch(optimizer.planning.compile_model)
    kept = True
    for name, demand in demands().items():
        propose(demand, curves=curves)
        seconds, shares = [], []
        for _ in range(ROUNDS):
            building.seconds = 0.0
            began = time.perf_counter()
            proposal = propose(demand, curves=curves)
            seconds.append(time.perf_counter() - began)
            shares.append(building.seconds / seconds[-1])
        median, share = statistics.median(seconds), statistics.median(shares)
        good = median < MOST_SECONDS and share < MOST_BUILDING
        kept = kept and good
        print(
            f"{'kept  ' if good else 'BROKEN'}  {name}: {median:.3f} s (most {MOST_SECONDS} s), "
            f"building {share:.1%} (most {MOST_BUILDING:.0%}), gap {proposal.gap:.1e}"
        )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
