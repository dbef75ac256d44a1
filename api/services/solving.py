"""Decides how a problem file of anybody's becomes an answer: read whole, solved with proof, with what that took."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.settings import settings

if TYPE_CHECKING:
    from optimizer.doors.solution import Solution
    from optimizer.frontier import Frontier

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class SolvedFile:
    """A solved problem file; ``seconds`` from the first byte read to the plan, ``peak_memory_mb`` of this process."""

    solution: Solution
    frontier: Frontier | None
    seconds: float
    peak_memory_mb: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: the plan with its proof, what it took, and the frontier where one was asked for."""
        taken = {"seconds": self.solution.seconds, "seconds_total": self.seconds}
        out = self.solution.as_dict() | taken | {"peak_memory_mb": self.peak_memory_mb}
        return out if self.frontier is None else out | {"frontier": self.frontier.as_dict()}


def solve_problem(path: Path, *, tolerance: float | None = None, frontier: int | None = None) -> SolvedFile:
    """The certified best plan for the problem in ``path`` (``-``: standard input), with ``frontier`` budgets if given.

    Raises InputError for a file with faults, all of them told, and DemandError where no plan keeps the rules.
    """
    from optimizer.doors.solution import solve_file
    from optimizer.problem_file import read_problem

    start = time.perf_counter()
    name = "stdin" if str(path) == STANDARD_INPUT else path.name
    file = read_problem(_content(path, settings().max_problem_bytes), name, settings())
    solution = solve_file(file, tolerance)
    line = None
    if frontier is not None:
        from optimizer.frontier import frontier as frontier_of

        line = frontier_of(solution.posed.problem, points=frontier, tolerance=tolerance)
    return SolvedFile(solution, line, time.perf_counter() - start, peak_memory_mb())


def _content(path: Path, most: int) -> bytes:
    """The bytes of a file, one more than allowed where it is longer, so that it is refused as too long."""
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer.read(most + 1)
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise InputError("api.solving.unreadable", file=path.name[:80], detail=error.strerror or "") from error


def peak_memory_mb() -> float:
    """The most memory this process ever held, in MB; 0 on a system that does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0)
