"""Decides what a proposal is: a budget and two dates turned into a plan over channels and weeks, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from api.media import channel_name, media
from api.services.background import background_of
from api.services.demand_words import RequestRefused, with_channel_names
from api.speech import said
from engine.errors import DemandError, InputError
from engine.messages import LANGUAGES, Language, Message, render
from engine.metrics import metrics
from engine.money import Money
from engine.snapshot import Snapshot
from engine.store.account import AccountStore
from engine.store.records import Stored
from engine.vocabulary import Period, content_hash

if TYPE_CHECKING:
    from optimizer.proposal import Proposal


MOST_NAMES = 3
_PAIRS = ("minimums", "maximums", "share_caps", "credit")
Origin = Literal["planner", "night"]


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """What a planner asks for; money in units of the account's currency."""

    budget: Decimal
    start: date
    end: date
    result: str = "conversions"
    minimums: Mapping[str, Decimal] = field(default_factory=dict)
    maximums: Mapping[str, Decimal] = field(default_factory=dict)
    share_caps: Mapping[str, Decimal] = field(default_factory=dict)
    credit: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> ProposalRequest:
        """The request again from what ``as_dict`` gave."""
        return cls(
            budget=Decimal(kept["budget"]),
            start=date.fromisoformat(kept["start"]),
            end=date.fromisoformat(kept["end"]),
            result=kept["result"],
            **{name: {key: Decimal(value) for key, value in kept[name].items()} for name in _PAIRS},
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, money and factors as exact text."""
        return {
            "budget": str(self.budget),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "result": self.result,
            "minimums": {name: str(value) for name, value in sorted(self.minimums.items())},
            "maximums": {name: str(value) for name, value in sorted(self.maximums.items())},
            "share_caps": {name: str(value) for name, value in sorted(self.share_caps.items())},
            "credit": {name: str(value) for name, value in sorted(self.credit.items())},
        }


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan with what it was made from."""

    request: ProposalRequest
    snapshot: Snapshot
    proposal: Proposal
    delivery: Mapping[str, Mapping[str, Any]]
    advertisers: tuple[str, ...] = ()
    origin: Origin = "planner"

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready; the optimizer's words and beside them the request and the facts it rests on."""
        planned = self.proposal.as_dict()
        return planned | {
            "origin": self.origin,
            "channels": [channel | {"why": _sentence(channel["why"], language)} for channel in planned["channels"]],
            "warnings": [{"code": one["id"], "text": _sentence(one, language)} for one in planned["warnings"]],
            "request": self.request.as_dict(),
            "result_label": metrics()[self.request.result].label[language],
            "account": self.snapshot.account,
            "advertiser": "、".join(self.advertisers[:MOST_NAMES]),
            "known_on": self.snapshot.known_on.isoformat(),
            "snapshot_hash": self.snapshot.hash,
            "delivery": dict(self.delivery),
        }


def _sentence(kept: Mapping[str, Any], language: Language) -> str:
    """A sentence of the optimizer with channels under the names people use."""
    return render(Message(kept["id"], with_channel_names(kept["values"], language)), language)


def plan(snapshot: Snapshot, request: ProposalRequest, origin: Origin = "planner") -> Proposed:
    """The plan for ``request`` from what is known of the account.

    Raises InputError where there is nothing to plan from, DemandError where no plan can meet the request.
    """
    from optimizer.propose import propose

    if snapshot.facts.empty:
        raise InputError("api.proposal.no_facts")
    if snapshot.currency is None:
        raise InputError("api.proposal.mixed_currencies")
    if request.end < request.start:
        values = {"start": request.start.isoformat(), "end": request.end.isoformat()}
        raise InputError("api.proposal.end_before_start", **values)
    _check_credit(request, {str(name) for name in snapshot.facts["platform"].unique()})
    known = background_of(snapshot, request.result, request.credit, snapshot.currency)
    request = with_channel_ids(request, sorted(known.curves.curves))
    try:
        proposal = propose(demand_of(request, snapshot.currency), known.history, curves=known.curves)
    except DemandError as error:
        raise RequestRefused(error, request) from error
    names = {str(name) for name in snapshot.facts["account_name"].unique()}
    advertisers = tuple(sorted(name for name in names if name))
    return Proposed(request, snapshot, proposal, known.delivery, advertisers, origin)


def _check_credit(request: ProposalRequest, platforms: Set[str]) -> None:
    """Raises InputError where a factor is for a platform that no one knows, which would change nothing unnoticed."""
    for name in sorted(set(request.credit) - platforms - set(media().platforms)):
        raise InputError("api.proposal.unknown_platform", platform=name[:40], known="、".join(sorted(platforms)))


def with_channel_ids(request: ProposalRequest, channels: Sequence[str]) -> ProposalRequest:
    """The request with every channel under its id, also where it was called by the name that tables show.

    Raises InputError where one channel is called by two names. A name nobody knows stays, for the optimizer to refuse.
    """
    ids = {channel_name(channel, language).casefold(): channel for channel in channels for language in LANGUAGES}

    def resolved(given: Mapping[str, Decimal], option: str) -> dict[str, Decimal]:
        out: dict[str, Decimal] = {}
        for name, value in given.items():
            channel = name if name in channels else ids.get(name.casefold(), name)
            if channel in out:
                raise InputError("api.value.twice", option=option, name=name)
            out[channel] = value
        return out

    return replace(
        request,
        minimums=resolved(request.minimums, "--min"),
        maximums=resolved(request.maximums, "--max"),
        share_caps=resolved(request.share_caps, "--share-cap"),
    )


def demand_of(request: ProposalRequest, currency: str) -> Any:
    """The request in the optimizer's words."""
    from optimizer.demand import Bounds, Demand

    names = {*request.minimums, *request.maximums}
    return Demand(
        budget=Money.of(request.budget, currency),
        period=Period(request.start, request.end),
        result=request.result,
        bounds={
            name: Bounds(_money(request.minimums.get(name), currency), _money(request.maximums.get(name), currency))
            for name in sorted(names)
        },
        share_caps={name: float(cap) for name, cap in request.share_caps.items()},
    )


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money.of(amount, currency)


def make_proposal(account: AccountStore, request: ProposalRequest) -> Stored:
    """Plans and keeps the plan; the same request on the same facts is kept once."""
    proposed = plan(account.snapshot(), request)
    return keep(account, proposed)


def keep(account: AccountStore, proposed: Proposed) -> Stored:
    """Keeps a plan under the request, the facts and the numbers it came to."""
    document = said(proposed.as_dict)
    numbers = content_hash([(c["channel"], c["spend"]) for c in document["en"]["channels"]])
    key = {"request": proposed.request.as_dict(), "snapshot": proposed.snapshot.hash, "plan": numbers}
    key["origin"] = proposed.origin
    return account.put("proposal", document, key)
