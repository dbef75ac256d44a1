"""Looks at pages come back in the order of time, as known at an instant, and only in their own account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.store.account import AccountStore
from engine.store.probes import Look
from engine.store.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = "https://shop.example/冬季"


def look(minutes: int, ok: bool | None = False) -> Look:
    return Look(PAGE, NOON + timedelta(minutes=minutes), ok, None if ok is None else 500, "http_error")


def test_looks_are_read_between_two_instants(account: AccountStore, store: Store) -> None:
    kept = [look(0), look(11, ok=None), look(30, ok=True)]
    account.probes.keep([kept[2], kept[0], kept[1]])
    assert account.probes.known(NOON, NOON + timedelta(hours=1)) == kept
    assert account.probes.known(NOON, NOON + timedelta(minutes=30)) == kept[:2]
    assert account.probes.known(NOON + timedelta(minutes=1), NOON + timedelta(hours=1)) == kept[1:]
    assert store.account("other", "planner").probes.known(NOON, NOON + timedelta(hours=1)) == []


def test_no_look_leaves_no_trace(account: AccountStore) -> None:
    head = account.audit.head()
    account.probes.keep([])
    assert account.audit.head() == head
