"""The whole path from facts to decisions: what is said, with which numbers, and that it is said the same twice."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from engine.inference import available
from engine.messages import LANGUAGES, render
from rules.judge import judge
from rules.judgement import Applied, Targets
from tests.rules.accounts import AS_OF, daily, facts, healthy, row, shipped, snapshot


def _dead(name="dead", **values):
    return daily(name, -40, -1, **({"impressions": 2000, "clicks": 30, "spend": 400, "conversions": 0} | values))


def _rules(said, **wanted):
    return [r for r in said.recommendations if all(getattr(r, k) == v for k, v in wanted.items())]


def test_a_flag_carries_every_number_behind_it():
    said = judge(snapshot([*healthy(), *_dead()]), AS_OF)
    (one,) = said.recommendations
    assert (one.rule.name, one.action, one.decision, one.subject.name) == ("spend_no_conv", "pause", "kept", "dead")
    assert one.spend_at_stake == 28 * 400
    none, due = one.evidence["conditions"]
    assert none | {"metric": "conversions", "value": 0, "op": "==", "threshold": 0, "met": True} == none
    assert due["met"] and due["value"] == pytest.approx(28) and due["threshold"] == 3
    assert due["numerator"] == {"metric": "spend", "value": 11200}
    assert due["denominator"] == {"metric": "target_cpa", "value": 400}
    target = one.evidence["target"]
    assert target["reported_share"] == pytest.approx(1)  # against a rest that lags as much
    assert target | {"cpa": 400, "given": False, "learned_from_conversions": 12 * 28, "lag_basis": "assumed"} == target
    assert one.evidence["false_rate"] <= 0.05 and one.evidence["probability"] > 0.95
    assert one.evidence["fdr_rank"] == 1 and one.evidence["judged"] == 13
    assert one.window.end == AS_OF - timedelta(days=3) and one.window.days == 28


def test_a_click_flag_names_its_peers():
    rows = [*healthy(8), *daily("weak", -40, -1, impressions=2000, clicks=12, spend=400, conversions=1)]
    (one,) = _rules(judge(snapshot(rows), AS_OF))
    peers = one.evidence["peers"]
    assert one.rule.name == "low_ctr_vs_peers"
    assert peers["set"] == "ad_group" and peers["count"] == 8
    assert peers["ctr"] == pytest.approx(0.015, rel=0.01)
    assert one.evidence["conditions"][0]["value"] == pytest.approx(0.4, rel=0.01)


def test_every_sentence_is_spoken_in_both_languages():
    rows = [*healthy(), *_dead("死廣告"), *daily("thin", -3, -1, impressions=50, clicks=0, spend=5)]
    rows += [r | {"platform": "line"} for r in [*healthy(first=-20, last=-5), *healthy(2, spend=5000)]]
    said = judge(snapshot(rows), AS_OF, applied=[Applied("spend_no_conv", "elsewhere", AS_OF)])
    assert said.recommendations and said.no_data
    for language in LANGUAGES:
        told = said.as_dict(language)
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        for kind in ("recommendations", "no_data", "findings"):
            for one in told[kind]:
                assert one["reason"] and "{" not in one["reason"]
    reason = said.recommendations[0].reason["zh-TW"]
    assert "死廣告" in reason and "NT$11,200" in reason


@pytest.mark.parametrize(
    ("language", "few", "none"),
    [("zh-TW", "機率高於 99.9%", "機率低於 0.1%"), ("en", "is above 99.9%", "a chance below 0.1%")],
)
def test_no_chance_is_told_as_none_and_none_as_sure(language, few, none):
    weak = daily("weak", -40, -1, impressions=9000, clicks=20, spend=400, conversions=1)
    said = judge(snapshot([*healthy(), *_dead(), *weak]), AS_OF)
    told = {r.rule.name: r.reason[language] for r in said.recommendations}
    assert none in told["spend_no_conv"] and few in told["low_ctr_vs_peers"]
    assert not any(odd in text for text in told.values() for odd in (" 0.0%", "100.0%"))


def test_a_chance_that_can_be_told_is_told():
    said = judge(snapshot([*healthy(), *_dead(spend=80)]), AS_OF)
    assert "機率只有 0.4%" in said.recommendations[0].reason["zh-TW"]


def test_the_most_money_comes_first():
    rows = [*healthy(20), *_dead("small", spend=200), *_dead("large", spend=4000), *_dead("middle", spend=900)]
    assert [r.subject.name for r in judge(snapshot(rows), AS_OF).recommendations] == ["large", "middle", "small"]


def test_the_same_data_say_the_same_twice_in_any_order_of_rows():
    rows = [*healthy(), *_dead(), *daily("weak", -40, -1, impressions=2000, clicks=9, spend=400, conversions=1)]
    first = judge(snapshot(rows), AS_OF)
    again = judge(snapshot(rows), AS_OF)
    assert first.as_dict() == again.as_dict() and first.id == again.id
    rng = np.random.default_rng(0)
    mixed = judge(snapshot([rows[at] for at in rng.permutation(len(rows))]), AS_OF)
    assert [(r.id, r.decision, r.spend_at_stake) for r in mixed.recommendations] == [
        (r.id, r.decision, r.spend_at_stake) for r in first.recommendations
    ]


def test_an_id_names_account_entity_rule_version_window_and_action():
    rows = [*healthy(), *_dead()]
    one = judge(snapshot(rows), AS_OF).recommendations[0]
    more = judge(snapshot([*rows, *daily("new", -2, -1, impressions=5)]), AS_OF).recommendations[0]
    other = judge(snapshot(rows, account="other"), AS_OF).recommendations[0]
    later = judge(snapshot(rows), AS_OF + timedelta(days=1)).recommendations[0]
    assert one.id == more.id and len({one.id, other.id, later.id}) == 3
    assert one.short_id == f"R-{one.id[:6]}"


@pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")
def test_both_resolvers_tell_the_same():
    rows = [*healthy(), *_dead(), *daily("stopped", -30, -2, impressions=900, clicks=12, spend=90, conversions=0.3)]
    by_engine, by_reference = (
        judge(snapshot(rows), AS_OF, resolver=resolver).as_dict() for resolver in ("durable_rules", "reference")
    )
    assert by_engine.pop("resolver") == "durable_rules" and by_reference.pop("resolver") == "reference"
    assert by_engine == by_reference and by_engine["recommendations"]


def test_an_action_within_its_cool_down_rests():
    rows = [*healthy(), *_dead()]
    entity = judge(snapshot(rows), AS_OF).recommendations[0].entity
    for days, decision in ((1, "dropped"), (6, "dropped"), (7, "kept")):
        done = [Applied("spend_no_conv", entity, AS_OF - timedelta(days=days))]
        (one,) = judge(snapshot(rows), AS_OF, applied=done).recommendations
        assert one.decision == decision
        assert (one.beaten_by == "cooldown") == (decision == "dropped")


def test_the_last_active_ad_of_a_group_is_not_paused():
    """Two groups of the campaign convert; in a third both ads are dead, so one of them stays as an alert."""
    rows = healthy()
    rows += [r | {"ad_group_name": "dead group"} for r in [*_dead("d1"), *_dead("d2", spend=300)]]
    said = judge(snapshot(rows), AS_OF)
    verdicts = {r.subject.name: (r.decision, r.because, r.action) for r in said.recommendations}
    assert sorted(verdicts.values()) == [("downgraded", "last_active", "alert"), ("kept", "kept", "pause")]


def test_an_ad_in_its_learning_phase_is_only_an_alert():
    new = daily("new", -6, -1, impressions=9000, clicks=30, spend=900, conversions=0.2)
    (one,) = judge(snapshot([*healthy(), *new]), AS_OF).recommendations
    assert (one.decision, one.because, one.action, one.proposed_action) == ("downgraded", "learning", "alert", "pause")


def test_a_state_export_says_more_than_delivery():
    rows = [r | {"ad_id": f"id {r['ad_name']}"} for r in [*healthy(), *_dead()]]
    state = {"platform": "meta", "level": "ad", "id": "id dead"}
    paused = pd.DataFrame([state | {"status": "paused"}])
    learning = pd.DataFrame([state | {"status": "active", "learning": True}])
    assert not judge(snapshot(rows), AS_OF, states=paused).recommendations
    assert judge(snapshot(rows), AS_OF, states=learning).recommendations[0].because == "learning"
    assert judge(snapshot(rows), AS_OF).recommendations[0].decision == "kept"


def test_a_given_target_is_used_before_the_accounts_own():
    """The others have too few conversions to learn a cost from, so without a target there is no answer."""
    rows = [*healthy(3, spend=4, conversions=0.04), *_dead()]
    silent = judge(snapshot(rows), AS_OF)
    assert silent.recommendations == ()
    assert "rules.no_data.target" in {one.reason.id for one in silent.no_data if one.subject.name == "dead"}
    told = judge(snapshot(rows), AS_OF, targets=Targets({"meta": 100}))
    (one,) = _rules(told, entity="meta|1|campaign=C|ad_group=G|ad=dead")
    assert one.evidence["target"]["given"] and one.evidence["target"]["cpa"] == 100


def test_a_side_that_nothing_is_known_of_is_named():
    """Spend since two weeks only: there is a cost a click, but none of the window before."""
    numbers = {"platform": "google_ads", "impressions": 900, "clicks": 40, "spend": 400, "conversions": 2}
    rows = [r | {"ad_group_name": f"G{at}"} for at in range(6) for r in daily(f"old {at}", -60, -1, **numbers)]
    rows += [r | {"ad_group_name": "fresh"} for r in daily("fresh", -16, -1, **numbers | {"spend": 600})]
    (answer,) = judge(snapshot(rows), AS_OF, packs=shipped("google_cpc_jump")).no_data
    assert answer.subject.name == "fresh" and answer.reason.id == "rules.no_data.missing"
    assert all("cpc@previous, cvr@previous" in render(answer.reason, language) for language in LANGUAGES)


def test_nothing_after_the_day_of_judging_is_seen():
    rows = [*healthy(), *_dead()]
    future = daily("dead", 0, 20, impressions=2000, clicks=30, spend=400, conversions=9)
    now, then = judge(snapshot(rows), AS_OF), judge(snapshot([*rows, *future]), AS_OF)
    assert [r.id for r in now.recommendations] == [r.id for r in then.recommendations]


def test_another_grain_of_the_same_spend_is_not_added():
    rows = [*healthy(), *_dead()]
    totals = facts(rows).groupby("date_day")[["impressions", "clicks", "spend", "conversions"]].sum().reset_index()
    campaign = [
        row(0) | {"grain": "campaign", "ad_name": "", "ad_group_name": "", "period_end": day["date_day"]} | day
        for day in totals.to_dict("records")
    ]
    alone, both = judge(snapshot(rows), AS_OF), judge(snapshot([*rows, *campaign]), AS_OF)
    assert [(r.id, r.spend_at_stake) for r in alone.recommendations] == [
        (r.id, r.spend_at_stake) for r in both.recommendations
    ]
    assert {(j.rule, j.level): j.judged for j in both.judged}["zero_delivery", "campaign"] == 1


def test_withholding_is_a_fixed_share():
    rows = healthy(15)
    for at in range(15):
        rows += [r | {"account_id": str(at), "platform": "meta"} for r in [*healthy(8), *_dead(f"dead {at}")]]
    said = judge(snapshot(rows), AS_OF)
    held = [r.holdout for r in said.recommendations]
    assert len(held) == 15 and sum(held) <= 6
    assert held == [r.holdout for r in judge(snapshot(rows), AS_OF).recommendations]
