"""Decides the certified plan of a posed problem: the model compiled once, solved, and its results in their order.

Several results in order (lexicographic) are solved one after the other: each keeps what the ones before it reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.errors import DemandError
from engine.messages import Message
from optimizer.ask import Kpi, Objective
from optimizer.curves.curve import Array
from optimizer.model import Posed, build_model, compile_model
from optimizer.problem import Problem
from optimizer.solve.solving import Answer, is_concave, solve


@dataclass(frozen=True, slots=True)
class Planned:
    """A solved problem; ``answer.status`` says whether there is a plan."""

    posed: Posed
    answer: Answer

    @property
    def plan(self) -> Array:
        """Spend by (channel, step)."""
        return self.posed.plan(self.answer.point)


def pose_model(problem: Problem) -> Posed:
    """The problem as a compiled model."""
    return compile_model(problem, build_model(problem))


def plan(posed: Posed, *, anchor: Array | None = None, tolerance: float | None = None) -> Planned:
    """The certified best plan; ``anchor`` is a point within the rules that the plan is never worse than.

    Raises DemandError where several results (weights, ``then``, risk) meet whole choices or S-shaped curves.
    """
    found = Planned(posed, _solved(posed, anchor, tolerance))
    for result in posed.problem.ask.then:
        if found.answer.status != "optimal":
            return found
        found = _next(found, result, tolerance)
    return found


def _next(found: Planned, result: str, tolerance: float | None) -> Planned:
    """The plan that makes most of ``result`` and keeps what was reached of the result before it."""
    problem = found.posed.problem
    ask = problem.ask
    (before,) = ask.objective.weights
    kept = Kpi(before, (1.0 - ask.give) * found.answer.objective)
    asked = replace(ask, objective=Objective({result: 1.0}), kpis=(*ask.kpis, kept), then=())
    posed = pose_model(replace(problem, ask=asked))
    start = posed.vector(found.plan, found.posed.packages(found.answer.point))
    return Planned(posed, _solved(posed, start, tolerance))


def _solved(posed: Posed, anchor: Array | None, tolerance: float | None) -> Answer:
    """The answer of a model that can be proven: several results at once only where prices settle everything."""
    if len(posed.task.banks) > 1 and not is_concave(posed.task):
        raise DemandError("optimizer.demand.unusable", [Message("optimizer.proof.several_and_whole")], count=1)
    return solve(posed.task, anchor=anchor, tolerance=tolerance)
