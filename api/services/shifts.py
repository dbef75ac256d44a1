"""Decides how much the budget shifts of a night move: the optimizer is given their limits, its plan settles amounts.

A channel whose entities are stopped or cut gets no more than it has; one that a shift would give more gets at most what
its rules' caps allow; one that shifts take from keeps what they would leave. What the plan then moves is shared out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from api.services.background import background_of
from api.services.demand_words import RequestRefused
from api.services.plan_request import ProposalRequest
from api.services.proposals import Proposed, plan, running_plan
from engine.messages import Message
from engine.snapshot import Snapshot

if TYPE_CHECKING:
    from rules.judgement import Judgement, Recommendation
    from rules.shifts import Wish


@dataclass(slots=True)
class _Channel:
    """What the rules would move in one channel, at most, in units a day."""

    up: float = 0.0
    out: float = 0.0
    freed: float = 0.0
    wishes: list[Wish] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Settled:
    """A night's plan, and its advice with the amounts of the plan."""

    proposed: Proposed
    judgement: Judgement


def settle(snapshot: Snapshot, request: ProposalRequest, judgement: Judgement) -> Settled:
    """Plans ``request`` within what the advice asks, and writes into the advice what the plan makes of it.

    Where the limits cannot all be met the plan is made without them, and the shifts stay without an amount. Raises as
    ``proposals.plan`` does where there is none at all.
    """
    asked, running = _asked(snapshot, judgement), dict[str, Decimal]()
    if asked and snapshot.currency is not None:
        curves = background_of(snapshot, request.result, request.credit, snapshot.currency).curves
        running = dict(running_plan(request, curves))
    known = sorted(set(asked) & set(running))
    try:
        proposed = plan(snapshot, _limited(request, {name: asked[name] for name in known}, running), origin="night")
    except RequestRefused:
        if not known:
            raise
        return Settled(plan(snapshot, request, origin="night"), without_amounts(judgement))
    return Settled(proposed, _written(judgement, asked, request, running, proposed))


def without_amounts(judgement: Judgement) -> Judgement:
    """The advice where no plan could be made: what moves a budget says why it has no amount."""
    from rules.shifts import wishes

    told = list(judgement.recommendations)
    for wish in wishes(told):
        if wish.way != "freed":
            told[wish.number] = _untold(told[wish.number], Message("api.shift.no_plan"))
    return replace(judgement, recommendations=tuple(told))


def _asked(snapshot: Snapshot, judgement: Judgement) -> dict[str, _Channel]:
    from rules.shifts import wishes

    found = wishes(judgement.recommendations)
    channel = _channels(snapshot) if found else {}
    asked: defaultdict[str, _Channel] = defaultdict(_Channel)
    for wish in found:
        one = judgement.recommendations[wish.number].subject
        campaign = one.ids.get("campaign") or one.names.get("campaign", "")
        at = asked[channel.get((one.platform, one.ids.get("account", ""), campaign), one.platform)]
        at.wishes.append(wish)
        at.up += wish.a_day if wish.way == "in" else 0.0
        at.out += wish.a_day if wish.way == "out" else 0.0
        at.freed += wish.a_day if wish.way == "freed" else 0.0
    return dict(asked)


def _channels(snapshot: Snapshot) -> Mapping[tuple[str, str, str], str]:
    """The optimizer's channel of every campaign, by platform, account and its id, or its name where it has none."""
    from optimizer.grains import with_campaign_types

    names = ["platform", "account_id", "campaign_id", "campaign_name"]
    typed = with_campaign_types(snapshot.facts[[*names, "campaign_type"]].drop_duplicates())
    rows = typed.astype("str").to_dict("records")
    return {
        (row["platform"], row["account_id"], row["campaign_id"] or row["campaign_name"]): "/".join(
            filter(None, (row["platform"], row["campaign_type"]))
        )
        for row in rows
    }


def _days(request: ProposalRequest) -> int:
    return (request.end - request.start).days + 1


def _limited(
    request: ProposalRequest, asked: Mapping[str, _Channel], running: Mapping[str, Decimal]
) -> ProposalRequest:
    days, minimums, maximums = _days(request), dict(request.minimums), dict(request.maximums)
    for name, one in asked.items():
        if one.up:
            maximums[name] = running[name] + int(one.up * days)
        if one.out:
            minimums[name] = max(Decimal(0), running[name] - int((one.out + one.freed) * days))
    held = tuple(name for name, one in asked.items() if not one.up)
    return replace(request, minimums=minimums, maximums=maximums, held=held)


def _written(
    judgement: Judgement,
    asked: Mapping[str, _Channel],
    request: ProposalRequest,
    running: Mapping[str, Decimal],
    proposed: Proposed,
) -> Judgement:
    told, days = list(judgement.recommendations), _days(request)
    planned = {one.channel: one.spend for one in proposed.proposal.channels}
    for name, one in asked.items():
        net = (planned[name] - float(running[name])) / days if name in planned and name in running else None
        given = {} if net is None else _given(one, net)
        for wish in one.wishes:
            own = told[wish.number]
            if wish.way != "freed" and net is None:
                told[wish.number] = _untold(own, Message("api.shift.no_curve"))
            elif wish.way != "freed":
                told[wish.number] = _moved(own, wish.a_day * given[wish.way], name, request, judgement.currency)
    return replace(judgement, recommendations=tuple(told))


def _given(one: _Channel, net: float) -> dict[str, float]:
    """Shares of the wishes of a channel that a plan which changes it by ``net`` a day meets.

    What is stopped is freed whatever the plan; as much as it lets them, shifts inside the channel take that first.
    """
    up = min(max(net + one.freed + one.out, 0.0), one.up)
    out = min(max(up - net - one.freed, 0.0), one.out)
    return {"in": up / one.up if one.up else 0.0, "out": out / one.out if one.out else 0.0}


def _untold(one: Recommendation, why: Message) -> Recommendation:
    return one._replace(change=why, trail=(*one.trail, why))


def _moved(
    one: Recommendation, a_day: float, channel: str, request: ProposalRequest, currency: str | None
) -> Recommendation:
    from rules.explain import amount
    from rules.judgement import Shift
    from rules.shifts import WAYS, moved_by

    way, change = WAYS[one.action], moved_by(one, a_day, currency)
    if change is None:
        return _untold(one, Message(f"api.shift.nothing_{way}"))
    moved = abs(float(change.after) - float(change.before)) if change.after and change.before else a_day
    days = _days(request)
    shift = Shift(channel, request.start, request.end, round(moved * days, 2), round(moved, 2))
    money = {"a_day": amount(moved, currency), "amount": amount(moved * days, currency)}
    told = Message(f"api.shift.amount_{way}", {**money, "start": str(request.start), "end": str(request.end)})
    return one._replace(change=change, shift=shift, trail=(*one.trail, told))
