"""A night is one row from its first attempt to its end; one whose process is gone is read as interrupted."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

from engine.store.account import AccountStore
from engine.store.leases import this_process
from engine.store.store import Store
from tests.store.readings import reading, row

DAY = date(2026, 11, 16)
HOUR = timedelta(hours=1)


def test_a_night_from_its_first_attempt_to_its_end(account: AccountStore, store: Store) -> None:
    held = account.leases.take("night", this_process(), HOUR)
    night = account.under(held).nights.begin(DAY, replay=False)
    assert (night.state, night.stage, night.attempts, night.ended_at) == ("running", "", 1, None)
    assert account.nights.tell(night.id, "rules").stage == "rules"
    assert account.nights.latest() == account.nights.list()[0] == store.latest_nights()[account.name]
    account.nights.end(night.id, "failed", problem={"en": {"code": "x"}})
    again = account.nights.begin(DAY, replay=False)
    assert (again.id, again.attempts, again.problem) == (night.id, 2, None)
    ended = account.nights.end(night.id, "done", "0" * 64)
    assert ended.ended_at is not None and ended.started_at == again.started_at
    assert (ended.state, ended.night_id, account.nights.list()) == ("done", "0" * 64, [ended])


def test_a_night_whose_process_is_gone_is_interrupted(account: AccountStore, store: Store) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    holder = f"{this_process().partition('/')[0]}/{gone.pid}/"
    held = account.leases.take("night", holder, HOUR)
    night = account.under(held).nights.begin(DAY, replay=False)
    account.nights.tell(night.id, "pick_up")
    latest = account.nights.latest()
    assert latest is not None and (latest.state, latest.stage) == ("interrupted", "pick_up")
    assert store.latest_nights()[account.name] == latest
    held = account.leases.take("night", this_process(), HOUR)
    following = account.under(held).nights.begin(DAY + timedelta(days=1), replay=False)
    assert [one.state for one in account.nights.list()] == ["running", "interrupted"]
    assert account.nights.latest() == following


def test_a_replay_is_of_a_day_before_something_known(account: AccountStore, store: Store) -> None:
    assert not account.nights.is_replay(DAY)
    account.record_import(reading(row("A", "2026-11-01", 1)), DAY)
    assert account.nights.is_replay(DAY - timedelta(days=1))
    assert not account.nights.is_replay(DAY)
    later = account.nights.begin(DAY + timedelta(days=3), replay=False)
    assert account.nights.is_replay(DAY)
    account.nights.end(later.id, "failed")
    assert not account.nights.is_replay(DAY)
    replay = account.nights.begin(DAY - timedelta(days=1), replay=True)
    account.nights.end(replay.id, "done")
    assert account.nights.latest() == store.latest_nights()[account.name] == account.nights.list(1)[0]
    assert [one.replay for one in account.nights.list()] == [False, True]


def test_each_account_has_its_own_nights(account: AccountStore, store: Store) -> None:
    other = store.account("another", "cli")
    other.nights.begin(DAY, replay=False)
    assert (account.nights.latest(), account.nights.list()) == (None, [])
    assert store.latest_nights()[account.name] is None
