"""Decides what nights leave behind that must not depend on how often they were killed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from engine.store.account import AccountStore
from engine.store.store import Store

ALL = 100_000
# When something was written, and where it stands in a chain that also holds what else was written meanwhile.
_MOMENTS = {"created_at", "at", "audit", "started_at", "ended_at"}


def told(value: Any) -> Any:
    """A document without its moments, at every depth."""
    if isinstance(value, Mapping):
        return {key: told(inner) for key, inner in value.items() if key not in _MOMENTS}
    return [told(inner) for inner in value] if isinstance(value, list | tuple) else value


def kept(url: str, since: Mapping[str, int]) -> dict[str, Any]:
    """Everything that a store's nights have left, account by account.

    ``since`` are the heads of the chains before the first night: who was invited before has an id drawn by chance.
    """
    store = Store(url)
    try:
        return {name: _of_account(store.account(name, "check"), since[name]) for name in store.accounts()}
    finally:
        store.close()


def _of_account(account: AccountStore, since: int) -> dict[str, Any]:
    lives = account.recommendations.list(ALL)
    nights = account.nights.list(ALL)
    acts = [act for act in account.audit.list(limit=ALL) if act.seq > since]
    assert acts
    facts = account.snapshot().facts
    return {
        "nights": [(one.as_of, one.replay, one.state, one.stage, one.night_id, one.problem) for one in nights],
        "documents": {
            kind: [(one.id, one.short_id, one.actor, told(one.document)) for one in account.list(kind, ALL)]
            for kind in ("night", "proposal", "screening")
        },
        "recommendations": [told(asdict(one)) for one in lives],
        "imports": [told(asdict(one)) for one in account.imports()],
        "facts": facts.sort_values(list(facts.columns)).to_csv(index=False),
        "acts": Counter((act.actor, act.action, act.subject) for act in acts),
    }


def check_whole(url: str) -> None:
    """Chains verify and, in SQLite, the file is whole."""
    store = Store(url)
    try:
        for name in store.accounts():
            assert store.account(name, "check").audit.verify().broken is None
    finally:
        store.close()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)


def check_over(url: str) -> None:
    """No night is under way, none was given up, and whoever comes next may begin."""
    store = Store(url)
    try:
        for name in store.accounts():
            account = store.account(name, "check")
            assert {one.state for one in account.nights.list(ALL)} == {"done"}
            account.leases.release(account.leases.take("night", "check", timedelta(minutes=1)))
    finally:
        store.close()
