"""Runs are worked on once, under a lease, whatever breaks off, is cancelled, loses its lease or has to stop."""

from __future__ import annotations

import os
import threading
import time

import pytest

from api.jobs import worker
from api.jobs.kinds import kinds
from api.jobs.tidying import LEFT_SECONDS, tidy
from api.jobs.worker import MOST_WAITING
from engine.errors import StoreError
from engine.store.account_work import AccountLeases, AccountRuns
from tests.jobs.held import WAIT, Held, ended, keeps, until
from tests.soak.files import ROWS, export


def test_the_kinds_of_work_are_those_that_are_answered():
    from typing import get_args

    from api.v1.answers.runs import RunKind

    assert set(kinds()) == set(get_args(RunKind))


def test_each_run_is_done_once_by_whichever_thread(account, start, work):
    seen = []
    work(lambda account, request, live: seen.append(request["n"]) or keeps(account, request, live))
    runs = [account.runs.ask("night", {"n": number}) for number in range(12)]
    first, second = start("here", 3), start("there", 3)
    for run in runs:
        over = ended(first, account, run)
        assert over.attempts == 1
        assert account.get("night", over.outcome["record"]).document == {"n": runs.index(run)}
    assert sorted(seen) == list(range(12))
    assert len(account.audit.list(action="night.kept", limit=50)) == 12
    second.stop(1)


def test_a_run_that_ends_before_its_thread_begins_it_costs_no_thread(account, start, work, monkeypatch):
    work(keeps)
    begin, lost = AccountRuns.begin, account.runs.ask("night", {"n": 1})

    def cancelled_just_before(runs, run):
        if run == lost.id:
            account.runs.cancel(run)
        return begin(runs, run)

    monkeypatch.setattr(AccountRuns, "begin", cancelled_just_before)
    jobs, after = start(), account.runs.ask("night", {"n": 2})
    ended(jobs, account, after)
    assert account.runs.read(lost.id).state == "cancelled"
    assert [entry.document["n"] for entry in account.list("night")] == [2]


@pytest.mark.parametrize("broken", ["read", "begin", "tell", "end", "release", "renew"])
@pytest.mark.parametrize("error", [StoreError("engine.store.away", where="x", detail="y"), RuntimeError("x")])
def test_a_store_that_fails_at_any_step_costs_no_thread_and_no_work(account, start, work, monkeypatch, broken, error):
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.05)
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.05)

    def told(account, request, live):
        live.stage("read", 0, 1)
        time.sleep(0.2)
        return keeps(account, request, live)

    work(told)
    of, failed = AccountLeases if broken in ("release", "renew") else AccountRuns, []
    whole = getattr(of, broken)

    def breaks_once(*given):
        if threading.current_thread().name.startswith("adcue") and not failed:
            failed.append(broken)
            raise error
        return whole(*given)

    monkeypatch.setattr(of, broken, breaks_once)
    run = account.runs.ask("night", {"n": 1})
    jobs = start()
    over = jobs.wait(account, run.id, WAIT)
    if broken == "tell" and isinstance(error, RuntimeError):
        assert over.outcome["problem"]["en"]["code"] == "api.unexpected"
    else:
        assert over.state == "done"
    assert failed == [broken]
    ended(jobs, account, account.runs.ask("night", {"n": 2}))
    assert {thread.name for thread in jobs._threads if thread.is_alive()} == {"adcue-job-0", "adcue-heartbeat"}


def test_an_import_that_was_written_before_it_was_cut_short_is_told_as_what_it_was(
    account, start, data_dir, monkeypatch
):
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.05)
    whole, told = AccountRuns.end, []

    def cut_short(runs, run, state, outcome):
        told.append(outcome)
        if len(told) == 1:
            raise StoreError("engine.store.away", where="x", detail="y")
        return whole(runs, run, state, outcome)

    monkeypatch.setattr(AccountRuns, "end", cut_short)
    (data_dir / "uploads").mkdir(parents=True)

    def asked(name: str):
        (data_dir / "uploads" / name).write_bytes(export(0).content)
        request = {"stored_as": name, "name": "a.csv", "received": "2026-01-01", "dry_run": False, "hints": {}}
        return account.runs.ask("file_import", request)

    jobs = start()
    first = ended(jobs, account, asked("1.csv"))
    assert (first.attempts, first.outcome) == (2, told[0])
    assert (first.outcome["status"], first.outcome["words"]["en"]["status"]) == (201, "imported")
    assert first.outcome["words"]["en"]["rows_new"] == ROWS
    again = ended(jobs, account, asked("2.csv"))
    assert (again.outcome["status"], again.outcome["words"]["en"]["status"]) == (200, "already_imported")
    assert len(account.imports()) == 1


def test_a_store_that_stays_away_ends_the_run_with_its_own_problem(account, start, work, monkeypatch):
    monkeypatch.setattr(worker, "AWAY_SECONDS", 0.01)

    def away(account, request, live):
        raise StoreError("engine.store.full", where="x", detail="y")

    work(away)
    over = ended(start(), account, account.runs.ask("night", {"n": 1}), "failed")
    assert over.outcome["problem"]["en"]["code"] == "engine.store.full"
    assert over.attempts == 5


def test_a_run_that_brings_the_service_down_is_given_up(account, start, work):
    work(keeps)
    run = account.runs.ask("night", {"n": 1})
    for _ in range(5):
        account.runs.begin(run.id)
    over = ended(start(), account, run, "failed")
    assert {language: told["code"] for language, told in over.outcome["problem"].items()} == {
        "zh-TW": "api.run.crashed",
        "en": "api.run.crashed",
    }
    assert account.list("night") == []


def test_a_cancel_asked_for_in_another_process_is_heard(account, start, work, monkeypatch):
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.05)
    slow = Held()
    work(slow)
    run = account.runs.ask("night", {"n": 1})
    jobs = start()
    assert slow.begun.wait(WAIT)
    assert account.runs.cancel(run.id).state == "running"
    ended(jobs, account, run, "cancelled")
    assert account.list("night") == []
    assert [act.action for act in account.audit.list(subject=f"run:{run.id}")] == ["run.cancelled", "run.asked"]


@pytest.mark.parametrize("steps", [True, False])
def test_a_stop_gives_back_what_is_not_over_in_time(account, start, work, steps, monkeypatch):
    monkeypatch.setattr(worker, "LAST_STEP_SECONDS", 0.5)
    slow = Held(steps)
    work(slow)
    under_way, waits = (account.runs.ask("night", {"n": number}) for number in (1, 2))
    jobs = start()
    assert slow.begun.wait(WAIT)
    waited = []
    waiter = threading.Thread(target=lambda: waited.append(jobs.wait(account, under_way.id, WAIT)))
    waiter.start()
    begun = time.monotonic()
    jobs.stop(0.3)
    waiter.join(1)
    assert time.monotonic() - begun < 5
    assert [run.is_open for run in waited] == [True]
    for run in (under_way, waits):
        stands = account.runs.read(run.id)
        assert (stands.state, stands.attempts) == ("queued", 0)
    slow.go.set()
    work(keeps)
    again = start("after")
    for run in (under_way, waits):
        ended(again, account, run)
    assert len(account.list("night")) == 2


def test_a_stop_lets_end_what_ends_in_time(account, start, work):
    slow = Held(steps=False)
    work(slow)
    run = account.runs.ask("night", {"n": 1})
    jobs = start()
    assert slow.begun.wait(WAIT)
    threading.Timer(0.2, slow.go.set).start()
    jobs.stop(WAIT)
    assert account.runs.read(run.id).state == "done"
    jobs.nudge()
    assert account.runs.ask("night", {"n": 2}).state == "queued"


def test_who_waits_is_told_at_once_and_not_too_many_wait(account, start, work):
    slow = Held()
    work(slow)
    run = account.runs.ask("night", {"n": 1})
    jobs = start()
    assert slow.begun.wait(WAIT)
    told = []
    waiters = [
        threading.Thread(target=lambda: told.append((jobs.wait(account, run.id, WAIT).state, time.monotonic())))
        for _ in range(MOST_WAITING)
    ]
    for waiter in waiters:
        waiter.start()
    until(lambda: jobs._waiting._value == 0)
    begun = time.monotonic()
    assert jobs.wait(account, run.id, WAIT).state == "running"
    assert time.monotonic() - begun < WAIT / 2
    slow.go.set()
    assert slow.over.wait(WAIT)
    over = time.monotonic()
    for waiter in waiters:
        waiter.join(WAIT)
    assert [state for state, _ in told] == ["done"] * MOST_WAITING
    assert max(at for _, at in told) - over < 3


def test_uploads_that_no_open_run_needs_go_after_a_day(account, jobs_store, data_dir):
    folder, old = data_dir / "uploads", time.time() - LEFT_SECONDS - 60
    folder.mkdir(parents=True)
    tidy(jobs_store)
    for name, age in {"needed.csv": old, "left.csv": old, "torn.part": old, "young.csv": time.time()}.items():
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (age, age))
    run = account.runs.ask("file_import", {"stored_as": "needed.csv"})
    tidy(jobs_store)
    assert sorted(path.name for path in folder.iterdir()) == ["needed.csv", "young.csv"]
    account.runs.cancel(run.id)
    tidy(jobs_store)
    assert [path.name for path in folder.iterdir()] == ["young.csv"]


def test_a_service_that_starts_tidies(account, start, data_dir):
    left = data_dir / "uploads" / "left.csv"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    start()
    until(lambda: not left.exists())
