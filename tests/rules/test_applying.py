"""What a policy lets pass, within its caps, and when a change may still be made or is seen to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages import LANGUAGES, render
from rules.actions import Change
from rules.applying import Day, Policy, Wish, approvable, seen_applied, stale

ON = date(2026, 3, 2)
POLICY = Policy(frozenset({"a", "b"}), 0.10, 2, ON, ON + timedelta(days=9))
WISH = Wish("1", "a", "pause", 10.0, certain=True, changes=True)
DAY = Day(ON, 1_000.0)


def why(wish, policy=POLICY, day=DAY):
    ((_, refused),) = approvable([wish], policy, day)
    if refused is None:
        return "approved"
    assert all(render(refused, language) for language in LANGUAGES)
    return refused.id.removeprefix("rules.policy.")


@pytest.mark.parametrize(
    ("wish", "policy", "day", "said"),
    [
        (WISH, POLICY, DAY, "approved"),
        (WISH, None, DAY, "none"),
        (WISH, POLICY, replace(DAY, on=ON - timedelta(days=1)), "over"),
        (WISH, POLICY, replace(DAY, on=POLICY.valid_until), "approved"),
        (WISH, POLICY, replace(DAY, on=POLICY.valid_until + timedelta(days=1)), "over"),
        (replace(WISH, rule="c"), POLICY, DAY, "rule"),
        (replace(WISH, action="alert"), POLICY, DAY, "action"),
        (replace(WISH, action="refresh"), POLICY, DAY, "action"),
        (replace(WISH, certain=False), POLICY, DAY, "unsure"),
        (replace(WISH, changes=False), POLICY, DAY, "no_change"),
        (replace(WISH, spend=100.0), POLICY, DAY, "approved"),
        (replace(WISH, spend=100.1), POLICY, DAY, "spend"),
        (WISH, POLICY, replace(DAY, touched=95.0), "spend"),
        (WISH, POLICY, replace(DAY, changes=2), "changes"),
        (WISH, POLICY, replace(DAY, spend=0.0), "spend"),
    ],
)
def test_a_policy_approves_only_what_it_covers(wish, policy, day, said):
    assert why(wish, policy, day) == said


@given(
    st.lists(st.tuples(st.floats(0, 500), st.booleans(), st.sampled_from("abc")), max_size=12),
    st.integers(0, 4),
    st.floats(0, 1),
)
def test_no_day_goes_over_its_caps_whatever_is_wished(drawn, changes, share):
    wishes = [
        Wish(str(n), rule, "pause", spend, certain, changes=True) for n, (spend, certain, rule) in enumerate(drawn)
    ]
    policy = replace(POLICY, max_changes_per_day=changes, max_spend_share=share)
    answered = approvable(wishes, policy, DAY)
    passed = [wish for wish, refused in answered if refused is None]
    assert sorted(wish.id for wish, _ in answered) == sorted(wish.id for wish in wishes)
    assert len(passed) <= changes and sum(wish.spend for wish in passed) <= share * DAY.spend + 1e-9
    assert all(wish.rule in policy.rules and wish.certain for wish in passed)
    assert approvable(wishes[::-1], policy, DAY) == answered


def test_a_change_is_stale_once_its_value_moved():
    change = Change("bid", "20", "18", -0.1)
    assert stale(change, None) is stale(change, {"bid": "20.00"}) is stale(change, {"bid": None}) is None
    assert stale(change, {"bid": "25"}).id == "rules.action.stale"
    assert stale(change, {"bid": "18"}).id == "rules.action.already"
    assert stale(replace(change, before=None), {"bid": "25"}) is None


def test_a_change_is_seen_only_where_the_value_is_the_one_wanted():
    change = Change("status", "active", "paused")
    assert seen_applied(change, {"status": "paused"})
    assert not any(seen_applied(change, state) for state in (None, {}, {"status": None}, {"status": "active"}))
    assert not seen_applied(replace(change, after=None), {"status": "paused"})
