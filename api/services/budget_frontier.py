"""Decides what other budgets would bring under the conditions of a request, on the curves its plan was made on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.services.demand_words import RequestRefused
from api.services.plan_request import ProposalRequest
from api.services.proposal_words import result_label
from api.services.proposals import demand_on, prepare
from engine.errors import DemandError, InputError
from engine.messages import Language
from engine.store.account import AccountStore

if TYPE_CHECKING:
    from optimizer.curves.curve_set import CurveSet

MOST_POINTS, POINTS = 100, 50
LOW, HIGH = 0.5, 1.5
LEAST_TIMES, MOST_TIMES = 0.05, 5.0


def frontier_of_request(
    account: AccountStore, request: ProposalRequest, language: Language, points: int, low: float, high: float
) -> dict[str, Any]:
    """The frontier of a request that was not planned; JSON-ready. Raises what planning it raises."""
    ready = prepare(account.snapshot(), _of_budgets(request))
    return _frontier(ready.request, ready.curves, ready.others, language, points, low, high)


def frontier_of_proposal(
    account: AccountStore, proposal_id: str, language: Language, points: int, low: float, high: float
) -> dict[str, Any]:
    """The frontier of a kept proposal, on the curves kept with it; JSON-ready.

    Raises NotFoundError where there is none of that name, InputError for one that was kept without its curves.
    """
    from optimizer.curves.curve_set import CurveSet

    stored = account.get("proposal", proposal_id)
    kept = stored.document.get("curves")
    if not kept:
        raise InputError("api.frontier.no_curves", id=stored.short_id)
    request = ProposalRequest.from_dict(stored.document[language]["request"])
    sets = {result: CurveSet.from_dict(account.get("curves", name).document) for result, name in kept.items()}
    others = {result: curves for result, curves in sets.items() if result != request.result}
    return _frontier(_of_budgets(request), sets[request.result], others, language, points, low, high)


def _of_budgets(request: ProposalRequest) -> ProposalRequest:
    """A request for the least money asks about one target; over budgets it is asked what each of them brings."""
    return replace(request, goal="most", targets=()) if request.goal == "least_spend" else request


def _frontier(
    request: ProposalRequest,
    curves: CurveSet,
    others: Mapping[str, CurveSet],
    language: Language,
    points: int,
    low: float,
    high: float,
) -> dict[str, Any]:
    from optimizer.asking import posed_demand
    from optimizer.checking import check_demand
    from optimizer.frontier import frontier

    if not low < high:
        raise InputError("api.frontier.order", low=f"{low:g}", high=f"{high:g}")
    demand, _ = demand_on(request, curves, others)
    try:
        channels = check_demand(demand, curves, others)
        problem = posed_demand(demand, channels, curves, others)
        found = frontier(problem, points=points, low=low, high=high)
    except DemandError as error:
        raise RequestRefused(error, request) from error
    return found.as_dict() | {
        "request": request.as_dict(),
        "budget": problem.budget,
        "currency": curves.currency,
        "result": request.result,
        "result_label": result_label(request.result, language),
        "curves_hash": curves.hash,
    }
