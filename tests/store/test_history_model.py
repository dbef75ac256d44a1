"""Any files, in any order, received on any days: the store answers as the plainest model does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.store.account import AccountStore
from engine.store.store import Store
from engine.vocabulary import content_hash
from tests.store.model import File, Key, Model
from tests.store.readings import MadeReading, reading, row

_ACCOUNTS = itertools.count()
# A failing example is small as it is; shrinking it would take minutes.
PHASES = (Phase.explicit, Phase.generate)
DAYS = st.integers(1, 4)
KEYS = st.tuples(st.sampled_from(["x", "y"]), st.sampled_from(["A", "B"]), DAYS)


@st.composite
def files(draw: st.DrawFn) -> File:
    rows = draw(st.dictionaries(KEYS, st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=5))
    days = [key[2] for key in rows]
    first = draw(st.integers(1, min(days)))
    last = draw(st.integers(max(days), 4))
    return File(repr((sorted(rows.items(), key=repr), first, last)), tuple(rows.items()), first, last)


@st.composite
def receipts(draw: st.DrawFn) -> list[tuple[File, int]]:
    """A few files and the order in which they come in, some of them more than once."""
    known = draw(st.lists(files(), min_size=1, max_size=3))
    return draw(st.lists(st.tuples(st.sampled_from(known), st.integers(1, 5)), min_size=1, max_size=6))


def as_reading(file: File) -> MadeReading:
    rows = [
        row(campaign, date(2025, 1, day), value, account_id=account) for (account, campaign, day), value in file.rows
    ]
    return reading(*rows, period=(f"2025-01-0{file.first}", f"2025-01-0{file.last}"), sha256=content_hash(file.name))


def state(account: AccountStore, day: int) -> dict[Key, int | None]:
    facts = account.snapshot(date(2025, 2, day)).facts
    keys = zip(facts["account_id"], facts["campaign_name"], facts["date_day"].dt.day, strict=True)
    values = [None if spend != spend else int(spend) for spend in facts["spend"]]
    found = dict(zip(keys, values, strict=True))
    assert len(found) == len(facts)
    return found


def check(store: Store, received: list[tuple[File, int]]) -> None:
    account = store.account(f"account {next(_ACCOUNTS)}", "model")
    model = Model()
    for file, day in received:
        outcome = account.record_import(as_reading(file), date(2025, 2, day))
        counts = (outcome.rows_new, outcome.rows_restated, outcome.rows_unchanged, outcome.rows_withdrawn)
        assert (outcome.status, *counts) == model.receive(file, day)
    for day in sorted({day for _, day in received} | {28}):
        assert state(account, day) == model.state(day)


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('model') / Path('adcue.sqlite3')}")
    store.upgrade()
    yield store
    store.close()


@settings(max_examples=15, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(received=receipts())
def test_history_is_what_the_model_says(sqlite_store: Store, received: list[tuple[File, int]]) -> None:
    check(sqlite_store, received)


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(received=receipts())
def test_history_is_what_the_model_says_on_either_database(store: Store, received: list[tuple[File, int]]) -> None:
    check(store, received)
