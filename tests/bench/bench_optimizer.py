"""Measures the optimizer: ``python -m tests.bench.bench_optimizer``; exits 1 when a line falls short.

One process, one thread on every side, medians of calls taken in turn. The peers' and limits' code is in
``tests/bench/optimizer/reference_*.py``. With the reference problems at hand their certified gaps and objectives are
lines too; without them, generated problems of the same kinds stand in.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from optimizer.frontier import frontier
from optimizer.solve.solving import Answer
from tests.bench.optimizer import problems
from tests.bench.optimizer.allocation import read_problem
from tests.bench.optimizer.measuring import Line, median, peak_megabytes, side_by_side, told
from tests.bench.optimizer.product import posed, solve_days, solved
from tests.bench.optimizer.reference_adaptive import solve_adaptively
from tests.bench.optimizer.reference_bisection import solve_by_price
from tests.bench.optimizer.reference_frontier import solve_frontier
from tests.bench.optimizer.reference_halving import solve_by_halving
from tests.bench.optimizer.reference_milp import solve_with_milp
from tests.bench.optimizer.reference_nlopt import solve_with_nlopt
from tests.bench.optimizer.reference_period import solve_period
from tests.bench.optimizer.reference_slsqp import solve_with_slsqp

CONCAVE_GAP, OTHER_GAP = 1e-6, 1e-4
STARTS = 20
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CAP = 60.0


def given() -> dict[str, dict[str, Any]]:
    """The reference problems, or generated ones under the same names."""
    shared = problems.shared_problems()
    if shared:
        return shared
    made = {f"concave_n{n}_s0": problems.draw_concave(n, 0) for n in (5, 20, 100, 1000, 10_000)}
    made |= {f"concave_groups_n{n}": problems.draw_concave_groups(n, 0) for n in (20, 100)}
    made |= {f"sshape_n{n}_s0": problems.draw_s_shaped(n, 0) for n in (5, 20, 100, 500)}
    return made | {f"sshape_mia_groups_n{n}": problems.draw_s_shaped_groups(n, 0) for n in (20, 100, 500)}


def ours_of(problem: dict[str, Any]) -> Callable[[], Answer]:
    """The product's call on a problem, read before."""
    asked = posed(problem)
    return lambda: solved(asked)


def theirs_of(peer: Callable[..., Any], problem: dict[str, Any], **named: Any) -> Callable[[], Any]:
    """A peer's call on the same problem, read before."""
    arrays = read_problem(problem)
    return lambda: peer(arrays, **named)


def proofs(found: dict[str, dict[str, Any]]) -> Iterator[Line]:
    """Every problem: certified gap, and the objective against the best that was known."""
    for name, problem in found.items():
        concave = name.startswith(("concave", "log", "real_pymc"))
        seconds, answer = median(ours_of(problem), 1)
        words = f"{told(seconds)}, {answer.how}, {peak_megabytes():.0f} MB"
        yield Line(f"{name}: certified gap", answer.gap, CONCAVE_GAP if concave else OTHER_GAP, words)
        best = problem.get("best", {}).get("objective")
        if best is not None:
            short = max(0.0, 1.0 - answer.objective / best)
            words = f"objective {answer.objective:.10g}, {answer.objective / best - 1.0:+.1e} of the best known"
            yield Line(f"{name}: short of the best known", short, 1e-9 if concave else 1e-6, words)


def concave_speed(found: dict[str, dict[str, Any]]) -> Iterator[Line]:
    """Against bisection on the price, and with groups against the same algorithm without a modelling layer."""
    for size, limit, times in ((1000, 10.0, 9), (10_000, 20.0, 5)):
        problem = found[f"concave_n{size}_s0"]
        ours, theirs, answer, _ = side_by_side(ours_of(problem), theirs_of(solve_by_halving, problem), times)
        fastest, _ = median(theirs_of(solve_by_price, problem), times)
        words = f"{told(ours)} to {told(theirs)}, gap {answer.gap:.0e}; a Newton search on the price {told(fastest)}"
        yield Line(f"concave n={size}: times bisection", ours / theirs, limit, words)
    grouped = {20: found["concave_groups_n20"], 100: found["concave_groups_n100"]}
    grouped[1000] = problems.perturb_problem(grouped[100], 10, 0)
    for size, problem in grouped.items():
        peer = theirs_of(solve_adaptively, problem, tolerance=CONCAVE_GAP)
        # A call of a few milliseconds varies by a third: the shorter, the more often.
        ours, theirs, answer, other = side_by_side(ours_of(problem), peer, 61 if size <= 100 else 15)
        words = f"{told(ours)} to {told(theirs)}, gaps {answer.gap:.0e} and {other.gap:.0e}"
        yield Line(f"concave with groups n={size}: times direct highspy", ours / theirs, 1.5, words)


def against_local_search(found: dict[str, dict[str, Any]]) -> Iterator[Line]:
    """Against SLSQP and NLopt: faster from 50 channels on, an answer where they have none, better on S-shapes."""
    peers = {"SLSQP": solve_with_slsqp, "NLopt": solve_with_nlopt}
    for size in (50, 100):
        problem = problems.draw_concave(size, 0) if size == 50 else found["concave_n100_s0"]
        for name, peer in peers.items():
            call = theirs_of(peer, problem, cap_seconds=CAP)
            ours, theirs, answer, other = side_by_side(ours_of(problem), call, 1)
            words = f"{told(ours)} to {told(theirs)}, theirs short by {1 - other.objective / answer.objective:.0e}"
            yield Line(f"concave n={size}: times {name}", ours / theirs, 1.0, words)
    problem = found["concave_n1000_s0"]
    seconds, answer = median(ours_of(problem), 1)
    for name, peer in peers.items():
        other = peer(read_problem(problem), cap_seconds=CAP)
        value = 0.0 if other.objective != other.objective else other.objective / answer.objective
        words = f"ours {told(seconds)}; {name} in {CAP:.0f} s: {other.status}"
        yield Line(f"concave n=1000: share of our outcome that {name} has", value, 1.0 - CONCAVE_GAP, words)
    for size in (5, 20, 100):
        problem = found[f"sshape_n{size}_s0"]
        arrays, answer = read_problem(problem), solved(posed(problem))
        for name, peer in peers.items():
            other = peer(arrays, starts=STARTS, cap_seconds=CAP)
            value = answer.objective / other.objective - 1.0 if other.objective == other.objective else 1.0
            words = f"their best of {STARTS} starts: {other.status}"
            yield Line(f"S-shaped n={size}: above {name}", value, -1e-9, words, at_least=True)


def branches(found: dict[str, dict[str, Any]]) -> Iterator[Line]:
    """S-shaped with groups and least amounts, against HiGHS on the plain incremental programme at the same gap."""
    for size, times in ((20, 61), (100, 7), (500, 1)):
        problem = found[f"sshape_mia_groups_n{size}"]
        ours, theirs, answer, other = side_by_side(ours_of(problem), theirs_of(solve_with_milp, problem), times)
        words = (
            f"{told(ours)} to {told(theirs)}, gap {answer.gap:.0e}, ours {answer.objective / other.objective - 1:+.1e}"
        )
        yield Line(f"S-shaped, groups, least amounts n={size}: times plain MILP", ours / theirs, 1.0, words)


def many(found: dict[str, dict[str, Any]]) -> Iterator[Line]:
    """Plans by day, and frontiers."""
    period = problems.draw_period(0)
    ours, theirs, answer, other = side_by_side(lambda: solve_days(period), lambda: solve_period(period), 1)
    words = f"{told(ours)} to {told(theirs)}, gap {answer.gap:.0e}, ours {answer.objective / other.objective - 1:+.1e}"
    yield Line("200 channels × 90 days: times direct highspy", ours / theirs, 1.5, words)
    asked, arrays = posed(found["concave_n100_s0"]), read_problem(found["concave_n100_s0"])
    shares = [0.5 + number / 49 for number in range(50)]
    ours, theirs, drawn, _ = side_by_side(lambda: frontier(asked), lambda: solve_frontier(arrays, shares), 5)
    worst = max(point.gap for point in drawn.points)
    words = f"{told(ours)} to {told(theirs)}, worst gap {worst:.0e}"
    yield Line("frontier of 50 budgets n=100: times changeRowBounds", ours / theirs, 6.0, words)


PARTS = {
    "proofs": proofs,
    "concave": concave_speed,
    "local": against_local_search,
    "branches": branches,
    "many": many,
}


def main(arguments: list[str] | None = None) -> int:
    """Prints a table; 1 when a line falls short."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_optimizer", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    asked = parser.parse_args(arguments).parts
    if any(os.environ.get(name) != "1" for name in THREADS):  # libraries read these once, before they are loaded
        again = [sys.executable, "-m", "tests.bench.bench_optimizer", *asked]
        os.execve(sys.executable, again, os.environ | dict.fromkeys(THREADS, "1"))
    found, kept = given(), True
    print("| line | measured | limit | | |\n| --- | --- | --- | --- | --- |")
    for part in asked:
        for line in PARTS[part](found):
            kept = kept and line.holds
            print(line.row(), flush=True)
    print(f"\npeak memory {peak_megabytes():.0f} MB; {'all hold' if kept else 'some fall short'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
