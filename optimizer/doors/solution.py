"""Decides what is told of a solved problem file: the plan kept within its rules to the last digit, and its proof."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.errors import AdcueError
from optimizer.curves.curve import Array
from optimizer.doors.held import Held, held_by
from optimizer.infeasible import check_sums, explain_infeasible
from optimizer.model import Posed
from optimizer.planning import plan, pose_model
from optimizer.problem_file import RESULT, ProblemFile
from optimizer.solve.rules import violation
from optimizer.solve.solving import Answer

ROUNDING = 16 * float(np.finfo(np.float64).eps)  # room left to a limit for sums that are added up in another order
SNAP = 1e-13  # relative distance to a bound that is rounding
SPENT = 1e-9  # of the budget: less than this left over is rounding


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan for a problem file. ``spend`` follows the file's channels, ``bought`` its packages (0 or 1).

    ``objective`` is worked out on the true curves at ``spend``; no plan brings more than ``bound``.
    """

    file: ProblemFile
    posed: Posed
    answer: Answer
    spend: Array
    bought: Array
    objective: float
    seconds: float

    @property
    def bound(self) -> float:
        """Proven limit of every plan."""
        return max(self.answer.bound, self.objective)

    @property
    def gap(self) -> float:
        """Relative distance to it."""
        return (self.bound - self.objective) / max(abs(self.bound), 1e-300)

    @property
    def allocated(self) -> float:
        """Money placed, packages included."""
        packages = (p.price * b for p, b in zip(self.file.ask.packages, self.bought, strict=True))
        return math.fsum([*self.spend.tolist(), *packages])

    @property
    def unspent(self) -> float:
        """Money left over; 0 where only rounding is."""
        left = self.file.ask.budget - self.allocated
        return left if left > SPENT * self.file.ask.budget else 0.0

    @property
    def held(self) -> list[Held]:
        """The rules that bind, the dearest first."""
        return held_by(self.posed, self.answer, self.spend)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, every number with all its digits."""
        ask = self.file.ask
        out = {
            "name": self.file.name,
            "status": self.answer.status,
            "how": self.answer.how,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "budget": ask.budget,
            "allocated": self.allocated,
            "unspent": self.unspent,
            "spend": dict(zip(self.file.channels, self.spend.tolist(), strict=True)),
            "binding": [one.as_dict(self.posed) for one in self.held],
            "prices_local": self.answer.local,
        }
        if ask.packages:
            bought = zip(ask.packages, self.bought, strict=True)
            out["packages"] = {package.name: bool(taken) for package, taken in bought}
        return out


def solve_file(file: ProblemFile, tolerance: float | None = None) -> Solution:
    """The certified best plan of ``file``. Raises DemandError, with the cheapest repair, where there is none."""
    # What a first run loads is no part of solving.
    import highspy  # noqa: F401
    import pyomo.environ  # noqa: F401

    start = time.perf_counter()
    problem = file.posed()
    posed = pose_model(problem)
    answer = plan(posed, tolerance=tolerance).answer
    if answer.status == "infeasible":
        check_sums(problem)  # where arithmetic explains it, it says more than a repair
        raise explain_infeasible(posed)
    if answer.status != "optimal":
        raise AdcueError("optimizer.solution.unsolved", how=answer.how)
    return solution_of(file, posed, answer, time.perf_counter() - start)


def solution_of(file: ProblemFile, posed: Posed, answer: Answer, seconds: float) -> Solution:
    """The solution of an answer, its plan kept within the rules to the last digit."""
    point = within(posed, answer.point)
    spend, bought = point[posed.spend], posed.packages(point)
    worth = sum(p.worth[RESULT] * b for p, b in zip(file.ask.packages, bought, strict=True))
    objective = math.fsum(posed.task.banks[0].value(spend).tolist()) + float(worth)
    return Solution(file, posed, replace(answer, point=point), spend, bought, objective, seconds)


def within(posed: Posed, point: Array) -> Array:
    """``point`` with its spend inside its bounds and no sum over its maximum, not even by rounding.

    Spend that rounding alone keeps from a bound is put there. The little a row has too much is taken from its cells in
    proportion to their room; where that would break another rule the point stays as it is.
    """
    rules, at = posed.rules, posed.spend
    low, high = rules.lower[at], rules.upper[at]
    out, spend = point.copy(), np.clip(point[at], low, high)
    spend = np.where(spend >= high * (1.0 - SNAP), high, np.where(spend <= low * (1.0 + SNAP), low, spend))
    out[at] = np.where(spend < SNAP * posed.problem.budget, low, spend)
    floor = np.where((posed.task.least > 0) & (out[at] > 0), np.maximum(low, posed.task.least), low)
    by_row = rules.matrix.tocsr()
    goals = rules.row_upper * (1.0 - np.sign(rules.row_upper) * ROUNDING)
    for row in np.flatnonzero(rules.matrix @ out > goals):
        part = by_row[[row]].toarray().ravel()
        room = np.where((part[at] > 0) & (out[at] < high), np.maximum(out[at] - floor, 0.0), 0.0)
        over, most = float(part @ out - goals[row]), float(part[at] @ room)
        if np.all(part[at] >= 0) and 0 < over < 1e-6 * most:
            out[at] -= room * (over / most)
    kept = max(violation(rules, point), ROUNDING * posed.problem.budget)
    return out if violation(rules, out) <= kept else point
