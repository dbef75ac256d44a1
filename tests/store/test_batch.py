"""Rows become keys and whole numbers without losing a cent, a name or a row."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store import packing
from engine.store.account import AccountStore
from engine.store.batch import encode
from engine.store.bulk import CHUNK
from engine.store.packing import occurrences, pack, text_codes
from engine.store.types import day_to_int, days_to_ints, int_to_day, ints_to_days
from tests.store.readings import large_reading, reading, row

DAY = date(2025, 2, 1)
NUMBERS = st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 3), min_size=1, max_size=20)


@given(st.lists(st.dates(date(1970, 1, 1), date(9998, 12, 31)), min_size=1))
def test_days_become_numbers_and_back(days: list[date]) -> None:
    column = np.array(days, dtype="datetime64[us]")
    numbers = days_to_ints(column)
    assert numbers.tolist() == [day_to_int(day) for day in days]
    assert [int_to_day(number) for number in numbers.tolist()] == days
    assert (ints_to_days(numbers) == column).all()
    assert (np.argsort(numbers, kind="stable") == np.argsort(column, kind="stable")).all()


@pytest.mark.parametrize("room", [2**62, 6])
@given(rows=NUMBERS)
def test_packed_rows_are_equal_where_the_rows_are(room: int, rows: list[tuple[int, int, int]]) -> None:
    with patch.object(packing, "_ROOM", room):
        packed = pack([np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)])
    assert [[a == b for a in packed] for b in packed] == [[a == b for a in rows] for b in rows]


@given(st.lists(st.sampled_from(["", None, "a", "b", "總計畫"]), max_size=12))
@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_missing_and_empty_text_are_the_same(dtype: str, texts: list[str | None]) -> None:
    codes, found = text_codes(pd.Series(texts, dtype=dtype))
    assert [found[code] for code in codes] == [text or "" for text in texts]
    assert found[0] == "" and len(set(found)) == len(found)


@given(st.lists(st.integers(0, 4)))
def test_rows_of_one_key_are_numbered_from_the_top(keys: list[int]) -> None:
    expected = [keys[:place].count(key) for place, key in enumerate(keys)]
    assert occurrences(np.array(keys, dtype=np.int64)).tolist() == expected


def test_rows_that_only_a_missing_id_could_tell_apart_are_both_kept(account: AccountStore) -> None:
    same = [row("A", "2025-01-01", spend) for spend in (1, 1, 2)]
    account.record_import(reading(*same), DAY)
    assert sorted(account.snapshot().facts["spend"]) == [1, 1, 2]
    outcome = account.record_import(reading(*same[:2], row("A", "2025-01-01", 3)), date(2025, 2, 2))
    assert (outcome.rows_unchanged, outcome.rows_restated) == (2, 1)


def test_a_renamed_campaign_with_an_id_is_the_same_one(account: AccountStore) -> None:
    for number, name in ((1, "春季"), (2, "春季 - 複本"), (3, "")):
        outcome = account.record_import(
            reading(row(name, "2025-01-01", 5, campaign_id="77"), sha256=str(number)), date(2025, 2, number)
        )
        assert outcome.rows_withdrawn == 0
    names = [account.snapshot(date(2025, 2, number)).facts["campaign_name"].tolist() for number in (1, 2, 3)]
    assert names == [["春季"], ["春季 - 複本"], ["春季 - 複本"]]


def test_a_renamed_campaign_without_an_id_is_another_one(account: AccountStore) -> None:
    account.record_import(reading(row("春季", "2025-01-01", 5)), DAY)
    outcome = account.record_import(reading(row("夏季", "2025-01-01", 5)), date(2025, 2, 2))
    assert (outcome.rows_new, outcome.rows_withdrawn) == (1, 1)


def test_of_two_names_in_one_file_the_later_day_counts(account: AccountStore) -> None:
    rows = [row("new", "2025-01-02", 1, campaign_id="7"), row("old", "2025-01-01", 1, campaign_id="7")]
    account.record_import(reading(*rows), DAY)
    assert account.snapshot().facts["campaign_name"].tolist() == ["new", "new"]


def test_an_id_is_never_taken_for_a_name() -> None:
    rows = [row("", "2025-01-01", 1, campaign_id="7"), row("7", "2025-01-01", 1), row("", "2025-01-01", 1)]
    assert len(encode(reading(*rows)).entities["id"].unique()) == 3


@pytest.mark.parametrize("field", ["result_indicator", "attribution", "currency", "breakdown_value", "ad_name"])
def test_what_cannot_be_added_is_kept_apart(account: AccountStore, field: str) -> None:
    account.record_import(reading(row("A", "2025-01-01", 1), row("A", "2025-01-01", 2, **{field: "USD"})), DAY)
    snapshot = account.snapshot()
    assert len(snapshot.facts) == 2
    assert sorted(snapshot.facts[field]) == sorted({row("A", "2025-01-01")[field], "USD"})
    assert snapshot.currency == (None if field == "currency" else "TWD")


@given(st.integers(-(2**53), 2**53), st.integers(0, 2**62), st.integers(0, 10**12))
def test_numbers_are_kept_exactly(micros: int, count: int, millionths: int) -> None:
    made = row("A", "2025-01-01", None, impressions=count, conversions=millionths / 1_000_000) | {"spend": micros}
    batch = encode(reading(made))
    kept = {name: column[0] for name, column in batch.measures.items()}
    assert (kept["spend"], kept["impressions"], kept["conversions"]) == (micros, count, millionths)


def test_money_and_fractions_come_back_in_units(account: AccountStore) -> None:
    made = row("A", "2025-01-01", None, conversions=2.345678, clicks=3) | {"spend": -1_234_567}
    account.record_import(reading(made), DAY)
    fact = account.snapshot().facts.iloc[0]
    assert (fact["spend"], fact["conversions"], fact["clicks"]) == (-1.234567, 2.345678, 3)
    assert fact[["impressions", "reach", "conversions_value"]].isna().all()


def test_more_rows_than_one_batch_are_all_written_all_read_and_told(account: AccountStore) -> None:
    rows = CHUNK + 7
    told: list[tuple[int, int]] = []
    file = large_reading(rows)
    outcome = account.record_import(file, DAY, on_progress=lambda done, total: told.append((done, total)))
    assert (outcome.rows_new, told) == (rows, [(CHUNK, rows), (rows, rows)])
    facts = account.snapshot().facts
    assert len(facts) == rows
    assert facts["impressions"].sum() == file.table["impressions"].sum()
    later = large_reading(rows, seed=1)
    outcome = account.record_import(later, date(2025, 2, 2), on_progress=lambda done, total: told.append((done, total)))
    assert (outcome.rows_restated, told[-1]) == (rows, (2 * rows, 2 * rows))
    assert account.snapshot().facts["impressions"].sum() == later.table["impressions"].sum()
    assert account.snapshot(DAY).facts["impressions"].sum() == file.table["impressions"].sum()


def test_rows_in_another_order_are_the_same_snapshot(account: AccountStore) -> None:
    rows = [row(name, "2025-01-01", spend) for spend, name in enumerate("CAB")]
    account.record_import(reading(*rows), DAY)
    first = account.snapshot()
    outcome = account.record_import(reading(*rows[::-1]), date(2025, 2, 2))
    assert outcome.rows_unchanged == 3
    assert account.snapshot().hash == first.hash
    assert first.facts["campaign_name"].tolist() == ["A", "B", "C"]
