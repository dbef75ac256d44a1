"""Days missing inside an account's data, and totals that do not agree: told where they mean something, else not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.messages import LANGUAGES, render
from rules.data_checks import data_checks
from tests.rules.accounts import AS_OF, daily, facts, row

DAY = {"impressions": 1000, "clicks": 20, "spend": 300}


def told(rows) -> list[tuple[str, dict]]:
    found = data_checks(facts(rows), AS_OF)
    assert all(render(one.reason, language) for one in found for language in LANGUAGES)
    return [(one.code, dict(one.evidence)) for one in found]


def campaigns(first: int, last: int, **values) -> list[dict]:
    return daily("", first, last, **{"grain": "campaign", "ad_group_name": "", "ad_name": ""} | values)


def test_days_without_a_row_are_told_with_their_first_and_last():
    rows = [one for one in daily("A", -40, -1, **DAY) if one["date_day"] not in (_day(-10), _day(-9))]
    ((code, evidence),) = told(rows)
    assert (code, evidence) == (
        "days_missing",
        {"days": 2, "first_day": _day(-10).isoformat(), "last_day": _day(-9).isoformat()},
    )
    (finding,) = data_checks(facts(rows), AS_OF)
    assert (finding.severity, finding.subject.platform, finding.subject.ids) == ("warn", "meta", {"account": "1"})


@pytest.mark.parametrize(
    "rows",
    [
        daily("A", -40, -1, **DAY),
        [one for one in daily("A", -60, -1, **DAY) if one["date_day"].weekday() < 5],
        daily("A", -40, -20, **DAY),
        [row(-1, **DAY)],
        [row(-14, period_end=_end) for _end in [AS_OF - timedelta(days=8)]] + daily("A", -7, -1, **DAY),
        [one for one in daily("A", -60, -1, **DAY) if one["date_day"] != AS_OF - timedelta(days=40)],
        daily("A", 0, 5, **DAY),
    ],
    ids=["whole", "rests at weekends", "over", "one day", "a week in one row", "before the window", "not yet"],
)
def test_what_is_no_gap_is_not_told(rows):
    assert told(rows) == []


def test_another_account_does_not_hide_a_gap():
    whole = daily("A", -30, -1, account_id="2", **DAY)
    assert [code for code, _ in told(whole + daily("B", -30, -12, **DAY) + daily("B", -10, -1, **DAY))] == [
        "days_missing"
    ]


def test_a_campaign_report_that_says_more_than_its_ads_is_told():
    rows = daily("A", -20, -1, **DAY) + daily("B", -20, -1, **DAY)
    rows += campaigns(-20, -1, **{"impressions": 2000, "clicks": 40, "spend": 690})
    ((code, evidence),) = told(rows)
    assert (code, evidence["coarse"], evidence["fine"], evidence["days"]) == ("totals_disagree", "campaign", "ad", 20)
    assert (evidence["spend_campaign"], evidence["spend_ad"]) == (13_800, 12_000)
    assert evidence["clicks_campaign"] == evidence["clicks_ad"] == 800


@pytest.mark.parametrize(
    "more",
    [
        campaigns(-20, -1, **DAY),
        campaigns(-20, -1, **{**DAY, "spend": 302}),
        campaigns(-20, -1, **DAY) + campaigns(-20, -1, campaign_name="PMax", **{**DAY, "spend": 9_000}),
        campaigns(-40, -21, **{**DAY, "spend": 9_000}),
        campaigns(-60, -30, **{**DAY, "spend": 9_000}) + daily("A", -60, -21, **DAY),
        daily("A", -20, -1, breakdown="placement", breakdown_value="feed", **{**DAY, "spend": 9_000}),
        [row(-20, grain="account", period_end=AS_OF - timedelta(days=1), spend=9_000)],
    ],
    ids=["equal", "rounded", "campaign without ads", "other days", "before the window", "broken down", "not by day"],
)
def test_what_can_differ_is_not_told(more):
    assert [code for code, _ in told(daily("A", -20, -1, **DAY) + more)] == []


def test_a_campaign_without_ads_makes_an_account_no_liar():
    ads, whole = daily("A", -20, -1, **DAY), {**DAY, "clicks": 2 * DAY["clicks"], "spend": 2 * DAY["spend"]}
    account = campaigns(-20, -1, grain="account", campaign_id="", campaign_name="", **whole)
    assert told(ads + account) == []
    assert [code for code, _ in told(campaigns(-20, -1, **DAY) + account)] == ["totals_disagree"]


def test_campaigns_are_matched_by_id_where_both_reports_have_it_although_one_was_renamed():
    ads = daily("A", -20, -1, campaign_id="7", campaign_name="old", **DAY)
    assert told(ads + campaigns(-20, -1, campaign_id="7", campaign_name="new", **DAY)) == []
    assert told(ads + campaigns(-20, -1, campaign_id="7", campaign_name="new", **{**DAY, "clicks": 30}))
    assert told(daily("A", -20, -1, **DAY) + campaigns(-20, -1, campaign_id="7", **{**DAY, "clicks": 30}))


def _day(day: int):
    return AS_OF + timedelta(days=day)
