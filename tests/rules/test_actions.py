"""What an action changes and what takes it back, within its cap, and never over somebody's later work."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages import LANGUAGES, Message, render
from rules.actions import (
    CLASS_OF,
    INVERSE,
    STEPS,
    WORDS,
    ActionClass,
    ActionType,
    Change,
    change_of,
    room_left,
    same_value,
    step_of,
    undo_of,
)

ACTIVE = {"status": "active", "bid": "20", "daily_budget": "1000"}


def test_every_action_has_a_class_and_a_meaning():
    assert set(CLASS_OF) == set(get_args(ActionType))
    assert set(CLASS_OF.values()) == set(get_args(ActionClass))
    assert set(STEPS) | set(WORDS) | {"alert"} == set(CLASS_OF)
    assert not set(STEPS) & set(WORDS)
    assert all(INVERSE[INVERSE[name]] == name for name in INVERSE if name != "exclude")


@pytest.mark.parametrize(
    ("action", "field", "after"),
    [
        ("pause", "status", "paused"),
        ("cut_bid", "bid", "18"),
        ("raise_bid", "bid", "22"),
        ("cut_budget", "daily_budget", "800"),
        ("raise_budget", "daily_budget", "1150"),
        ("shift_out", "daily_budget", "800"),
        ("shift_in", "daily_budget", "1150"),
    ],
)
def test_a_change_goes_from_what_is_to_what_is_wanted(action, field, after):
    change = change_of(action, ACTIVE, currency="TWD")
    assert (change.field, change.before, change.after, change.verified) == (field, ACTIVE[field], after, True)


def test_without_a_known_value_only_the_share_is_told():
    assert change_of("cut_bid", None) == Change("bid", None, None, -0.1, verified=False)
    assert change_of("pause", None) == Change("status", "active", "paused", verified=False)


def test_what_is_so_already_or_changes_nothing_is_said():
    told = [change_of("pause", {"status": "paused"}), change_of("alert", ACTIVE), change_of("resume", ACTIVE)]
    assert [one.id for one in told] == ["rules.action.already", "rules.action.nothing", "rules.action.already"]
    assert all(render(one, language) for one in told for language in LANGUAGES)


def test_a_cap_leaves_the_rest_of_its_room_and_then_nothing():
    assert change_of("cut_bid", ACTIVE, moved=0.15, currency="TWD").after == "19"
    assert change_of("cut_bid", ACTIVE, moved=0.2).id == "rules.action.cap_reached"
    wide = step_of("cut_bid", amount=0.3, cap=0.5, days=3)
    assert change_of("cut_bid", ACTIVE, step=wide, currency="TWD").after == "14"
    assert (wide.cap_days, step_of("pause"), step_of("cut_bid", amount=0.3).cap) == (3, None, 0.3)


@pytest.mark.parametrize(("value", "said"), [("2", "too_small"), ("0", "too_small"), ("5", "4"), ("1", "too_small")])
def test_whole_dollars_never_move_further_than_the_cap(value, said):
    change = change_of("cut_bid", {"bid": value}, currency="TWD")
    assert change.id.endswith(said) if isinstance(change, Message) else change.after == said


@pytest.mark.parametrize(
    ("before", "moved", "said"), [("7", 0.125, "too_small"), ("30", 0.15, "29"), ("20", 0.15, "19")]
)
def test_whole_dollars_never_move_further_than_what_is_left_of_the_cap(before, moved, said):
    """A bid of 8 that went to 7 has 7.5 % left of a fifth, which is less than a dollar of 7."""
    change = change_of("cut_bid", {"bid": before}, moved=moved, currency="TWD")
    assert change.id.endswith(said) if isinstance(change, Message) else change.after == said


def test_a_move_that_rounds_past_what_is_left_is_made_a_cent_less():
    assert change_of("raise_bid", {"bid": "33.33"}, step=step_of("raise_bid", amount=0.05)).after == "35.00"
    assert change_of("raise_bid", {"bid": "33.33"}, moved=0.15).after == "34.99"


@given(
    st.sampled_from(sorted(STEPS)),
    st.decimals(min_value="0.01", max_value=10**7, places=2),
    st.sampled_from(["TWD", "USD", None]),
    st.floats(0, 0.4),
)
def test_a_step_moves_the_right_way_within_its_cap_and_undo_restores_it(action, value, currency, moved):
    change = change_of(action, {STEPS[action].field: str(value)}, currency=currency, moved=moved)
    if isinstance(change, Message):
        return
    after = Decimal(change.after)
    assert (after - value) * STEPS[action].sign > 0
    assert abs(after - value) <= value * Decimal(str(STEPS[action].cap))
    assert abs(after - value) <= value * Decimal(str(room_left(STEPS[action], moved)))
    back, undone = undo_of(action, change, {change.field: change.after})
    assert (back, undone.before, undone.after) == (INVERSE[action], change.after, change.before)
    assert (1 + undone.share) * (1 + change.share) == pytest.approx(1)
    assert Change.from_dict(change.as_dict()) == change


def test_undo_is_refused_where_the_thing_changed_since():
    change = change_of("cut_bid", ACTIVE, currency="TWD")
    refused = undo_of("cut_bid", change, {"bid": "25"})
    assert refused.id == "rules.undo.changed_since" and "25" in render(refused, "zh-TW")
    assert undo_of("cut_bid", change, {"bid": "18.00"})[1].after == "20"
    assert undo_of("refresh", change_of("refresh"), None).id == "rules.undo.nothing"
    assert undo_of("cut_bid", change_of("cut_bid", None), None).id == "rules.undo.unknown"


def test_undo_without_a_later_look_is_marked_so():
    action, back = undo_of("pause", change_of("pause", ACTIVE), None)
    assert (action, back) == ("resume", Change("status", "paused", "active", verified=False))


def test_numbers_are_compared_as_numbers():
    assert same_value("500", "500.00") and same_value("active", "active")
    assert not same_value("500", "501") and not same_value("active", "1")
