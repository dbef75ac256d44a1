"""Accounts that hold almost nothing, or odd things, get an answer and never an error."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.metrics import additive
from engine.snapshot import Snapshot
from rules.judge import judge
from tests.rules.accounts import AS_OF, daily, facts, healthy, row, snapshot


def _names(said):
    return {r.subject.name for r in said.recommendations}


def test_an_empty_account_has_nothing_to_say():
    empty = facts([row(-1)]).iloc[:0]
    said = judge(Snapshot("acme", AS_OF, None, empty, "h"), AS_OF)
    assert (said.recommendations, said.findings, said.no_data) == ((), (), ())
    assert said.as_dict()["judged"]


@pytest.mark.parametrize("days", [1, 2, 5])
def test_one_ad_on_a_few_days(days):
    said = judge(snapshot(daily("A", -days, -1, impressions=1000, clicks=10, spend=99, conversions=0)), AS_OF)
    assert said.recommendations == ()
    assert {"low_ctr_vs_peers", "spend_no_conv"} <= {one.rule for one in said.no_data} or days <= 2


def test_all_zeros():
    said = judge(snapshot(healthy(impressions=0, clicks=0, spend=0, conversions=0)), AS_OF)
    assert said.recommendations == ()


def test_nothing_but_missing_values():
    missing = dict.fromkeys(("impressions", "clicks", "spend", "conversions"), math.nan)
    assert judge(snapshot(healthy(**missing)), AS_OF).recommendations == ()


def test_negative_corrections_and_clicks_without_impressions():
    rows = [*healthy(), *daily("odd", -40, -1, impressions=0, clicks=3, spend=-20, conversions=-1)]
    rows += daily("good 0", -1, -1, impressions=-500, clicks=-7, spend=-100, conversions=-2)
    assert judge(snapshot(rows), AS_OF).recommendations == ()


def test_names_of_any_script_and_with_separators():
    odd = 'a|b=c#d\\ "引號"，換行\n😀'
    rows = [r | {"campaign_name": odd, "ad_group_name": f"{odd}|"} for r in healthy()]
    rows += daily(odd, -40, -1, impressions=2000, clicks=30, spend=400, conversions=0, campaign_name=odd)
    said = judge(snapshot(rows), AS_OF)
    assert _names(said) == {odd}


def test_two_ads_of_one_name_stay_two_and_a_renamed_ad_stays_one():
    rows = [
        *healthy(),
        *daily("good 0", -40, -1, impressions=2000, clicks=30, spend=400, conversions=0, ad_group_name="H"),
    ]
    said = judge(snapshot(rows), AS_OF)
    assert [dict(r.subject.names)["ad_group"] for r in said.recommendations] == ["H"]
    renamed = [r | {"ad_id": r["ad_name"]} for r in healthy()]
    numbers = {"impressions": 2000, "clicks": 30, "spend": 400, "conversions": 0, "ad_id": "7"}
    renamed += [*daily("old name", -40, -15, **numbers), *daily("新名字", -14, -1, **numbers)]
    (one,) = judge(snapshot(renamed), AS_OF).recommendations
    assert one.subject.names["ad"] == "新名字" and one.spend_at_stake == 28 * 400


def test_a_blank_result_is_zero_only_where_the_platform_writes_no_zeros():
    blank = daily("blank", -40, -1, impressions=2000, clicks=30, spend=400)
    assert _names(judge(snapshot([*healthy(), *blank]), AS_OF)) == {"blank"}
    zero = daily("zero", -60, -58, impressions=20, clicks=0, spend=1, conversions=0)
    said = judge(snapshot([*healthy(), *zero, *blank]), AS_OF)
    assert said.recommendations == ()
    assert [one.subject.name for one in said.no_data if one.rule == "spend_no_conv"] == ["blank"]


def test_unlike_results_are_not_added_nor_compared():
    """Link clicks are cheap results: a purchase ad is not measured by their cost."""
    cheap = [r | {"result_indicator": "link_click", "conversions": 40.0} for r in healthy()]
    buys = [
        r | {"result_indicator": "purchase", "ad_name": f"buy {r['ad_name']}", "conversions": 0.1} for r in healthy()
    ]
    none = daily("slow", -40, -1, impressions=2000, clicks=30, spend=100, conversions=0, result_indicator="purchase")
    assert "slow" not in _names(judge(snapshot([*cheap, *buys, *none]), AS_OF))
    assert "slow" in _names(judge(snapshot([*cheap, *[r | {"result_indicator": "link_click"} for r in none]]), AS_OF))


def test_a_channel_that_never_converts_is_not_held_to_anothers_cost():
    brand = [
        r | {"campaign_type": "OUTCOME_AWARENESS", "conversions": 0.0, "ad_name": f"brand {r['ad_name']}"}
        for r in healthy(4)
    ]
    sales = [r | {"campaign_type": "OUTCOME_SALES"} for r in healthy()]
    said = judge(snapshot([*brand, *sales]), AS_OF)
    assert said.recommendations == ()
    untold = [one for one in said.no_data if one.reason.id == "rules.no_data.target"]
    assert sum(one.rule == "spend_no_conv" for one in untold) == 4


def test_a_week_long_row_counts_whole_or_not_at_all():
    numbers = {"spend": 7000, "impressions": 1, "clicks": 0, "conversions": 0}
    week = [row(day, "weekly", **numbers) for day in (-33, -12)]
    for one in week:
        one["period_end"] = one["date_day"] + timedelta(days=6)
    said = judge(snapshot([*healthy(), *week]), AS_OF)
    assert [f.code for f in said.findings] == ["cut_periods"]
    assert all(r.spend_at_stake <= 7000 for r in said.recommendations)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), ads=st.integers(1, 12), days=st.integers(1, 40), holes=st.floats(0, 0.9))
def test_any_account_gets_an_answer(seed, ads, days, holes):
    rng = np.random.default_rng(seed)
    rows = []
    for ad in range(ads):
        for day in range(-days, 0):
            if rng.random() < holes:
                continue
            values = {n: rng.choice([math.nan, 0.0, -1.0, float(rng.integers(0, 10**6))]) for n in additive()}
            rows.append(row(day, f"ad {ad}", platform=str(rng.choice(["meta", "line"])), **values))
    if rows:
        said = judge(snapshot(rows), AS_OF)
        assert len({r.id for r in said.recommendations}) == len(said.recommendations)
        assert all(math.isfinite(r.spend_at_stake) for r in said.recommendations)
        said.as_dict("en")
