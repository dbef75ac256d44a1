"""Who lost the lease of a run writes nothing; who writes under it keeps it, however long the writing takes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import time_machine

from api.jobs import worker
from engine.errors import ConflictError
from engine.store.leases import this_process
from engine.store.tables.base import now
from tests.jobs.held import WAIT, Held, ended, keeps


@pytest.mark.parametrize("steps", [True, False])
def test_a_late_worker_writes_nothing(account, start, work, steps):
    slow, seen = Held(steps), []

    def first_is_slow(account, request, live):
        seen.append(1)
        return (slow if len(seen) == 1 else keeps)(account, request, live)

    work(first_is_slow)
    run = account.runs.ask("night", {"n": 1})
    start("late")
    assert slow.begun.wait(WAIT)
    with time_machine.travel(now() + timedelta(minutes=5), tick=True):
        over = ended(start("prompt"), account, run)
        acts = account.audit.list()
        slow.go.set()
        assert slow.over.wait(WAIT)
    time.sleep(0.3)
    assert account.runs.read(run.id) == over
    assert account.audit.list() == acts
    assert [act.action for act in acts if act.action != "account.opened"] == ["night.kept", "run.asked"]
    assert account.audit.verify().broken is None


def test_a_lease_that_went_elsewhere_is_noticed_by_the_heartbeat(account, start, work, monkeypatch):
    monkeypatch.setattr(worker, "HEARTBEAT_SECONDS", 0.05)
    slow = Held()
    work(slow)
    run = account.runs.ask("night", {"n": 1})
    jobs = start()
    assert slow.begun.wait(WAIT)
    jobs._stopping.set()  # it takes up nothing more, but works on
    account.leases.take(f"run:{run.id}", "here.example/1/", timedelta(minutes=1))
    jobs._renew(jobs._under_way()[0])
    assert slow.over.wait(WAIT)
    assert account.runs.read(run.id).state == "running"
    assert account.list("night") == []


@contextmanager
def writing(account, held):
    """A transaction under the lease that is open."""
    with account.under(held)._acting.write() as session:
        yield session


def test_a_lease_under_which_a_transaction_writes_is_not_taken_and_lasts_on(account, jobs_store, backend):
    minute, start_at = timedelta(minutes=1), now()
    held = account.leases.take("run:x", "a.example/1/", minute)
    with time_machine.travel(start_at, tick=True) as clock:
        with writing(account, held):
            clock.shift(timedelta(minutes=3))
            if backend == "postgresql":  # elsewhere whoever wants to write waits for the transaction
                begun = time.monotonic()
                with pytest.raises(ConflictError) as refusal:
                    account.leases.take("run:x", "b.example/1/", minute)
                assert refusal.value.code == "engine.store.lease_held"
                account.leases.renew(held, minute)
                assert time.monotonic() - begun < 5
                clock.shift(timedelta(minutes=3))
        with pytest.raises(ConflictError):
            account.leases.take("run:x", "b.example/1/", minute)
        clock.shift(timedelta(minutes=2))
        assert account.leases.take("run:x", "b.example/1/", minute).fence == held.fence + 1
    with pytest.raises(ConflictError) as refusal, writing(account, held):
        raise AssertionError("the transaction began")
    assert refusal.value.code == "engine.store.lease_lost"


def test_work_under_two_leases_needs_both(account):
    run, night = (account.leases.take(name, "a.example/1/", timedelta(minutes=1)) for name in ("run:x", "night"))
    both = account.under(run).under(night)
    both.put("night", {"n": 1})
    account.leases.take("run:x", "a.example/1/", timedelta(minutes=1))
    with pytest.raises(ConflictError):
        both.put("night", {"n": 2})
    assert len(account.list("night")) == 1


def test_a_night_under_a_lease_is_refused_while_another_is_under_way(account):
    from api.services.leasing import leased
    from api.services.nights import run_night

    with leased(account, "night", "elsewhere"), pytest.raises(ConflictError) as refusal:
        run_night(account, date(2026, 11, 16))
    assert refusal.value.code == "engine.store.lease_held"
    with leased(account, "night"), leased(account, "other"):
        pass


def test_the_lease_of_a_process_that_ended_is_free_though_its_number_is_kept(account):
    ended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert ended.stdout.read() == b""
    holder = f"{this_process().partition('/')[0]}/{ended.pid}/"
    account.leases.take("night", holder, timedelta(hours=1))
    end = time.monotonic() + 10
    while True:  # its output is closed a moment before it ends
        try:
            assert account.leases.take("night", this_process(), timedelta(hours=1)).fence == 2
            break
        except ConflictError:
            assert time.monotonic() < end
    os.kill(ended.pid, 0)  # it was there all the time
    ended.stdout.close()
    ended.wait()
