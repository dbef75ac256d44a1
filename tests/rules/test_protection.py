"""What stops, breaks or is missing in the data is told as such, and not as a hundred bad ads."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
import yaml

from engine.packs import package_path
from rules.judge import judge
from rules.judgement import Targets
from rules.loading import read_pack
from tests.rules.accounts import AS_OF, daily, healthy, snapshot

NUMBERS = {"impressions": 1000, "clicks": 10, "spend": 100, "conversions": 0.5}


def _alerts(said):
    return {(r.subject.level.value, r.subject.name, r.decision) for r in said.recommendations if r.action == "alert"}


@pytest.mark.parametrize("zeros", [False, True], ids=["absent", "present as 0"])
@pytest.mark.parametrize(("last", "told"), [(-1, False), (-2, True), (-4, True), (-5, False), (-20, False)])
def test_a_stop_is_told_for_three_days(zeros, last, told):
    rows = [*daily("runs", -40, -1, **NUMBERS), *daily("stops", -40, last, **NUMBERS)]
    if zeros:
        rows += daily("stops", last + 1, -1, impressions=0, clicks=0, spend=0, conversions=0)
    assert _alerts(judge(snapshot(rows), AS_OF)) == ({("ad", "stops", "kept")} if told else set())


def test_a_whole_campaign_that_stops_is_one_alert():
    other = [r | {"campaign_name": "D", "ad_group_name": f"G{n}", "ad_name": f"a{n}"}
             for n in range(3) for r in daily("x", -40, -2, **NUMBERS)]  # fmt: skip
    said = judge(snapshot([*daily("runs", -40, -1, **NUMBERS), *other]), AS_OF)
    kept = [r for r in said.recommendations if r.decision == "kept"]
    assert [(r.subject.level.value, r.subject.name) for r in kept] == [("campaign", "D")]
    assert len(said.recommendations) == 1 + 3 + 3
    assert {r.because for r in said.recommendations if r.decision == "dropped"} == {"covered_above"}


def test_an_account_without_rows_for_the_day_is_incomplete_not_stopped():
    rows = healthy(30, last=-3)
    rows += [r | {"account_id": "2", "account_name": "另一個帳戶"} for r in daily("runs", -40, -1, **NUMBERS)]
    said = judge(snapshot(rows), AS_OF)
    assert _alerts(said) == set()
    (finding,) = said.findings
    assert finding.code == "data_incomplete" and finding.subject.name == "帳戶"
    assert finding.evidence == {"data_end": "2026-02-27", "day": "2026-03-01", "days_missing": 2}


def test_days_an_ad_is_scheduled_off_are_no_stop():
    """2026-03-02 is a Monday: the ad never ran at weekends, the last complete day is a Sunday."""
    assert AS_OF.weekday() == 0
    weekdays = [r for r in daily("office hours", -40, -1, **NUMBERS) if r["date_day"].weekday() < 5]
    said = judge(snapshot([*daily("runs", -40, -1, **NUMBERS), *weekdays]), AS_OF)
    assert _alerts(said) == set()
    tuesday = AS_OF + timedelta(days=1)
    runs = daily("runs", -40, 0, **NUMBERS)
    assert _alerts(judge(snapshot([*runs, *weekdays]), tuesday)) == {("ad", "office hours", "kept")}


def test_broken_tracking_silences_the_rules_on_conversions():
    before, after = healthy(12, last=-15), healthy(12, first=-14, conversions=0)
    fresh = daily("fresh", -25, -1, impressions=2000, clicks=30, spend=900, conversions=0)
    said = judge(snapshot([*before, *after, *fresh]), AS_OF)
    (finding,) = said.findings
    assert finding.code == "tracking_break"
    assert finding.evidence["since"] == str(AS_OF - timedelta(days=14))
    assert finding.evidence["conversions_due"] >= 5
    conversions = [r for r in said.recommendations if r.rule.name == "spend_no_conv"]
    assert conversions and {(r.decision, r.because) for r in conversions} == {("dropped", "tracking_break")}


def test_conversions_that_fall_with_the_clicks_are_no_break():
    before = healthy(12, last=-15)
    after = healthy(12, first=-14, conversions=0, clicks=3, impressions=200, spend=40)
    assert judge(snapshot([*before, *after]), AS_OF).findings == ()


def test_an_account_that_never_converted_is_broken_only_against_a_target():
    rows = healthy(12, conversions=0)
    assert judge(snapshot(rows), AS_OF).findings == ()
    said = judge(snapshot(rows), AS_OF, targets=Targets({"meta": 100}))  # low enough that the missing ones are proof
    assert [f.code for f in said.findings] == ["tracking_break"]
    assert {r.because for r in said.recommendations} == {"tracking_break"}


def test_old_accounts_are_noted_quietly():
    said = judge(snapshot(healthy(5)), date(2026, 6, 1))
    assert [(f.code, f.severity.value) for f in said.findings] == [("data_incomplete", "note")]
    assert said.recommendations == ()


def test_the_ad_that_is_spared_is_one_that_runs():
    data = yaml.safe_load((package_path("rules") / "packs" / "spend_no_conv.yaml").read_text(encoding="utf-8"))
    pack = read_pack(data | {"scope": {"status": "any"}}, "spend_no_conv.yaml")
    shown = {"impressions": 4000, "clicks": 60}
    rows = [
        *daily("A", -40, -1, **shown, spend=900, conversions=0),
        *daily("B", -40, -1, **shown, spend=800, conversions=0),
        *daily("paused", -40, -9, **shown, spend=100, conversions=0),
        *(r | {"ad_group_name": "H"} for r in daily("sound", -60, -1, **shown, spend=300, conversions=3)),
    ]
    where = {"platform": "meta", "level": "ad", "id": "", "campaign_name": "C", "ad_group_name": "G"}
    states = pd.DataFrame([where | {"name": "paused", "status": "paused"}])
    said = judge(snapshot(rows), AS_OF, packs=[pack], targets=Targets(target_cpa={"meta": 100.0}), states=states)
    verdicts = {one.subject.name: one.because for one in said.recommendations}
    assert verdicts == {"A": "kept", "B": "last_active", "paused": "kept"}
