"""One holder at a time, and a late one writes nothing: also when processes die and clocks jump."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
import time_machine

from engine.errors import ConflictError
from engine.store.account import AccountStore
from engine.store.leases import Held, this_process
from engine.store.store import Store
from engine.store.tables.base import now

ROOT = Path(__file__).resolve().parents[2]
MINUTE = timedelta(minutes=1)
SKEW = timedelta(seconds=5)
TAKES_AND_STAYS = """
import sys, time
from datetime import timedelta
from engine.store.leases import this_process
from engine.store.store import Store
Store(sys.argv[1]).account("acme", "cli").leases.take("night", this_process(), timedelta(hours=1))
print("taken", flush=True)
time.sleep(60)
"""


def refused(account: AccountStore, holder: str) -> str:
    """The code with which a lease is refused."""
    with pytest.raises(ConflictError) as refusal:
        account.leases.take("night", holder, MINUTE)
    return refusal.value.code


def writes(account: AccountStore, held: Held, number: int) -> bool:
    """Whether its holder may still write; a refused write must leave nothing."""
    before = account.list("night"), account.audit.head()
    try:
        account.under(held).put("night", {"n": number})
    except ConflictError as refusal:
        assert refusal.code == "engine.store.lease_lost"
        assert (account.list("night"), account.audit.head()) == before
        return False
    return True


def test_one_holder_and_a_number_that_grows(store: Store, account: AccountStore) -> None:
    first = account.leases.take("night", "a/1/", MINUTE)
    assert refused(account, "b/1/") == "engine.store.lease_held"
    assert account.leases.take("other work", "b/1/", MINUTE).fence == 1
    assert store.account("other", "cli").leases.take("night", "b/1/", MINUTE).fence == 1
    again = account.leases.take("night", "a/1/", MINUTE)
    assert (first.fence, again.fence) == (1, 2)
    assert (writes(account, first, 1), writes(account, again, 2)) == (False, True)
    account.leases.release(first)
    assert refused(account, "b/1/") == "engine.store.lease_held"
    account.leases.release(again)
    third = account.leases.take("night", "b/1/", MINUTE)
    assert third.fence == 3
    account.leases.release(again)
    with pytest.raises(ConflictError):
        account.leases.renew(again, MINUTE)
    assert (writes(account, again, 3), writes(account, third, 4)) == (False, True)
    with pytest.raises(ConflictError):
        account.leases.renew(Held("nothing", "a/1/", 1, now()), MINUTE)


def test_a_step_of_a_run_needs_the_lease_too(account: AccountStore) -> None:
    run = account.runs.ask("night", {})
    late = account.under(account.leases.take("night", "a/1/", MINUTE))
    late.runs.begin(run.id)
    account.leases.take("night", "a/1/", MINUTE)
    for step in (
        lambda: late.runs.begin(run.id),
        lambda: late.runs.tell(run.id, "x", 1, 2),
        lambda: late.runs.end(run.id, "done", {}),
        lambda: late.runs.give_back(run.id),
        lambda: late.runs.cancel(run.id),
        lambda: late.runs.ask("night", {}),
    ):
        with pytest.raises(ConflictError):
            step()
    assert account.runs.read(run.id).changes == 1


def test_a_lease_is_over_on_its_time_unless_renewed(account: AccountStore) -> None:
    held = account.leases.take("night", "a/1/", MINUTE)
    start = now()
    with time_machine.travel(start + MINUTE * 0.9, tick=True):
        held = account.leases.renew(held, MINUTE)
    with time_machine.travel(start + MINUTE * 1.8, tick=True):
        assert refused(account, "b/1/") == "engine.store.lease_held"
    with time_machine.travel(start + MINUTE * 2, tick=True):
        taken = account.leases.take("night", "b/1/", MINUTE)
        assert taken.fence == held.fence + 1
        assert (writes(account, held, 1), writes(account, taken, 2)) == (False, True)


def test_a_clock_that_jumps_doubles_nothing_and_blocks_nothing(store: Store) -> None:
    for seconds in (-35_000_000, -120, -2.5, 2.5, 120, 35_000_000):
        account, jump = store.account(f"jump {seconds}", "cli"), timedelta(seconds=seconds)
        held, start = account.leases.take("night", "a/1/", MINUTE), now()
        with time_machine.travel(start + jump, tick=True):
            try:
                taken = account.leases.take("night", "b/1/", MINUTE)
            except ConflictError:
                assert abs(jump) < SKEW
                assert writes(account, held, 1)
            else:
                assert abs(jump) > SKEW
                assert (writes(account, held, 1), writes(account, taken, 2)) == (False, True)
        with time_machine.travel(start + jump + MINUTE + 2 * SKEW, tick=True):
            last = account.leases.take("night", "c/1/", MINUTE)
        assert (writes(account, held, 3), writes(account, last, 4)) == (False, True)


def test_a_lease_that_was_given_back_is_free_whatever_the_clock_says(account: AccountStore) -> None:
    start = now()
    for number, jump in enumerate((0, -1, -3, 2, -86_400, 86_400)):
        with time_machine.travel(start, tick=True):
            account.leases.release(account.leases.take("night", f"a/{number}/", MINUTE))
        with time_machine.travel(start + timedelta(seconds=jump), tick=True):
            held = account.leases.take("night", "b/1/", MINUTE)
        account.leases.release(held)


def test_the_lease_of_a_process_that_died_is_free_at_once(account: AccountStore, url: str) -> None:
    command = [sys.executable, "-c", TAKES_AND_STAYS, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "taken\n"
        assert refused(account, this_process()) == "engine.store.lease_held"
        child.kill()
        child.wait()
        assert account.leases.take("night", this_process(), MINUTE).fence == 2
    assert refused(account, "another.host/1/") == "engine.store.lease_held"


def test_of_holders_at_the_same_moment_one_has_it(store: Store, account: AccountStore) -> None:
    for name in ("first", "second", "third"):
        barrier = Barrier(4)

        def race(holder: str, name: str = name, barrier: Barrier = barrier) -> int:
            mine = store.account("acme", holder)
            barrier.wait()
            try:
                return mine.leases.take(name, f"{holder}/1/", MINUTE).fence
            except ConflictError:
                return 0

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(race, "abcd")) == [0, 0, 0, 1]
