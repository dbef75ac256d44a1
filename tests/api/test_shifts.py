"""What the optimizer makes of budget shifts: advice and the night's plan say the same, within the caps of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from api.services.night_stages import Reallocate, recent_spend
from api.services.night_state import NightState
from api.services.plan_request import ProposalRequest
from api.services.shifts import settle, without_amounts
from engine.errors import InputError
from engine.messages import LANGUAGES, Message, render
from engine.snapshot import Snapshot
from engine.vocabulary import Level, PackRef, Period, Subject
from rules.actions import CLASS_OF, Change
from rules.judgement import Judgement, Recommendation
from rules.shifts import WAYS
from tests.rules.accounts import AS_OF, facts, row

DAYS = 28
START = AS_OF + timedelta(days=7)
SPEND = {"dear": 4000.0, "cheap": 4000.0, "third": 2000.0}
WORTH = {"dear": 0.002, "cheap": 0.010, "third": 0.004}


@pytest.fixture(scope="module")
def account():
    """Three channels of one campaign each over half a year, of which one brings five times as much as another."""
    rng, rows = np.random.default_rng(5), []
    for day in range(-190, 0):
        for name, usual in SPEND.items():
            spent = float(usual * rng.uniform(0.5, 1.5))
            got = float(rng.poisson(WORTH[name] * usual * (spent / usual) ** 0.6))
            told = {"campaign_name": name, "campaign_type": name.upper(), "spend": spent, "conversions": got}
            rows.append(row(day, name, impressions=spent * 10, clicks=spent / 10, **told))
    return Snapshot("acme", AS_OF, "TWD", facts(rows), "5" * 64)


def _advice(action, campaign, change=None, level="campaign", decision="kept", platform="meta"):
    names = {"account": "帳戶", "campaign": campaign} | ({"ad": "A"} if level == "ad" else {})
    stake = 0.1 * SPEND.get(campaign, 1000.0) * DAYS if level == "ad" else SPEND.get(campaign, 1000.0) * DAYS
    return Recommendation(
        id="1" * 64, rule=PackRef("any", "1", "h"), entity=f"{campaign}|{level}|{action}",
        subject=Subject(Level(level), platform, {"account": "1"}, names), action=action, proposed_action=action,
        decision=decision, because="kept", beaten_by=None, trail=(), spend_at_stake=stake,
        window=Period(AS_OF - timedelta(days=DAYS), AS_OF - timedelta(days=1)), holdout=False,
        reason={"zh-TW": "", "en": ""}, numbers=b"{}", change=change,
    )  # fmt: skip


def _budget(before, share):
    return Change("daily_budget", str(before), str(round(before * (1 + share))), share)


def _judged(*advice):
    return Judgement("acme", AS_OF, "TWD", "5" * 64, (), "reference", (), advice, (), ())


def _request(account):
    budget = recent_spend(account.facts, "TWD")
    return ProposalRequest(budget=budget, start=START, end=START + timedelta(days=DAYS - 1))


def _settle(account, *advice):
    done = settle(account, _request(account), _judged(*advice))
    channels = {one.channel.removeprefix("meta/").lower(): one for one in done.proposed.proposal.channels}
    moved = {name: (one.spend - one.current_spend) / DAYS for name, one in channels.items()}
    return done, moved, done.judgement.recommendations


def test_advice_and_plan_agree_on_what_is_moved(account):
    _, moved, (out, into) = _settle(
        account,
        _advice("shift_out", "dear", _budget(4000, -0.20)),
        _advice("shift_in", "cheap", _budget(4000, +0.15)),
    )
    assert out.shift.a_day == pytest.approx(-moved["dear"], abs=2) and into.shift.a_day == pytest.approx(
        moved["cheap"], abs=2
    )
    assert 0 < out.shift.a_day <= 800 and 0 < into.shift.a_day <= 600  # within the caps of the rules
    for one, sign in ((out, -1), (into, +1)):
        assert Decimal(one.change.after) == 4000 + sign * Decimal(str(one.shift.a_day))
        assert one.change.share == pytest.approx(sign * one.shift.a_day / 4000)
        assert one.shift.amount == pytest.approx(one.shift.a_day * DAYS)
        assert (one.shift.channel, one.shift.start) == (f"meta/{one.subject.name.upper()}", START)
        assert all(f"{one.shift.a_day:,.0f}" in render(one.trail[-1], language) for language in LANGUAGES)


def test_two_shifts_of_one_channel_share_what_it_gets(account):
    advice = (_advice("shift_in", "cheap", _budget(3000, 0.1)), _advice("raise_budget", "cheap", _budget(1000, 0.1)))
    _, moved, told = _settle(account, *advice)
    parts = [one.shift.a_day for one in told]
    assert sum(parts) == pytest.approx(moved["cheap"], abs=2) and sum(parts) <= 400
    assert parts[0] == pytest.approx(3 * parts[1], abs=2)


def test_a_channel_whose_ads_are_stopped_gets_no_more(account):
    done, moved, _ = _settle(account, _advice("pause", "cheap", Change("status", "active", "paused"), level="ad"))
    assert done.proposed.request.held == ("meta/CHEAP",) and moved["cheap"] <= 0.1
    free = settle(account, _request(account), _judged()).proposed
    assert free.request.held == () and free.request.maximums == {}
    rise = {one.channel: one.spend - one.current_spend for one in free.proposal.channels}
    assert rise["meta/CHEAP"] > 0  # without the stop it would have got more


def test_money_freed_inside_a_channel_pays_its_own_shift(account):
    """Where the other channels are fixed the third gets no more, but may use what its stopped ad frees: 200 a day."""
    recent = {one.channel: one.curve.recent * DAYS / 7 for one in _settle(account)[0].proposed.proposal.channels}
    locks = {"meta/DEAR": Decimal(112_000), "meta/CHEAP": Decimal(112_000)}
    budget = sum(locks.values()) + round(Decimal(recent["meta/THIRD"]))
    stop = _advice("pause", "third", Change("status", "active", "paused"), level="ad")
    into = _advice("shift_in", "third", _budget(2000, 0.15))
    done = settle(account, replace(_request(account), locks=locks, budget=budget), _judged(stop, into))
    assert done.judgement.recommendations[0] == stop
    assert done.judgement.recommendations[1].shift.a_day == pytest.approx(200, abs=1)


def test_a_shift_without_a_known_budget_is_told_as_a_share(account):
    _, moved, (one,) = _settle(account, _advice("shift_in", "cheap", Change("daily_budget", None, None, 0.15, False)))
    assert one.change.after is None and one.change.share == pytest.approx(one.shift.a_day / 4000, rel=1e-3)
    assert one.shift.a_day == pytest.approx(moved["cheap"], abs=2) and one.shift.a_day <= 600


@pytest.mark.parametrize(
    ("advice", "why"),
    [
        (_advice("shift_in", "dear", _budget(4000, 0.15)), "nothing_in"),
        (_advice("shift_out", "cheap", _budget(4000, -0.2)), "nothing_out"),
        (_advice("shift_in", "new", _budget(1000, 0.15), platform="unheard_of"), "no_curve"),
    ],
)
def test_what_the_optimizer_does_not_carry_has_no_amount_but_a_reason(account, advice, why):
    _, _, (one,) = _settle(account, advice)
    assert one.change == Message(f"api.shift.{why}") == one.trail[-1] and one.shift is None
    assert all(render(one.change, language) for language in LANGUAGES)


def test_only_what_stands_and_can_be_done_binds_the_plan(account):
    capped = _advice("shift_in", "cheap", Message("rules.action.cap_reached", {"cap": "20%", "days": 7}))
    beaten = _advice("shift_out", "dear", _budget(4000, -0.2), decision="dropped")
    done, _, told = _settle(account, capped, beaten, _advice("alert", "third"))
    assert list(told) == [capped, beaten, _advice("alert", "third")]
    assert done.proposed.request == _request(account)


def test_limits_that_cannot_all_be_met_give_way_and_say_so(account):
    request = replace(_request(account), minimums={"meta/CHEAP": Decimal(250_000)})
    into = _advice("shift_in", "cheap", _budget(4000, 0.15))
    done = settle(account, request, _judged(into))
    assert done.proposed.request == request
    assert done.judgement.recommendations[0].change == Message("api.shift.no_plan")


def test_a_night_without_a_plan_says_so_of_every_shift(account):
    into = _advice("shift_in", "cheap", _budget(4000, 0.15))
    few = replace(
        account, facts=account.facts[account.facts["date_day"] >= str(AS_OF - timedelta(days=9))], hash="6" * 64
    )
    state = Reallocate().run(NightState(None, AS_OF, dry_run=True, snapshot=few, judgement=_judged(into)))
    assert state.reallocation is None and [notice.id for notice in state.notices] == ["api.night.no_pace"]
    assert state.judgement == without_amounts(_judged(into))
    assert state.judgement.recommendations[0].change == Message("api.shift.no_plan")
    with pytest.raises(InputError):
        settle(replace(few, facts=few.facts.iloc[:0]), _request(account), _judged())


def test_every_action_that_moves_or_frees_money_is_known():
    """A raised bid moves no budget, and a cut one frees what nobody can tell; both bind no amount."""
    classes = {"shift_in": "in", "raise": "in", "shift_out": "out", "cut": "out", "stop": "freed"}
    expected = {action: classes[kind] for action, kind in CLASS_OF.items() if kind in classes and action != "raise_bid"}
    assert expected | {"cut_bid": "freed"} == WAYS
