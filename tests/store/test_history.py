"""What an account looked like on any day can be replayed, whatever came in, in whatever order."""

from __future__ import annotations

from datetime import date

import pytest

from engine.store.account import AccountStore
from engine.store.imports import ImportOutcome
from tests.store.readings import MadeReading, reading, row

JANUARY = ("2025-01-01", "2025-01-31")


def day(number: int) -> date:
    return date(2025, 2, number)


def spends(account: AccountStore, known_on: date | None = None) -> dict[tuple[str, str], float]:
    facts = account.snapshot(known_on).facts
    keys = zip(facts["campaign_name"], facts["date_day"].dt.strftime("%m-%d"), strict=True)
    return dict(zip(keys, facts["spend"], strict=True))


def counts(outcome: ImportOutcome) -> tuple[int, int, int, int]:
    return outcome.rows_new, outcome.rows_restated, outcome.rows_unchanged, outcome.rows_withdrawn


def test_reimport_changes_nothing(account: AccountStore) -> None:
    file = reading(row("A", "2025-01-01", 10), row("B", "2025-01-01", 20))
    first = account.record_import(file, day(1))
    before = account.snapshot()
    for received in (day(1), day(9), date(2025, 1, 20)):
        again = account.record_import(file, received)
        assert (again.status, again.import_id) == ("already_imported", first.import_id)
        assert counts(again) == (0, 0, 2, 0)
    assert (account.snapshot().hash, account.snapshot().known_on) == (before.hash, before.known_on)
    assert len(account.imports()) == 1
    assert spends(account, date(2025, 1, 20)) == {}


def test_another_file_with_the_same_values_restates_nothing(account: AccountStore) -> None:
    rows = (row("A", "2025-01-01", 10), row("B", "2025-01-01", None))
    account.record_import(reading(*rows, sha256="first"), day(1))
    outcome = account.record_import(reading(*rows, sha256="second"), day(2))
    assert (outcome.status, counts(outcome)) == ("imported", (0, 0, 2, 0))


def test_restatement_keeps_predecessor(account: AccountStore) -> None:
    account.record_import(reading(row("A", "2025-01-01", 10), row("B", "2025-01-01", 20)), day(1))
    outcome = account.record_import(reading(row("A", "2025-01-01", 11), row("B", "2025-01-01", 20)), day(5))
    assert counts(outcome) == (0, 1, 1, 0)
    assert spends(account, day(4)) == {("A", "01-01"): 10, ("B", "01-01"): 20}
    assert spends(account, day(5)) == {("A", "01-01"): 11, ("B", "01-01"): 20}


def test_replay_as_known_then(account: AccountStore) -> None:
    account.record_import(reading(row("A", "2025-01-01", 1)), day(1))
    hashes = {number: account.snapshot(day(number)).hash for number in (1, 2)}
    account.record_import(reading(row("A", "2025-01-01", 2), row("A", "2025-01-02", 5)), day(3))
    account.record_import(reading(row("A", "2025-01-01", 3), row("A", "2025-01-02", 5)), day(6))
    assert spends(account, date(2025, 1, 31)) == {}
    assert spends(account, day(2)) == {("A", "01-01"): 1}
    assert spends(account, day(5)) == {("A", "01-01"): 2, ("A", "01-02"): 5}
    assert spends(account, day(6)) == spends(account) == {("A", "01-01"): 3, ("A", "01-02"): 5}
    assert hashes == {number: account.snapshot(day(number)).hash for number in (1, 2)}


def test_a_value_that_becomes_unknown_is_restated_and_not_zero(account: AccountStore) -> None:
    account.record_import(reading(row("A", "2025-01-01", 0)), day(1))
    assert counts(account.record_import(reading(row("A", "2025-01-01", None)), day(2))) == (0, 1, 0, 0)
    assert spends(account, day(1)) == {("A", "01-01"): 0}
    assert account.snapshot().facts["spend"].isna().tolist() == [True]


@pytest.mark.parametrize(
    "other",
    [
        row("B", "2025-01-10", 1, platform="meta"),
        row("B", "2025-01-10", 1, account_id="999"),
        row("B", "2025-01-10", 1, grain="ad", ad_name="x"),
        row("B", "2025-01-10", 1, breakdown="device", breakdown_value="mobile"),
        row("B", "2025-02-01", 1),
        row("B", "2024-12-31", 1),
        row("B", "2025-01-10", 1, period_end="2025-01-16"),
    ],
    ids=["platform", "account", "grain", "breakdown", "later", "earlier", "sums over days"],
)
def test_absent_row_is_withdrawn_only_inside_scope(account: AccountStore, other: dict[str, object]) -> None:
    account.record_import(reading(row("A", "2025-01-10", 1), row("C", "2025-01-11", 1)), day(1))
    account.record_import(reading(other), day(1))
    outcome = account.record_import(reading(row("A", "2025-01-10", 1), period=JANUARY), day(2))
    assert counts(outcome) == (0, 0, 1, 1)
    assert sorted(account.snapshot().facts["campaign_name"]) == ["A", "B"]
    assert sorted(account.snapshot(day(1)).facts["campaign_name"]) == ["A", "B", "C"]


def test_a_sum_that_reaches_over_the_edge_of_the_file_is_not_withdrawn(account: AccountStore) -> None:
    account.record_import(reading(row("A", "2025-01-27", 7, period_end="2025-02-02")), day(1))
    week = row("A", "2025-01-20", 5, period_end="2025-01-26")
    assert counts(account.record_import(reading(week, period=JANUARY), day(2))) == (1, 0, 0, 0)
    assert account.snapshot().facts["spend"].tolist() == [5, 7]
    inside = account.snapshot(start=date(2025, 1, 1), end=date(2025, 1, 31))
    assert inside.facts["spend"].tolist() == [5]


def test_a_withdrawn_row_that_returns_is_new_again(account: AccountStore) -> None:
    both = reading(row("A", "2025-01-01", 1), row("B", "2025-01-01", 2))
    account.record_import(both, day(1))
    account.record_import(reading(row("A", "2025-01-01", 1)), day(2))
    assert counts(account.record_import(both, day(3))) == (1, 0, 1, 0)
    assert [len(spends(account, day(number))) for number in (1, 2, 3)] == [2, 1, 2]


def test_a_file_that_comes_back_after_another_restates_back(account: AccountStore) -> None:
    old, new = reading(row("A", "2025-01-01", 1)), reading(row("A", "2025-01-01", 2))
    account.record_import(old, day(1))
    account.record_import(new, day(2))
    assert counts(account.record_import(old, day(3))) == (0, 1, 0, 0)
    assert [spends(account, day(number))["A", "01-01"] for number in (1, 2, 3)] == [1, 2, 1]


def test_a_late_file_takes_its_place_between(account: AccountStore) -> None:
    steady = row("B", "2025-01-01", 7)
    account.record_import(reading(row("A", "2025-01-01", 1), steady, row("C", "2025-01-01", 4)), day(1))
    account.record_import(reading(row("A", "2025-01-01", 3), steady, row("C", "2025-01-01", 4)), day(9))
    late = reading(row("A", "2025-01-01", 2), steady, row("D", "2025-01-01", 8))
    assert counts(account.record_import(late, day(5))) == (1, 1, 1, 1)
    assert spends(account, day(4)) == {("A", "01-01"): 1, ("B", "01-01"): 7, ("C", "01-01"): 4}
    assert spends(account, day(8)) == {("A", "01-01"): 2, ("B", "01-01"): 7, ("D", "01-01"): 8}
    assert spends(account, day(9)) == {("A", "01-01"): 3, ("B", "01-01"): 7, ("C", "01-01"): 4}


def test_a_late_file_gives_way_to_a_later_one_that_left_its_rows_out(account: AccountStore) -> None:
    account.record_import(reading(row("A", "2025-01-01", 1), period=JANUARY), day(9))
    account.record_import(reading(row("B", "2025-01-20", 2)), day(5))
    assert spends(account, day(5)) == {("B", "01-20"): 2}
    assert spends(account, day(9)) == {("A", "01-01"): 1}


def test_of_two_files_of_one_day_the_second_counts(account: AccountStore) -> None:
    files: list[MadeReading] = [reading(row("A", "2025-01-01", spend)) for spend in (1, 2)]
    for file in files:
        account.record_import(file, day(1))
    assert spends(account, day(1)) == {("A", "01-01"): 2}


def test_same_bytes_understood_otherwise_are_another_file(account: AccountStore) -> None:
    wrong = reading(row("A", "2025-01-01", 1), sha256="same", mapping={"Cost": "spend"})
    right = reading(row("A", "2025-01-01", 2), sha256="same", mapping={"Cost (net)": "spend"})
    account.record_import(wrong, day(1))
    assert counts(account.record_import(right, day(1))) == (0, 1, 0, 0)
    assert spends(account) == {("A", "01-01"): 2}
