"""Decides what a proposal is: a budget and two dates turned into a plan over channels and weeks, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from api.dates import within_calendar
from api.media import media
from api.services.background import Background, background_of
from api.services.calibration import calibrate, told_apart
from api.services.channel_ids import with_channel_ids
from api.services.demand_words import RequestRefused
from api.services.demands import demand_of
from api.services.plan_request import ProposalRequest
from api.services.proposal_words import notice, result_label, said_in
from api.speech import said
from engine.errors import DemandError, InputError
from engine.messages import Language, Message
from engine.snapshot import Snapshot
from engine.store.account import AccountStore
from engine.store.records import Stored
from engine.vocabulary import content_hash

if TYPE_CHECKING:
    from optimizer.curves.curve_set import CurveSet
    from optimizer.demand import Demand
    from optimizer.proposal import Proposal


MOST_NAMES = 3
RECENT_DAYS = 7
Origin = Literal["planner", "night"]
__all__ = ["Origin", "ProposalRequest", "Proposed", "demand_of", "keep", "make_proposal", "plan", "with_channel_ids"]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan with what it was made from."""

    request: ProposalRequest
    snapshot: Snapshot
    proposal: Proposal
    delivery: Mapping[str, Mapping[str, Any]]
    advertisers: tuple[str, ...] = ()
    origin: Origin = "planner"
    notes: tuple[Message, ...] = ()
    curves: Mapping[str, CurveSet] = field(default_factory=dict)  # by result

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready; the optimizer's words and beside them the request and the facts it rests on."""
        planned = self.proposal.as_dict()
        warnings, calibrated = told_apart(planned["warnings"], self.curves)
        notes = [*warnings, *({"id": note.id, "values": note.values} for note in self.notes)]
        told: dict[str, Any] = said_in(planned, language)
        if calibrated:
            told["calibrated"] = [notice(one, language) for one in calibrated]
        return told | {
            "origin": self.origin,
            "warnings": [notice(one, language) for one in notes],
            "request": self.request.as_dict(),
            "result_label": result_label(self.request.result, language),
            "current_given": self.request.current is not None,
            "account": self.snapshot.account,
            "advertiser": "、".join(self.advertisers[:MOST_NAMES]),
            "known_on": self.snapshot.known_on.isoformat(),
            "snapshot_hash": self.snapshot.hash,
            "delivery": dict(self.delivery),
        }


def plan(snapshot: Snapshot, request: ProposalRequest, origin: Origin = "planner") -> Proposed:
    """The plan for ``request`` from what is known of the account.

    Raises InputError where there is nothing to plan from, DemandError where no plan can meet the request.
    """
    from optimizer.propose import propose

    ready = prepare(snapshot, request)
    try:
        proposal = propose(ready.demand, ready.known.history, curves=ready.curves, others=ready.others)
    except DemandError as error:
        raise RequestRefused(error, ready.request) from error
    names = {str(name) for name in snapshot.facts["account_name"].unique()}
    advertisers = tuple(sorted(name for name in names if name))
    curves = {request.result: ready.curves, **ready.others}
    delivery = ready.known.delivery
    return Proposed(ready.request, snapshot, proposal, delivery, advertisers, origin, ready.notes, curves)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request with every channel under its id, the demand it makes, and the curves it is planned on."""

    request: ProposalRequest
    demand: Demand
    known: Background
    curves: CurveSet
    others: Mapping[str, CurveSet]
    notes: tuple[Message, ...] = ()


def prepare(snapshot: Snapshot, request: ProposalRequest) -> Prepared:
    """Everything the optimizer is given for ``request``.

    Raises InputError where there is nothing to plan from, or for what no account could be asked.
    """
    if snapshot.facts.empty:
        raise InputError("api.proposal.no_facts")
    if snapshot.currency is None:
        raise InputError("api.proposal.mixed_currencies")
    if request.end < request.start:
        values = {"start": request.start.isoformat(), "end": request.end.isoformat()}
        raise InputError("api.proposal.end_before_start", **values)
    for day in (request.start, request.end):
        within_calendar(day)
    if request.budget is None and request.on_top is None:
        raise InputError("api.proposal.no_budget")
    _check_credit(request, {str(name) for name in snapshot.facts["platform"].unique()})
    known = background_of(snapshot, request.result, request.credit, snapshot.currency)
    beside = {
        name: background_of(snapshot, name, request.credit, snapshot.currency) for name in request.further_results
    }
    request = with_channel_ids(request, sorted(known.curves.curves))
    demand, notes = demand_on(request, known.curves, {name: one.curves for name, one in beside.items()})
    found = calibrate(request, demand, known, beside)
    return Prepared(request, demand, known, found.curves, found.others, (*notes, *found.notes))


def demand_on(
    request: ProposalRequest, curves: CurveSet, others: Mapping[str, CurveSet]
) -> tuple[Demand, tuple[Message, ...]]:
    """The demand of a request whose channels are ids, as these curves complete it, and what is told of them."""
    needs_running = request.on_top is not None or request.held
    running = running_plan(request, curves) if needs_running else request.current
    demand = demand_of(replace(request, current=running), curves.currency)
    unknown, notes = _unknown_to(others, sorted(curves.curves))
    if unknown and request.channels is None:
        demand = replace(demand, channels=tuple(name for name in sorted(curves.curves) if name not in unknown))
    return demand, notes


def _unknown_to(others: Mapping[str, CurveSet], channels: Sequence[str]) -> tuple[set[str], tuple[Message, ...]]:
    """Channels that have no curve of a further result, and what is told of them."""
    unknown = {name for name in channels for one in others.values() if name not in one.curves}
    told = {
        str(note.values["channel"]): note
        for one in others.values()
        for note in one.warnings
        if note.values.get("channel") in unknown
    }
    return unknown, tuple(told[name] for name in sorted(told))


def running_plan(request: ProposalRequest, curves: CurveSet) -> Mapping[str, Decimal]:
    """The running plan of the period: as given, else each channel at its weekly spend of the last four whole weeks."""
    if request.current is not None:
        return request.current
    weeks = Decimal((request.end - request.start).days + 1) / RECENT_DAYS
    chosen = request.channels or sorted(curves.curves)
    return {
        name: round(Decimal(str(curves.curves[name].recent)) * weeks) * Decimal(1)
        for name in chosen
        if name in curves.curves
    }


def _check_credit(request: ProposalRequest, platforms: Set[str]) -> None:
    """Raises InputError where a factor is for a platform that no one knows, which would change nothing unnoticed."""
    for name in sorted(set(request.credit) - platforms - set(media().platforms)):
        raise InputError("api.proposal.unknown_platform", platform=name[:40], known="、".join(sorted(platforms)))


def make_proposal(account: AccountStore, request: ProposalRequest) -> Stored:
    """Plans and keeps the plan; the same request on the same facts is kept once."""
    proposed = plan(account.snapshot(), request)
    return keep(account, proposed)


def keep(account: AccountStore, proposed: Proposed) -> Stored:
    """Keeps a plan under the request, the facts and the numbers it came to, and the curves it was made on."""
    document = said(proposed.as_dict)
    numbers = content_hash([(c["channel"], c["spend"]) for c in document["en"]["channels"]])
    key = {"request": proposed.request.as_dict(), "snapshot": proposed.snapshot.hash, "plan": numbers}
    key["origin"] = proposed.origin
    kept = {result: account.put("curves", curves.as_dict()).id for result, curves in sorted(proposed.curves.items())}
    document["curves"] = kept
    return account.put("proposal", document, key)
