"""Whole accounts whose advice hangs together: a cut that waits, money that is freed, a creative in several ads."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from engine.messages import LANGUAGES, render
from rules.given import Given, PlanLine
from rules.judge import judge
from rules.judgement import Targets
from rules.loading import shipped_packs
from tests.rules.accounts import AS_OF, daily, snapshot

RULES = {pack.id: (pack, ref) for pack, ref in shipped_packs()}


def _judge(rows, packs, given=None, targets=None):
    chosen = [RULES[name] for name in packs]
    return judge(snapshot(rows), AS_OF, packs=chosen, targets=targets, given=given, resolver="reference")


def _by_rule(said):
    return {(one.rule.name, one.subject.name): one for one in said.recommendations}


def _ad(name, spend, conversions, group="G", campaign="C", days=-60):
    placed = {"ad_group_name": group, "campaign_name": campaign}
    return [
        r | placed for r in daily(name, days, -1, impressions=2000, clicks=30, spend=spend, conversions=conversions)
    ]


TARGETS = Targets({"meta": 300.0})


@pytest.mark.parametrize(("others", "because"), [(2, "child_stopped"), (24, "kept")])
def test_a_group_waits_with_its_cut_where_a_stop_explains_it(others, because):
    """Where some 370 a conversion are accepted, each of the others costs 110 too much a day and the dead ad 1,500."""
    rows = [*_ad("dead", 1500, 0), *(one for at in range(others) for one in _ad(f"ad {at}", 480, 1))]
    found = _by_rule(_judge(rows, ["spend_no_conv", "cpa_over"], targets=TARGETS))
    stop, cut = found["spend_no_conv", "dead"], found["cpa_over", "G"]
    assert stop.decision == "kept"
    assert (cut.because, cut.beaten_by) == (because, f"spend_no_conv:{stop.entity}" if because != "kept" else None)
    assert all("spend_no_conv" in render(cut.trail[-1], language) for language in LANGUAGES) == (because != "kept")


def test_a_group_does_not_wait_for_an_ad_that_is_spared():
    rows = [*_ad("dead", 1500, 0), *_ad("one", 480, 1), *_ad("two", 480, 1)]
    learning = {"platform": "meta", "level": "ad", "id": "", "campaign_name": "C", "ad_group_name": "G", "name": "dead"}
    states = pd.DataFrame([learning | {"status": "active", "learning": True}])
    found = _by_rule(_judge(rows, ["spend_no_conv", "cpa_over"], Given(states), TARGETS))
    assert found["spend_no_conv", "dead"].because == "learning" and found["cpa_over", "G"].because == "kept"


def _budget(campaign, amount):
    named = {"platform": "meta", "level": "campaign", "id": "", "name": campaign, "status": "active"}
    return named | {"daily_budget": amount}


WINNER = _ad("w", 1000, 8, "W", "winner")
CAPPED = pd.DataFrame([_budget("winner", 1000), _budget("loser", 5000)])


@pytest.mark.parametrize(
    ("rows", "plan", "because"),
    [
        (WINNER, (), "no_budget"),
        ([*WINNER, *_ad("d", 2500, 0, "L", "loser"), *_ad("e", 900, 3, "L", "loser")], (), "budget_freed"),
        (WINNER, (1.5,), "budget_free"),
        (WINNER, (1.0,), "no_budget"),
    ],
    ids=["nothing freed", "freed by a stop elsewhere", "plan has money left", "plan is on its course"],
)
def test_more_budget_is_proposed_only_where_some_is_to_be_had(rows, plan, because):
    lines = [PlanLine("meta", AS_OF - timedelta(days=20), AS_OF + timedelta(days=19), 40_000 * share) for share in plan]
    said = _by_rule(_judge(rows, ["budget_capped_winner", "spend_no_conv"], Given(CAPPED, tuple(lines)), TARGETS))
    one = said["budget_capped_winner", "winner"]
    assert one.because == because and (one.decision == "kept") == (because != "no_budget")
    told = [render(one.trail[-1], language) for language in LANGUAGES]
    assert all("spend_no_conv" in text for text in told) == (because == "budget_freed")
    assert (one.change is not None and one.change.after) == "1150"


def _worn(name, group):
    numbers = {"impressions": 9000, "spend": 300, "conversions": 1}
    early = daily(name, -60, -31, clicks=180, reach=8000, **numbers)
    late = daily(name, -30, -1, clicks=60, reach=1000, **numbers)
    return [one | {"ad_group_name": group} for one in (*early, *late)]


def _creatives(told):
    rows = [row for group in ("G1", "G2", "G3") for row in _worn("果汁", group)]
    for at in range(6):
        placed = {"ad_group_name": f"G{at % 3 + 1}"}
        steady = daily(f"steady {at}", -60, -1, impressions=9000, clicks=180, spend=300, conversions=1, reach=8000)
        rows += [one | placed for one in steady]
    named = {"platform": "meta", "level": "ad", "id": "", "campaign_name": "C", "name": "果汁", "status": "active"}
    states = [named | {"ad_group_name": group} | more for group, more in told.items()]
    said = _judge(rows, ["creative_fatigue"], Given(pd.DataFrame(states) if states else None))
    return sorted((one.because, one.subject.names["ad_group"]) for one in said.recommendations)


def test_one_creative_in_three_ads_is_renewed_once():
    once = [("kept", "G1"), ("same_creative", "G2"), ("same_creative", "G3")]
    assert _creatives({}) == once  # the name is all there is
    ids = {"G1": {"creative_id": "7"}, "G2": {"creative_id": "8"}, "G3": {"creative_id": "8"}}
    assert _creatives(ids) == [("kept", "G1"), ("kept", "G2"), ("same_creative", "G3")]
    texts = {
        group: {"traits": {"Headline 1": text, "Final URL": group}} for group, text in zip(ids, "甲乙乙", strict=True)
    }
    assert _creatives(texts) == [("kept", "G1"), ("kept", "G2"), ("same_creative", "G3")]
