"""Decides whether a kept proposal still is what it says: worked out again from what was kept with it, unsolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.services.plan_request import ProposalRequest
from api.services.proposals import demand_on
from engine.errors import DemandError, InputError
from engine.messages import Language, Message, render
from engine.store.account import AccountStore
from engine.store.records import Stored
from engine.vocabulary import content_hash

if TYPE_CHECKING:
    from optimizer.curves.curve_set import CurveSet
    from optimizer.problem import Problem
    from optimizer.verify import Claim, Verdict


@dataclass(frozen=True, slots=True)
class Verified:
    """A kept proposal with what was found; ``verdict`` is None where not even its problem can be built again."""

    stored: Stored
    verdict: Verdict | None
    faults: tuple[Message, ...]

    @property
    def holds(self) -> bool:
        """Whether everything the proposal says of itself is true."""
        return not self.faults

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready: the verdict, both bounds, and what the proof rests on."""
        proof, verdict = self.stored.document["en"]["proof"], self.verdict
        return {
            "id": self.stored.id,
            "short_id": self.stored.short_id,
            "holds": self.holds,
            "objective": verdict and verdict.objective,
            "bound_without_solver": verdict and verdict.bound,
            "gap_without_solver": verdict and verdict.gap,
            "bound_proven": proof["bound"],
            "gap_proven": verdict and verdict.proven_gap,
            "prices_suffice": not proof["local"],
            "how": proof["how"],
            "curves": self.stored.document["curves"],
            "data": proof["data"],
            "versions": proof["versions"],
            "faults": [{"code": fault.id, "detail": render(fault, language)} for fault in self.faults],
        }


def verify_proposal(account: AccountStore, name: str) -> Verified:
    """Works a kept proposal out again.

    Raises NotFoundError where there is none of that name, InputError for one that was kept without a proof.
    """
    from optimizer.curves.curve_set import CurveSet

    stored = account.get("proposal", name)
    document, kept = stored.document["en"], stored.document.get("curves")
    proof = document.get("proof")
    if not kept or not proof or "prices_bound" not in proof:
        raise InputError("api.verifying.no_proof", id=stored.short_id)
    sets, faults = dict[str, CurveSet](), list[Message]()
    for result, identity in kept.items():
        curves = account.get("curves", identity).document
        if content_hash(curves) != identity or (result == document["result"] and identity != proof["curves_hash"]):
            faults.append(Message("optimizer.verify.curves", {"result": result}))
        sets[result] = CurveSet.from_dict(curves)
    faults += _told_of_itself(document, proof, sets[document["result"]])
    try:
        verdict = _verdict(document, proof, sets)
    except DemandError:
        return Verified(stored, None, (*faults, Message("optimizer.verify.rules")))
    return Verified(stored, verdict, (*faults, *verdict.faults))


def _told_of_itself(document: Mapping[str, Any], proof: Mapping[str, Any], curves: CurveSet) -> list[Message]:
    """What the document says twice and not alike."""
    days = {name: day and day.isoformat() for name, day in (("start", curves.data_start), ("end", curves.data_end))}
    faults = [] if document["data"] == proof["data"] == days else [Message("optimizer.verify.window")]
    totals: dict[str, float] = {}
    for cell in document["weeks"]:
        totals[cell["channel"]] = totals.get(cell["channel"], 0.0) + cell["spend"]
    for channel in document["channels"]:
        name, told = channel["channel"], channel["spend"]
        found = totals.get(name, 0.0)
        if abs(found - told) > 1e-6 * max(abs(told), 1.0):
            values = {"channel": name, "told": f"{told:,}", "found": f"{found:,}"}
            faults.append(Message("optimizer.verify.money", values))
    return faults


def _verdict(document: Mapping[str, Any], proof: Mapping[str, Any], sets: Mapping[str, CurveSet]) -> Verdict:
    from optimizer.asking import posed_demand
    from optimizer.checking import check_demand
    from optimizer.terms import booking_step
    from optimizer.verify import posed_again, verify

    request = ProposalRequest.from_dict(document["request"])
    curves = sets[request.result]
    others = {result: one for result, one in sets.items() if result != request.result}
    demand, _ = demand_on(request, curves, others)
    channels = check_demand(demand, curves, others)
    problem = posed_demand(demand, channels, curves, others)
    step = max(booking_step(problem, name) for name in channels)
    return verify(posed_again(problem, proof), _claim(document, proof, problem), step)


def _claim(document: Mapping[str, Any], proof: Mapping[str, Any], problem: Problem) -> Claim:
    import numpy as np

    from optimizer.verify import Claim

    plan = np.zeros((len(problem.channels), len(problem.weeks)))
    numbers = problem.number_of
    steps = {step.start.isoformat(): number for number, step in enumerate(problem.weeks)}
    for cell in document["weeks"]:
        if cell["channel"] in numbers and cell["week_start"] in steps:
            plan[numbers[cell["channel"]], steps[cell["week_start"]]] = cell["spend"]
    taken = {one["name"]: float(one["bought"]) for one in document.get("packages", ())}
    return Claim(
        plan=plan,
        bought=np.array([taken.get(package.name, 0.0) for package in problem.ask.packages]),
        objective=document["objective_value"],
        expected=document["objective"],
        bound=document["upper_bound"],
        gap=document["gap"],
        proof=proof,
    )
