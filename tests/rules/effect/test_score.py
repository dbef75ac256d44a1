"""A rule's verdict follows from its record, says why, and is written down in both languages."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pytest
import yaml

from engine.messages import render
from rules.effect.cases import next_scored, scored_on
from rules.effect.found import OUTCOMES, Effect, too_few
from rules.effect.money import Saved
from rules.effect.report import EffectReport
from rules.effect.score import Record, score_rule
from rules.effect.shares import mean_share

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/rules/effect_verdicts.yaml").read_text(encoding="utf-8"))


def effect_of(case):
    if "effect" not in case:
        return []
    basis, because, acted_on, compared, *limits = case["effect"]
    outcome = OUTCOMES[case.get("outcome", "ctr")]
    if limits:
        return [Effect(outcome, basis, because, acted_on, compared, *limits)]
    return [too_few(outcome, basis, because, (acted_on, compared))]


def score_of(case, **more):
    said = dict(case["record"])
    chance = said.pop("false_chance", None)
    chances = [] if chance is None else [chance] * said["proposals"]
    return score_rule(Record("low_ctr", share=0.1, false_chances=chances, effects=effect_of(case), **said, **more))


def report_of(scores, currency=None, as_of=date(2026, 3, 1)):
    return EffectReport("acct", as_of, currency, scores, scored_on(as_of), next_scored(as_of))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_record_gives_its_verdict_with_its_reason(case):
    said = score_of(case)
    assert (said.verdict, said.reason.id.rsplit(".", 1)[1]) == (case["verdict"], case["because"])


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_verdict_is_told_in_words(case, language):
    report = report_of([score_of(case, saved=Saved(9.0, 5.0, 12.0, 40_000.0))], "TWD")
    lines = report.lines(language)
    assert "low_ctr" in lines[0] and any("TWD 40,000" in one for one in lines)
    assert not any("{" in one or "effect." in one for one in lines)
    told = json.loads(json.dumps(report.as_dict(language)))
    assert [*told["rules"][0]["sentences"], told["note"]] == lines


def test_the_most_trusted_effect_that_has_an_interval_decides():
    ctr = OUTCOMES["ctr"]
    held = Effect(ctr, "holdout", "chance", 300, 40, 0.0, -0.3, 0.4)
    before = Effect(ctr, "its", "before_after", 28, 84, 0.6, 0.5, 0.7)
    few = Effect(ctr, "holdout", "chance", 30, 4, lacks=held.says)
    peers = Effect(ctr, "did", "parallel", 30, 90, 0.1, 0.05, 0.15)
    record = {"proposals": 9, "approved": 9, "rejected": 0, "withheld": 1, "share": 0.1}
    assert score_rule(Record("r", **record, effects=[before, held])).effect is held
    assert score_rule(Record("r", **record, effects=[before, few, peers])).effect is peers


def test_missing_approvals_are_counted_by_the_share_that_is_withheld():
    case = next(c for c in CASES if c["because"] == "few_approved")
    said = score_of(case)
    assert said.reason.values["more"] == "110"
    assert "110 more approvals" in render(said.reason, "en")


def test_a_wide_interval_says_how_much_more_would_settle_it():
    ctr = OUTCOMES["ctr"]
    record = {"proposals": 90, "approved": 90, "rejected": 0, "withheld": 20, "share": 0.1}
    wide = Effect(ctr, "holdout", "chance", 70, 20, 0.0, math.expm1(-0.2), math.expm1(0.2))
    said = score_rule(Record("r", **record, effects=[wide]), worthwhile=math.expm1(0.1))
    assert said.reason.values["times"] == "4.0"


def test_false_flags_are_counted_from_the_withheld_once_these_are_enough():
    record = {"proposals": 40, "approved": 40, "rejected": 0, "withheld": 20, "share": 0.2}
    both = Record("r", **record, false_chances=[0.05] * 40, rechecked=[0.5] * 20)
    assert score_rule(both).false_share.value == pytest.approx(0.5)
    few = Record("r", **record, false_chances=[0.05] * 40, rechecked=[0.5] * 19)
    assert score_rule(few).false_share.value == pytest.approx(0.05)


def test_a_share_is_the_mean_of_the_chances_that_are_known():
    said = mean_share([0.1, 0.3, math.nan])
    assert (said.value, said.known) == (pytest.approx(0.2), 2)
    assert said.low == 0.0 < said.value < said.high < 1.0
    assert math.isnan(mean_share([]).value) and mean_share([]).known == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_share([1.2])


def test_counts_that_contradict_each_other_are_refused_all_at_once():
    with pytest.raises(ValueError, match=r"more than proposals.*more than approved.*no share"):
        score_rule(Record("r", proposals=3, approved=3, rejected=1, withheld=4, share=2.0))


def test_a_report_puts_what_needs_a_decision_first_and_is_named_by_its_figures():
    scores = [score_of(case) for case in CASES]
    report = report_of(scores)
    verdicts = [one["verdict"] for one in report.as_dict()["rules"]]
    assert (
        verdicts[0] == "harms"
        and verdicts[-1] == "alerts"
        and verdicts == sorted(verdicts, key=["harms", "does_not", "too_early", "earns", "alerts"].index)
    )
    assert report_of(list(scores)).id == report.id
    assert report_of(scores, as_of=date(2026, 3, 2)).id != report.id
