"""Decides whether a kept plan is what it says it is: its rules, its worth and its bound worked out again, unsolved.

Everything is recomputed by plain arithmetic on the request, the curves and the row prices that were kept. Where prices
settle the problem (concave curves) that is the whole certificate. A plan by branches is proven by the solver; without
it the prices of the envelopes prove a weaker bound, which is told beside the solver's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.messages import Message
from optimizer.ask import Kpi, Objective
from optimizer.curves.curve import Array
from optimizer.model import Posed
from optimizer.planning import pose_model
from optimizer.problem import Problem
from optimizer.proof import posed_hash
from optimizer.solve.whole import priced_bound
from optimizer.wording import rule_values, side_of
from optimizer.worth import expected_in_all, filled_vector

SAME = 1e-9  # relative difference of two numbers that are the same
KEPT = 1e-9  # of the budget: a rule missed by less is kept
RESULTS = ("kpi_targets", "efficiency")  # rules whose limit is no amount that is booked


@dataclass(frozen=True, slots=True)
class Claim:
    """What a kept plan says of itself. ``plan`` by (channel, step) in booked amounts, ``bought`` by package."""

    plan: Array
    bought: Array
    objective: float  # what was made most of
    expected: float  # of the result asked for
    bound: float
    gap: float
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: ``faults`` is empty where everything holds.

    ``objective`` and ``bound`` are worked out here, without the solver; ``proven`` is the bound the solver proved.
    ``whole``: prices alone give the whole certificate, so ``bound`` is as close as ``proven``.
    """

    faults: tuple[Message, ...]
    objective: float
    bound: float
    proven: float
    whole: bool

    @property
    def holds(self) -> bool:
        """Whether the claim is true."""
        return not self.faults

    @property
    def gap(self) -> float:
        """Relative gap of the plan to the bound that was recomputed."""
        return _gap(self.objective, self.bound)

    @property
    def proven_gap(self) -> float:
        """Relative gap of the plan to the bound that the solver proved."""
        return _gap(self.objective, self.proven)


def posed_again(problem: Problem, proof: Mapping[str, Any]) -> Posed:
    """The model that was solved. For results in order that is the last one, with what the earlier ones had reached."""
    ask = problem.ask
    if not ask.then:
        return pose_model(problem)
    kept = [row["lower"] for row in proof["rows"] if row["rule"] == "kpi_targets"][len(ask.kpis) :]
    before = [*ask.objective.weights, *ask.then[:-1]]
    kpis = tuple(Kpi(result, float(least)) for result, least in zip(before, kept, strict=False))
    asked = replace(ask, objective=Objective({ask.then[-1]: 1.0}), kpis=(*ask.kpis, *kpis), then=())
    return pose_model(replace(problem, ask=asked))


def verify(posed: Posed, claim: Claim, step: float) -> Verdict:
    """Checks a claim against the model built again; ``step`` is the smallest amount of money that is booked."""
    proof, faults = claim.proof, list[Message]()
    if posed_hash(posed) != proof["posed_hash"] or not _same_rows(posed, proof):
        faults.append(Message("optimizer.verify.rules"))
    faults += broken_rules(posed, claim.plan, claim.bought, step)
    objective = posed.task.objective(filled_vector(posed, claim.plan, claim.bought))
    expected = expected_in_all(posed, claim.plan, claim.bought)
    for name, told, found in (("objective", claim.objective, objective), ("expected", claim.expected, expected)):
        if not _same(told, found):
            faults.append(Message(f"optimizer.verify.{name}", _pair(told, found)))
    bound = _bound(posed, proof)
    if bound is None:
        faults.append(Message("optimizer.verify.prices"))
        bound = float("inf")
    elif not _same(bound, proof["prices_bound"]):
        faults.append(Message("optimizer.verify.bound", _pair(proof["prices_bound"], bound)))
    whole = not proof["local"]
    proven = float(proof["bound"])
    # Branches can only tighten what the envelopes' programme proved, to within the gap that was asked of it.
    loose = proven > bound + float(proof["tolerance"]) * abs(bound)
    if not _same(claim.bound, proven) or loose or (whole and not _same(proven, bound)):
        faults.append(Message("optimizer.verify.proven", _pair(claim.bound, bound)))
    if objective > min(proven, bound) + SAME * abs(proven):
        faults.append(Message("optimizer.verify.above_bound", _pair(objective, min(proven, bound))))
    if abs(_gap(claim.objective, claim.bound) - claim.gap) > SAME:
        faults.append(Message("optimizer.verify.gap", _pair(claim.gap, _gap(claim.objective, claim.bound))))
    return Verdict(tuple(faults), objective, bound, proven, whole)


def broken_rules(posed: Posed, plan: Array, bought: Array, step: float) -> list[Message]:
    """The rules a plan breaks by more than the last amount that can be booked, each with by how much."""
    problem, rules = posed.problem, posed.rules
    point = filled_vector(posed, plan, bought)
    activity = rules.matrix @ point
    over = np.maximum(activity - rules.row_upper, rules.row_lower - activity)
    slack = max(KEPT * problem.budget, step)
    out = []
    for row in np.flatnonzero(over > KEPT * problem.budget):
        name = rules.rows[row]
        limit = rules.row_upper[row] if activity[row] > rules.row_upper[row] else rules.row_lower[row]
        if over[row] > (1e-6 * abs(limit) if name.constraint in RESULTS else slack):
            values = rule_values(problem, name, side_of(name, 1.0 if limit == rules.row_upper[row] else -1.0))
            out.append(Message("optimizer.verify.broken", values | {"amount": f"{over[row]:,.6g}"}))
    spend = np.array([plan[cell] for cell in problem.cells])
    low, high, least = rules.lower[posed.spend], rules.upper[posed.spend], posed.task.least
    beyond = np.maximum(np.maximum(low - spend, spend - high), np.where(spend > 0, least - spend, 0.0))
    for at in np.flatnonzero(beyond > slack):
        cell = problem.cells[at]
        values = {"channel": problem.channels[cell[0]], "amount": f"{beyond[at]:,.6g}"}
        out.append(Message("optimizer.verify.outside", values))
    return out


def _bound(posed: Posed, proof: Mapping[str, Any]) -> float | None:
    """The bound of the prices that were kept: those of the whole problem where the rows' own hold on branches only."""
    prices = proof["whole"] if proof.get("whole") is not None else [row["price"] for row in proof["rows"]]
    if len(prices) != len(posed.rules.rows) or not np.all(np.isfinite(prices)):
        return None
    return priced_bound(posed.task, np.array(prices, dtype=np.float64))


def _same_rows(posed: Posed, proof: Mapping[str, Any]) -> bool:
    rows, rules = proof["rows"], posed.rules
    if len(rows) != len(rules.rows):
        return False
    for row, name, low, high in zip(rows, rules.rows, rules.row_lower, rules.row_upper, strict=True):
        if row["rule"] != name.constraint or [str(key) for key in row["index"]] != [str(key) for key in name.index]:
            return False
        for told, found in ((row["lower"], low), (row["upper"], high)):
            if (told is None) != (not np.isfinite(found)) or (told is not None and not _same(told, found)):
                return False
    return True


def _same(told: float, found: float) -> bool:
    return bool(abs(told - found) <= SAME * max(abs(told), abs(found)))


def _gap(objective: float, bound: float) -> float:
    return max(0.0, bound - objective) / abs(bound) if bound else 0.0


def _pair(told: float, found: float) -> dict[str, str]:
    return {"told": f"{told:,.10g}", "found": f"{found:,.10g}"}
