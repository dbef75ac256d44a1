"""A parent is judged on what still runs of it: what was paused or ended since moves no bid and no budget."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml

from engine.inference import available
from engine.messages import LANGUAGES, render
from rules.actions import CLASS_OF
from rules.given import Given, PlanLine
from rules.judge import judge
from rules.judgement import Targets
from rules.loading import read_pack
from tests.rules.accounts import AS_OF, daily, shipped, snapshot

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/rules/running.yaml").read_text(encoding="utf-8"))
TEXT = {"zh-TW": "測試", "en": "Test"}
EXAMPLES = {
    "flag": [{"name": "a", "ads": [{"ad": "A", "days": [-9, -1], "spend": 9, "flag": True}]}],
    "pass": [{"name": "b", "ads": [{"ad": "B", "days": [-9, -1], "spend": 1}]}],
}


def _own(level, action, conditions, **more):
    tests = [
        {"metric": metric, "op": op, **({"than": right} if isinstance(right, dict) else {"value": right})}
        for metric, op, right in conditions
    ]
    data = {
        "id": "ours", "version": 1, "title": TEXT, "explanation": TEXT, "level": level, "priority": 20,
        "window": {"days": 28, "end_lag_days": 1}, "when": {"all": tests}, "examples": EXAMPLES,
        "action": {"type": action, "class": CLASS_OF[action]}, "holdout": 0 if action == "alert" else 0.1,
    }  # fmt: skip
    return read_pack(data | more, f"{more.get('id', 'ours')}.yaml")


def _rows(ads, grain):
    rows = []
    for name, group, campaign, first, last, spend, conversions in ads:
        numbers = {"impressions": 10 * spend, "clicks": 60, "spend": spend, "conversions": conversions}
        placed = {"ad_group_name": group, "campaign_name": campaign, "grain": grain}
        rows += [one | placed for one in daily(name, first, last, **numbers)]
    return rows


def _states(told, ads):
    where = {name: {"campaign_name": campaign, "ad_group_name": group} for name, group, campaign, *_ in ads}
    where |= {group: {"campaign_name": campaign} for _, group, campaign, *_ in ads}
    return pd.DataFrame(
        [
            {"platform": "meta", "level": level, "id": "", "name": name, "status": status} | where.get(name, {})
            for level, name, status in told
        ]
    )


def _judged(case, resolver="reference"):
    ads, rule = case["ads"], case["rule"]
    rows = [*_rows(ads, case.get("grain", "ad")), *_rows(case.get("beside", ()), "ad_group")]
    plan = [PlanLine("meta", AS_OF - timedelta(days=20), AS_OF, case["plan"])] if "plan" in case else []
    states = _states(case["states"], ads) if "states" in case else None
    packs = shipped(rule) if isinstance(rule, str) else [_own(*rule)]
    given = Given(states, tuple(plan))
    return judge(
        snapshot(rows), AS_OF, packs=packs, targets=Targets({"meta": 300.0}), given=given, resolver=resolver
    ).recommendations


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_parent_is_judged_on_what_still_runs(case):
    assert {one.subject.name: one.because for one in _judged(case)} == case["expected"]


@pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")
def test_durable_rules_withholds_it_too():
    assert _judged(CASES[0], "durable_rules") == _judged(CASES[0])


def test_what_is_withheld_tells_what_still_runs_and_what_does_not():
    (one,) = _judged(CASES[0])
    assert (one.decision, one.beaten_by, one.action) == ("dropped", "paused_explains", "cut_bid")
    running = one.evidence["running"]
    assert (running["flagged"], running["met"]) == (False, False) and running["probability"] < 0.5
    assert running["spend"] == 28 * 2 * 290 and running["stopped_spend"] == 20 * 1500
    assert [(part["name"], part["spend"]) for part in running["stopped"]] == [("dead", 20 * 1500)]
    assert running["stopped_count"] == 1
    cpa = next(test for test in running["conditions"] if test["metric"] == "cpa")
    assert (cpa["value"], cpa["met"]) == (290, False)
    assert one.evidence["conditions"][1]["value"] > 800  # as it was flagged
    for language in LANGUAGES:
        assert render(one.trail[-1], language)


def test_a_flag_that_what_still_runs_bears_out_tells_that_too():
    (one,) = _judged(CASES[4])
    running = one.evidence["running"]
    assert (running["flagged"], running["met"]) == (True, True) and all(
        test["met"] for test in running["conditions"][:2]
    )


def test_what_is_done_without_a_person_is_as_sure_of_what_still_runs():
    weighed = {"method": "cpa_gamma", "ratio": 1.2, "sure": 0.5, "e_value": 1, "fdr": 0.5}
    when = [["cpa", ">", {"of": "target", "times": 1.2}]]
    ads = [["dead", "G", "C", -40, -9, 1500, 0], ["one", "G", "C", -40, -1, 190, 0.4]]
    (one,) = _said([_own("ad_group", "cut_bid", when, evidence=weighed)], ads).recommendations
    assert one.because == "kept" and one.evidence["probability"] > 0.95
    assert one.evidence["running"]["flagged"] and one.evidence["running"]["probability"] < 0.95
    assert one.evidence["certain"] is False


def test_what_meets_the_conditions_but_is_not_sure_enough_says_so():
    (one,) = _judged(CASES[6])
    running = one.evidence["running"]
    assert (running["flagged"], running["met"], one.because) == (False, True, "paused_explains")
    (own,) = _judged(CASES[8])
    assert own.evidence["running"]["probability"] is None


def _drawn(seed):
    """Eight groups in two campaigns, each of some ads that run and some that were paused on a day of their own."""
    rng = random.Random(seed)
    ads = []
    for at in range(8):
        group, campaign = f"G{at}", f"C{at % 2}"
        ads.append([f"{group} runs", group, campaign, -60, -1, 300, rng.choice([0, 0.4, 1, 1.5])])
        for number in range(rng.randrange(4)):
            spend, last = rng.choice([200, 900, 2000]), rng.choice([-1, -9, -20, -45])
            ads.append([f"{group} {number}", group, campaign, -60, last, spend, rng.choice([0, 0.5, 3])])
    return ads


def test_it_is_as_if_only_what_still_runs_had_ever_run():
    """Every flag stands or falls as it does in the account without a row of what stopped."""
    packs = [
        *shipped("cpa_over"),
        *(_own("ad_group", "cut_bid", [["cpa", ">", {"of": side, "times": 1.3}]], id=f"than_{side}")
          for side in ("rest", "parent", "target")),
        _own("campaign", "raise_budget",
             [["cpa", "<", 900], ["cpc", "<=", {"of": "previous", "times": 9}], ["spend", ">=", 55_000]]),
    ]  # fmt: skip
    verdicts = Counter()
    for seed in range(6):
        ads = _drawn(seed)
        left = _said(packs, [one for one in ads if one[4] == -1])
        unknown = {(one.rule, one.entity) for one in left.no_data if "unproven" not in one.reason.id}
        stands = {(one.rule.name, one.entity) for one in left.recommendations} | unknown
        for one in _said(packs, ads).recommendations:
            if "running" in one.evidence:
                kept = (one.rule.name, one.entity) in stands
                assert one.evidence["running"]["flagged"] == kept == (one.because != "paused_explains")
                verdicts[one.rule.name, kept] += 1
    assert len(verdicts) == 2 * len(packs), verdicts


def _said(packs, ads):
    targets = Targets({"meta": 300.0})
    return judge(snapshot(_rows(ads, "ad")), AS_OF, packs=packs, targets=targets, resolver="reference")


def test_a_flag_of_which_all_runs_tells_nothing_of_it():
    (one,) = _judged(CASES[0] | {"ads": [["one", "G", "C", -40, -1, 900, 1]]})
    assert one.because == "kept" and "running" not in one.evidence


def test_the_parts_that_cost_the_most_are_named_and_the_rest_counted():
    dead = [[f"dead {at}", "G", "C", -40, -9, 100 * (at + 1), 0] for at in range(6)]
    (one,) = _judged(CASES[0] | {"ads": [*dead, ["one", "G", "C", -40, -1, 290, 1]], "states": []})
    running = one.evidence["running"]
    assert [part["name"] for part in running["stopped"]] == ["dead 5", "dead 4", "dead 3"]
    assert running["stopped_count"] == 6 and running["stopped_spend"] == 20 * 2100


def test_a_cut_waits_for_a_stop_by_what_the_group_costs_now():
    """A dead ad paused before cost most of the overspend; of what runs it is the other dead one that explains it."""
    ads = [
        ["gone", "G", "C", -60, -9, 4000, 0],
        ["dead", "G", "C", -60, -1, 1500, 0],
        ["one", "G", "C", -60, -1, 480, 1],
        ["two", "G", "C", -60, -1, 480, 1],
    ]
    given = Given(_states([["ad", "gone", "paused"]], ads))
    said = judge(
        snapshot(_rows(ads, "ad")), AS_OF, packs=shipped("spend_no_conv", "cpa_over"),
        targets=Targets({"meta": 300.0}), given=given, resolver="reference",
    )  # fmt: skip
    assert {one.subject.name: one.because for one in said.recommendations} == {"dead": "kept", "G": "child_stopped"}
