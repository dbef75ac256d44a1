"""The learning phase ends with its days, or with the conversions the platform learns from; a word of it goes first."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from rules.entities import EPOCH
from rules.given import Given
from rules.judgement import Applied, Targets
from rules.protection import lately_changed, states_of
from rules.signals import SignalSource
from tests.rules.accounts import AS_OF, daily, facts

KEY = "{platform}|1|campaign=C|ad_group=G"


def _learning(rows, level="ad_group", states=None, changed=None):
    given = Given(pd.DataFrame(states) if states else None)
    source = SignalSource(facts(rows), (AS_OF - EPOCH).days, Targets(), given)
    _, learning = states_of(source, level, AS_OF, changed)
    return dict(zip(source.level(level).entities["ad_group_name"], learning.tolist(), strict=True))


def _group(name, first, conversions, platform="meta"):
    numbers = {"impressions": 1000, "clicks": 10, "spend": 100, "conversions": conversions}
    return [one | {"ad_group_name": name, "platform": platform} for one in daily("A", first, -1, **numbers)]


@pytest.mark.parametrize(
    ("platform", "conversions", "learning"),
    [("meta", 12.4, True), ("meta", 12.5, False), ("tiktok", 6.2, True), ("tiktok", 6.25, False), ("line", 90, True)],
)
def test_a_new_ad_group_learns_until_it_had_enough_conversions(platform, conversions, learning):
    rows = [*_group("old", -40, 9, platform), *_group("new", -4, conversions, platform)]
    assert _learning(rows) == {"old": False, "new": learning}


@pytest.mark.parametrize(("days", "learning"), [(3, True), (5, False), (8, False)])
def test_an_applied_change_counts_the_conversions_since_it(days, learning):
    rows = _group("G", -40, 10)
    done = [
        Applied("any", KEY.format(platform="meta"), AS_OF - timedelta(days=at), "cut_bid", -0.1) for at in (days, 20)
    ]
    changed = lately_changed(done, AS_OF)
    assert changed == ({} if days > 6 else {KEY.format(platform="meta"): AS_OF - timedelta(days=days)})
    assert _learning(rows, changed=changed) == {"G": learning}
    slow = _learning(_group("G", -40, 1), changed=changed)
    assert slow == {"G": days < 7}


@pytest.mark.parametrize("days", [2, 6])
def test_a_change_told_of_a_state_is_judged_like_one_applied(days):
    told = {"platform": "meta", "level": "ad_group", "id": "", "campaign_name": "C", "name": "G", "status": "active"}
    changed = told | {"changed_on": (AS_OF - timedelta(days=days)).isoformat()}
    assert _learning(_group("G", -40, 10), states=[changed]) == {"G": days * 10 < 50}
    for said in (True, False):  # the platform's own word goes before any count
        assert _learning(_group("G", -40, 10), states=[changed | {"learning": said}]) == {"G": said}


def test_the_day_of_the_change_itself_has_taught_nothing_yet():
    assert _learning(_group("G", -40, 500), changed={KEY.format(platform="meta"): AS_OF}) == {"G": True}


def test_conversions_nobody_reports_end_no_learning():
    rows = [{key: value for key, value in one.items() if key != "conversions"} for one in _group("new", -4, 0)]
    assert _learning([*_group("old", -40, 9), *rows])["new"]
