"""Decides what the lift tests of a request do: a checked demand's move the curves, and what they did is told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.services.background import Background
from api.services.demand_words import RequestRefused
from api.services.plan_request import ProposalRequest
from engine.errors import DemandError
from engine.messages import Message

if TYPE_CHECKING:
    from optimizer.curves.curve_set import CurveSet
    from optimizer.demand import Demand


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The curves of the request's result and of further ones, and what is told of tests that changed nothing."""

    curves: CurveSet
    others: Mapping[str, CurveSet]
    notes: tuple[Message, ...] = ()


def calibrate(
    request: ProposalRequest, demand: Demand, known: Background, beside: Mapping[str, Background]
) -> Calibrated:
    """The curves that ``request`` is planned on. Raises RequestRefused with every fault of a request with lift tests.

    Without tests nothing is checked here: the optimizer checks what it is given.
    """
    others = {result: one.curves for result, one in beside.items()}
    if not request.lift_tests:
        return Calibrated(known.curves, others)
    from optimizer.checking import check_demand

    try:
        check_demand(demand, known.curves, others)
    except DemandError as error:
        raise RequestRefused(error, request) from error
    return Calibrated(
        known.calibrated(demand),
        {result: one.calibrated(demand) for result, one in beside.items()},
        _of_no_use(demand, {known.curves.result, *others}),
    )


def _of_no_use(demand: Demand, results: set[str]) -> tuple[Message, ...]:
    """Tests of results that the request does not speak of: it would be planned the same without them."""
    return tuple(
        Message(
            "api.proposal.lift_unused",
            {"channel": report.channel, "start": report.start.isoformat(), "result": report.result},
        )
        for report in demand.lift_tests
        if report.result not in results
    )


def told_apart(
    warnings: list[Mapping[str, Any]], curves: Mapping[str, CurveSet]
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """What to beware of, and what lift tests changed of the curves of every result; both as a document has them."""
    from optimizer.calibrating import CALIBRATED

    changed = [note for _, one in sorted(curves.items()) for note in one.warnings if note.id == CALIBRATED]
    rest = [warning for warning in warnings if warning["id"] != CALIBRATED]
    return rest, [{"id": note.id, "values": note.values} for note in changed]
