"""A night killed after any of its writes and run again tells what an undisturbed one tells; so does a dry run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from api.services.nights import run_night, run_nights
from engine.store.account import AccountStore
from engine.store.database import Database
from engine.store.store import Store
from tests.api.lean_nights import lean_inbox, make_lean, without_times

AS_OF = date(2026, 11, 16)


class Killed(BaseException):
    """The process is gone: nothing after the write that just ended happens."""


class Killing:
    """Counts what a night writes for good, and ends the process after one of these writes."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.written, self.after = 0, -1
        write = Database.write

        @contextmanager
        def counted(database: Database, tenant: int) -> Iterator[Session]:
            with write(database, tenant) as session:
                yield session
            self.written += 1
            if self.written == self.after:
                raise Killed

        patch.setattr(Database, "write", counted)

    def start(self, after: int = -1) -> None:
        self.written, self.after = 0, after


@pytest.fixture
def accounts(store: Store, sample, monkeypatch) -> list[AccountStore]:
    """Accounts that are alike in everything but their number, one for every way a night can be cut short."""
    make_lean(monkeypatch)
    lean_inbox(sample)
    return [store.account_at(store.account(f"a{at}", "test").tenant, "default", "test") for at in range(8)]


def _told(account: AccountStore, **how) -> dict:
    return without_times(run_night(account, AS_OF, **how).as_dict("zh-TW"))


def test_a_night_killed_after_any_write_ends_as_an_undisturbed_one(accounts, monkeypatch):
    undisturbed = accounts.pop()
    head = undisturbed.audit.head().seq
    killing = Killing(monkeypatch)
    wanted = _told(undisturbed)
    writes, acts = killing.written, undisturbed.audit.head().seq - head
    assert [one["status"] for one in wanted["files"]] == ["imported", "imported"]
    assert wanted["recommendations"] and wanted["screenings"]
    assert writes == acts == 5  # two files, the recommendations, the screening, the night
    for after in range(1, writes + 1):
        account = accounts.pop()
        killing.start(after)
        with pytest.raises(Killed):
            run_night(account, AS_OF)
        killing.start()
        latest = account.nights.latest()
        assert latest is not None and latest.state == "interrupted"
        resumed = _told(account)
        assert resumed == wanted, f"killed after write {after}"
        assert account.audit.head().seq - head == acts and account.audit.verify().broken is None
        assert len(account.imports()) == 2 and len(account.list("night")) == 1
        ended = account.nights.latest()
        assert ended is not None and (ended.state, ended.night_id) == ("done", resumed["id"])


def test_a_dry_run_of_waiting_files_says_what_the_night_then_says_and_writes_nothing(accounts, monkeypatch):
    account = accounts.pop()
    head = account.audit.head()
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", None)
        patch.setattr(Database, "upkeep", None)
        tried = run_night(account, AS_OF, dry_run=True).as_dict("en")
    assert (account.audit.head(), account.imports(), account.nights.list()) == (head, [], [])
    real = run_night(account, AS_OF).as_dict("en")
    assert [one["status"] for one in tried["files"]] == ["dry_run", "dry_run"]
    assert tried["recommendations"]
    same = ("recommendations", "alerts", "judgement", "screenings", "notices", "status", "replay")
    assert {name: tried[name] for name in same} == {name: real[name] for name in same}
    again = run_night(account, AS_OF, dry_run=True).as_dict("en")
    assert again["files"] == real["files"]
    assert again["judgement"] == real["judgement"]


def test_exports_that_overlap_are_taken_in_once_however_often_the_night_runs(accounts):
    account = accounts.pop()
    first = _told(account)
    assert _told(account) == first
    following = run_night(account, AS_OF + timedelta(days=1)).as_dict("en")
    assert [one["status"] for one in following["files"]] == ["already_imported", "already_imported"]
    assert [one["rows"] for one in following["files"]] == [one["rows"] for one in first["files"]]
    assert len(account.imports()) == 2


def test_a_dry_run_makes_no_account(store, sample, monkeypatch):
    make_lean(monkeypatch)
    lean_inbox(sample, "new")
    (night,) = run_nights(store, ["new"], AS_OF, "test", dry_run=True)
    assert night.as_dict("en")["recommendations"]
    assert store.accounts() == []
