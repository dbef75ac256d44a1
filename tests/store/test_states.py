"""A state is known from the day it was told, in whatever order files come in, and its last change is known too."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from engine.store.account import AccountStore
from engine.store.states import COLUMNS, Marking, StateRow, StateSource
from engine.store.store import Store

DAY = date(2026, 3, 2)


def ad(status: str = "active", /, **more: Any) -> StateRow:
    values: dict[str, Any] = {"platform": "meta", "level": "ad", "name": "A", "external_id": "7", "status": status}
    return StateRow(**(values | more))


def nth(days: int) -> date:
    return DAY + timedelta(days=days)


def told(account: AccountStore, day: date, column: str = "status") -> list[object]:
    return [None if pd.isna(value) else value for value in account.states.known(day)[column].tolist()]


def test_a_state_holds_from_its_day_until_the_next(account: AccountStore) -> None:
    assert account.states.mark([ad()], DAY, "export") == Marking(1, 0)
    head = account.audit.head()
    assert account.states.mark([ad()], nth(2), "export") == Marking(0, 1)
    assert account.audit.head() == head
    account.states.mark([ad("paused")], nth(4), "person")
    seen = [told(account, nth(day)) for day in (-1, 0, 3, 4, 9)]
    assert seen == [[], ["active"], ["active"], ["paused"], ["paused"]]
    assert told(account, nth(9), "source") == ["person"]


def test_a_late_file_takes_its_place_between(account: AccountStore) -> None:
    account.states.mark([ad("active")], DAY, "export")
    account.states.mark([ad("removed")], nth(10), "export")
    account.states.mark([ad("paused")], nth(5), "export")
    account.states.mark([ad("ended")], nth(-5), "export")
    seen = [told(account, nth(day)) for day in (-6, -5, 0, 5, 9, 10)]
    assert seen == [[], ["ended"], ["active"], ["paused"], ["paused"], ["removed"]]


def test_the_last_word_of_a_day_counts(account: AccountStore) -> None:
    account.states.mark([ad("active")], DAY, "export")
    account.states.mark([ad("paused")], DAY, "export")
    assert told(account, DAY) == ["paused"]


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        ({"bid": Decimal("9.5")}, 3),
        ({"daily_budget": Decimal(900)}, 3),
        ({"status": "paused"}, None),
        ({"name": "B"}, None),
    ],
)
def test_what_restarts_learning_is_a_change(account: AccountStore, after: dict[str, Any], changed: int | None) -> None:
    first: dict[str, Any] = {"bid": Decimal(10), "daily_budget": Decimal(1000)}
    account.states.mark([ad(**first)], DAY, "export")
    assert told(account, DAY, "changed_on") == [None]
    account.states.mark([ad(**(first | after))], nth(3), "export")
    account.states.mark([ad(**(first | after | {"review": "fine"}))], nth(6), "export")
    assert told(account, nth(9), "changed_on") == [None if changed is None else nth(changed)]


def test_what_a_table_does_not_tell_has_not_changed(account: AccountStore) -> None:
    first: dict[str, Any] = {"bid": Decimal(10), "daily_budget": Decimal(1000)}
    account.states.mark([ad(**first)], DAY, "export")
    account.states.mark([ad()], nth(2), "export")
    account.states.mark([ad(**first)], nth(4), "export")
    assert told(account, nth(9), "changed_on") == [None]
    account.states.mark([ad()], nth(6), "export")
    account.states.mark([ad(**(first | {"bid": Decimal(12)}))], nth(8), "export")
    assert told(account, nth(9), "changed_on") == [nth(8)]


def test_a_first_amount_is_no_change(account: AccountStore) -> None:
    account.states.mark([ad()], DAY, "export")
    account.states.mark([ad(bid=Decimal(10))], nth(2), "export")
    assert told(account, nth(9), "changed_on") == [None]


EXPORTED: dict[str, Any] = {
    "bid": Decimal(10), "daily_budget": Decimal(1000), "learning": True, "review": "fine", "review_reason": "r",
    "final_url": "https://example.com", "traits": {"Headline 1": "現做"}, "campaign_name": "C", "ad_group_name": "G",
}  # fmt: skip


@pytest.mark.parametrize("late", [False, True], ids=["export first", "export comes late"])
def test_a_persons_word_leaves_what_it_does_not_speak_of(account: AccountStore, late: bool) -> None:
    tables: list[tuple[list[StateRow], date, StateSource]] = [
        ([ad(**EXPORTED)], DAY, "export"),
        ([ad("paused", name="")], nth(3), "person"),
    ]
    for rows, day, source in tables[::-1] if late else tables:
        account.states.mark(rows, day, source)
    (known,) = account.states.known(nth(5)).to_dict("records")
    assert (known["status"], known["source"], known["changed_on"]) == ("paused", "person", None)
    assert {name: known[name] for name in EXPORTED} == {**EXPORTED, "bid": 10.0, "daily_budget": 1000.0}
    assert known["name"] == "A"
    account.states.mark([ad("paused", bid=Decimal(8))], nth(4), "person")
    assert told(account, nth(5), "bid") == [8.0] and told(account, nth(5), "changed_on") == [nth(4)]


def test_a_persons_word_of_the_same_day_leaves_the_rest_too(account: AccountStore) -> None:
    account.states.mark([ad(**EXPORTED)], DAY, "export")
    account.states.mark([ad("paused")], DAY, "person")
    assert (told(account, DAY), told(account, DAY, "bid")) == (["paused"], [10.0])
    assert told(account, DAY, "traits") == [EXPORTED["traits"]]


def test_a_person_who_says_what_is_known_says_nothing_new(account: AccountStore) -> None:
    account.states.mark([ad(**EXPORTED)], DAY, "export")
    assert account.states.mark([ad("active")], nth(2), "person") == Marking(0, 1)
    assert account.states.mark([ad("paused")], nth(2), "person") == Marking(1, 0)


def test_an_export_says_all_there_is(account: AccountStore) -> None:
    account.states.mark([ad(**EXPORTED)], DAY, "export")
    account.states.mark([ad("paused")], nth(2), "person")
    account.states.mark([ad("paused")], nth(4), "export")
    assert told(account, nth(5), "bid") == [None] and told(account, nth(5), "traits") == [{}]


def test_starting_again_is_a_change(account: AccountStore) -> None:
    for days, status in ((0, "active"), (2, "paused"), (5, "active")):
        account.states.mark([ad(status)], nth(days), "export")
    assert told(account, nth(4), "changed_on") == [None]
    assert told(account, nth(5), "changed_on") == [nth(5)]


def test_money_comes_back_in_units(account: AccountStore) -> None:
    account.states.mark([ad(bid=Decimal("9.25"), daily_budget=Decimal(1000))], DAY, "export")
    frame = account.states.known(DAY)
    assert (frame["bid"].tolist(), frame["daily_budget"].tolist()) == ([9.25], [1000.0])
    assert tuple(frame.columns) == COLUMNS and frame["id"].tolist() == ["7"]


def test_names_stand_in_for_an_id(account: AccountStore) -> None:
    rows = [ad(external_id="", campaign_name=c, ad_group_name="G", name="同名") for c in ("一", "二")]
    account.states.mark(rows, DAY, "export")
    assert account.states.mark(rows, nth(1), "export") == Marking(0, 2)
    assert set(told(account, DAY, "campaign_name")) == {"一", "二"}


def test_another_account_is_told_nothing(store: Store, account: AccountStore) -> None:
    account.states.mark([ad()], DAY, "export")
    other = store.account("other", "cli")
    assert other.states.known(DAY).empty
    other.states.mark([ad("paused")], DAY, "export")
    assert told(account, DAY) == ["active"]
