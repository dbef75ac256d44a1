"""Weekly history: one grain a day, complete weeks, credit factors, unlike results."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.errors import InputError
from engine.messages import LANGUAGES, render
from optimizer.history import WeeklyHistory, weekly_history
from tests.optimizer.frames import day_facts, facts


def weeks(history: WeeklyHistory, channel: str) -> list[tuple[float, float, bool]]:
    rows = history.frame[history.frame["channel"] == channel]
    return [(r.spend, r.result, bool(r.complete)) for r in rows.itertuples()]


def ids(history: WeeklyHistory) -> list[str]:
    return [warning.id for warning in history.warnings]


def test_two_complete_weeks_are_summed():
    history = weekly_history(facts(day_facts()), "conversions")
    assert history.channels == ("google_ads/search",)
    assert weeks(history, "google_ads/search") == [(700.0, 35.0, True), (700.0, 35.0, True)]
    assert history.frame["week"].tolist() == [pd.Timestamp("2025-01-06"), pd.Timestamp("2025-01-13")]
    assert history.warnings == ()


def test_a_partial_week_is_kept_and_flagged():
    history = weekly_history(facts(day_facts(days=10)), "conversions")
    assert weeks(history, "google_ads/search") == [(700.0, 35.0, True), (300.0, 15.0, False)]
    assert ids(history) == ["optimizer.history.partial_weeks"]


def test_a_day_absent_from_the_whole_account_leaves_its_week_incomplete():
    rows = [row for row in day_facts() if row["date_day"] != pd.Timestamp("2025-01-08")]
    assert weeks(weekly_history(facts(rows), "conversions"), "google_ads/search")[0] == (600.0, 30.0, False)


def test_a_paused_channel_of_a_present_account_spent_nothing():
    rows = day_facts() + day_facts(days=7, campaign_type="display", spend=10.0, conversions=1.0)
    history = weekly_history(facts(rows), "conversions")
    assert weeks(history, "google_ads/display") == [(70.0, 7.0, True), (0.0, 0.0, True)]


def test_grains_are_never_added_and_their_difference_is_told():
    ads = day_facts(grain="ad", spend=60.0, conversions=3.0, ad_id="a")
    ads += day_facts(grain="ad", spend=30.0, conversions=2.0, ad_id="b")
    history = weekly_history(facts(day_facts() + ads), "conversions")
    assert weeks(history, "google_ads/search") == [(700.0, 35.0, True), (700.0, 35.0, True)]
    (warning,) = history.warnings
    assert warning.id == "optimizer.history.grains_differ"
    assert warning.values["stated"] == "1,260"
    assert warning.values["sum"] == "1,400"
    assert all(render(warning, language) for language in LANGUAGES)


def test_agreeing_grains_are_silent():
    ads = day_facts(grain="ad", spend=70.0, conversions=3.0, ad_id="a")
    ads += day_facts(grain="ad", spend=30.0, conversions=2.0, ad_id="b")
    assert weekly_history(facts(day_facts() + ads), "conversions").warnings == ()


def test_the_more_complete_grain_is_used():
    history = weekly_history(facts(day_facts(spend=50.0) + day_facts(grain="ad", spend=100.0)), "conversions")
    assert weeks(history, "google_ads/search")[0][0] == 700.0


def test_a_breakdown_is_another_picture_of_the_same_money():
    placements = day_facts(spend=40.0, breakdown="placement", breakdown_value="x")
    placements += day_facts(spend=60.0, breakdown="placement", breakdown_value="y", conversions=0.0)
    history = weekly_history(facts(day_facts() + placements), "conversions")
    assert weeks(history, "google_ads/search")[0] == (700.0, 35.0, True)


def test_a_type_missing_in_one_export_is_taken_from_another():
    ads = day_facts(grain="ad", spend=100.0)
    for row in ads:
        row["campaign_type"] = ""
    types = day_facts(days=1, spend=0.0, conversions=0.0, start="2024-12-30")
    history = weekly_history(facts(ads + types), "conversions")
    assert history.channels == ("google_ads/search",)


def test_period_rows_are_not_spread():
    rows = [*day_facts(), {**day_facts(days=1)[0], "period_end": "2025-01-31", "spend": 9999.0}]
    history = weekly_history(facts(rows), "conversions")
    assert weeks(history, "google_ads/search")[0][0] == 700.0
    assert ids(history) == ["optimizer.history.period_rows"]


def test_credit_factors_weigh_a_platform():
    rows = day_facts() + day_facts(platform="meta", campaign_type="sales")
    history = weekly_history(facts(rows), "conversions", credit={"meta": 0.5})
    assert weeks(history, "meta/sales")[0][1] == 17.5
    assert weeks(history, "google_ads/search")[0][1] == 35.0
    assert history.credit == {"meta": 0.5}


def test_blank_results_beside_reported_ones_are_none():
    rows = day_facts(days=7) + day_facts(start="2025-01-13", days=7, conversions=None)
    assert weeks(weekly_history(facts(rows), "conversions"), "google_ads/search")[1][1] == 0.0


def test_results_an_account_never_reports_are_unknown():
    history = weekly_history(facts(day_facts(conversions=None)), "conversions")
    assert history.frame["result"].isna().all()


def test_unlike_results_are_not_added():
    rows = day_facts(platform="meta", campaign_type="sales", result_indicator="purchase")
    rows += day_facts(platform="meta", campaign_type="traffic", result_indicator="link_click", spend=10.0)
    history = weekly_history(facts(rows), "conversions")
    assert history.channels == ("meta/sales",)
    assert ids(history) == ["optimizer.history.unlike_results"]
    chosen = weekly_history(facts(rows), "conversions", indicators={"meta": "link_click"})
    assert chosen.channels == ("meta/traffic",)


def test_by_platform_adds_its_campaign_types():
    rows = day_facts() + day_facts(campaign_type="display", spend=10.0, conversions=1.0)
    assert weeks(weekly_history(facts(rows), "conversions", by="platform"), "google_ads")[0] == (770.0, 42.0, True)


@pytest.mark.parametrize(("result", "by"), [("reach", "channel"), ("spend", "channel"), ("conversions", "ad")])
def test_what_cannot_be_added_is_refused(result: str, by: str):
    with pytest.raises(InputError) as refused:
        weekly_history(facts(day_facts()), result, by=by)
    assert refused.value.text("zh-TW") != refused.value.text("en")


def test_a_negative_credit_is_refused():
    with pytest.raises(InputError, match="Credit factor"):
        weekly_history(facts(day_facts()), "conversions", credit={"meta": -1.0})
