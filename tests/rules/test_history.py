"""What was done before and what is told of states reaches the rules: ids that stay, caps, learning, stopped parents."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from rules.actions import Change
from rules.judge import judge
from rules.judgement import Applied, Targets
from rules.loading import read_pack
from tests.rules.accounts import AS_OF, daily, healthy, shipped, snapshot

DEAD = daily("dead", -40, -1, impressions=2000, clicks=30, spend=400, conversions=0)
KEY = "meta|1|campaign=C|ad_group=G|ad=dead"


def _cut_bid(**action):
    ((found, _),) = shipped("spend_no_conv")
    data = found.model_dump(by_alias=True, exclude_unset=True, mode="json")
    data |= {"id": "cut_no_conv", "action": {"type": "cut_bid"} | action, "cooldown_days": 0}
    return read_pack(data, "cut_no_conv.yaml")


def _states(*rows, **every):
    return pd.DataFrame([{"platform": "meta", "status": "active"} | every | row for row in rows])


def _dead(**told):
    return {"level": "ad", "id": "", "campaign_name": "C", "ad_group_name": "G", "name": "dead"} | told


def _only(said):
    (one,) = said.recommendations
    return one


def test_an_open_episode_keeps_its_id_and_its_arm_while_it_goes_on():
    rows = [*healthy(last=3), *daily("dead", -40, 3, impressions=2000, clicks=30, spend=400, conversions=0)]
    first = _only(judge(snapshot(rows), AS_OF))
    since = {first.episode: first.window.end}
    for later in (1, 2, 3):
        day = AS_OF + timedelta(days=later)
        again = _only(judge(snapshot(rows), day, since=since))
        assert (again.id, again.holdout, again.first_end) == (first.id, first.holdout, first.window.end)
        assert again.window.end == first.window.end + timedelta(days=later)
        assert _only(judge(snapshot(rows), day)).id != first.id
        other = {("another_rule", first.entity, "pause"): first.window.end}
        assert _only(judge(snapshot(rows), day, since=other)).id != first.id


def test_an_action_that_turns_into_an_alert_is_another_episode():
    rows = [*healthy(), *DEAD]
    said = _only(judge(snapshot(rows), AS_OF))
    learning = _only(judge(snapshot(rows), AS_OF, states=_states(_dead(learning=True))))
    assert (learning.action, learning.because, learning.proposed_action) == ("alert", "learning", "pause")
    assert learning.id != said.id and not learning.holdout and learning.change is None


def test_a_change_of_another_rule_sets_learning_anew():
    rows = [*healthy(), *DEAD]
    for action, days, because in (("cut_budget", 6, "learning"), ("cut_budget", 7, "kept"), ("alert", 1, "kept")):
        done = [Applied("another_rule", KEY, AS_OF - timedelta(days=days), action)]
        assert _only(judge(snapshot(rows), AS_OF, applied=done)).because == because
    cooling = [Applied("spend_no_conv", KEY, AS_OF - timedelta(days=2), "pause")]
    assert _only(judge(snapshot(rows), AS_OF, applied=cooling)).because == "cooldown"


@pytest.mark.parametrize(("days", "because"), [(3, "learning"), (7, "kept")])
def test_a_state_changed_lately_is_learning_unless_the_platform_says_no(days, because):
    rows, changed = [*healthy(), *DEAD], (AS_OF - timedelta(days=days)).isoformat()
    assert _only(judge(snapshot(rows), AS_OF, states=_states(_dead(changed_on=changed)))).because == because
    told = _states(_dead(changed_on=changed, learning=False))
    assert _only(judge(snapshot(rows), AS_OF, states=told)).because == "kept"


@pytest.mark.parametrize(
    "parent",
    [
        {"level": "campaign", "id": "", "name": "C"},
        {"level": "ad_group", "id": "", "name": "G", "campaign_name": "C"},
    ],
)
def test_nothing_below_a_stopped_parent_is_judged(parent):
    rows = [*healthy(), *DEAD]
    assert judge(snapshot(rows), AS_OF, states=_states(parent | {"status": "paused"})).recommendations == ()
    assert judge(snapshot(rows), AS_OF, states=_states(parent)).recommendations
    elsewhere = parent | {"status": "paused", "account_id": "another"}
    assert judge(snapshot(rows), AS_OF, states=_states(elsewhere)).recommendations


def test_the_last_ad_that_is_told_to_be_active_is_not_paused():
    """Of thirteen ads twelve are told to be paused; what delivered yesterday does not say what runs today."""
    rows = [*healthy(), *DEAD]
    paused = [_dead(name=f"good {at}", status="paused") for at in range(12)]
    one = _only(judge(snapshot(rows), AS_OF, states=_states(*paused)))
    assert (one.decision, one.because, one.action, one.change) == ("downgraded", "last_active", "alert", None)
    assert _only(judge(snapshot(rows), AS_OF, states=_states(*paused[1:]))).because == "kept"


def test_a_name_that_two_states_share_is_nobodys():
    rows = [*healthy(), *DEAD]
    twice = _states(_dead(status="paused"), _dead(status="active"))
    assert _only(judge(snapshot(rows), AS_OF, states=twice)).change == Change(
        "status", "active", "paused", verified=False
    )


def test_a_change_starts_from_the_state_and_keeps_to_the_cap():
    rows, pack = [*healthy(), *DEAD], _cut_bid()
    told = _states(_dead(bid="20"))
    one = _only(judge(snapshot(rows), AS_OF, packs=[pack], states=told))
    assert one.change == Change("bid", "20", "18", -0.1)
    done = [Applied("cut_no_conv", KEY, AS_OF - timedelta(days=d), "cut_bid", -0.1) for d in (6, 5)]
    for states in (told, None):
        kept = _only(judge(snapshot(rows), AS_OF, packs=[pack], states=states, applied=done))
        assert (kept.decision, kept.because) == ("dropped", "capped")
    old = [Applied("cut_no_conv", KEY, AS_OF - timedelta(days=8), "cut_bid", -0.2)]
    assert _only(judge(snapshot(rows), AS_OF, packs=[pack], applied=old)).because == "kept"
    wide = _cut_bid(amount=0.3, cap=0.6)
    learning_over = [Applied("cut_no_conv", KEY, AS_OF - timedelta(days=7), "cut_bid", -0.3)]
    assert _only(judge(snapshot(rows), AS_OF, packs=[wide], states=told, applied=learning_over)).change.after == "14"


def test_a_target_that_was_set_is_the_one_that_counts():
    rows = [*healthy(), *DEAD]
    assert judge(snapshot(rows), AS_OF, targets=Targets({"meta": 100_000})).recommendations == ()
    one = _only(judge(snapshot(rows), AS_OF, targets=Targets({"meta": 500})))
    target = one.evidence["target"]
    assert target | {"cpa": 500, "given": True, "learned_from_conversions": None, "lag_basis": "assumed"} == target
    assert 0.97 < target["reported_share"] < 1
