"""A run goes from waiting to its end, each step once; it can be asked to end at any time before."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine

from engine.errors import ConflictError, NotFoundError
from engine.store import runs
from engine.store.account import AccountStore
from engine.store.claims import KEPT, Claimed, claim_id
from engine.store.principals import Principal
from engine.store.runs import StoredRun
from engine.store.store import Store
from engine.store.tables.base import now


def steps(account: AccountStore, run: StoredRun) -> list[tuple[str, int, int]]:
    """What a run is just now, in a list to add up."""
    now_is = account.runs.read(run.short_id)
    assert account.runs.read(run.id) == now_is
    return [(now_is.state, now_is.attempts, now_is.changes)]


def test_a_run_from_its_request_to_its_end(account: AccountStore) -> None:
    run = account.runs.ask("import", {"檔案": "a.csv", "rows": 3})
    assert (run.kind, run.state, run.is_open, run.actor) == ("import", "queued", True, "planner")
    assert run.short_id == f"J-{run.id[:10]}"
    assert account.runs.begin(run.id).request == {"檔案": "a.csv", "rows": 3}
    told = account.runs.tell(run.id, "reading", 2, 3)
    assert (told.stage, told.done, told.total, told.changes, told.finished_at) == ("reading", 2, 3, 2, None)
    ended = account.runs.end(run.id, "done", {"status": 201, "body": {"n": 1}})
    assert (ended.state, ended.is_open, ended.request) == ("done", False, {})
    assert ended.outcome == {"status": 201, "body": {"n": 1}}
    assert ended.finished_at is not None
    assert account.runs.read(run.id) == ended
    assert [act.action for act in account.audit.list(subject=f"run:{run.id}")] == ["run.asked"]


def test_an_interrupted_run_waits_again(account: AccountStore, store: Store) -> None:
    run = account.runs.ask("night", {"day": "2025-01-01"})
    seen = steps(account, run)
    for step in (
        lambda: account.runs.begin(run.id),
        lambda: account.runs.begin(run.id),
        lambda: account.runs.give_back(run.id),
        lambda: account.runs.begin(run.id),
    ):
        step()
        seen += steps(account, run)
        assert store.open_runs() == [(account.tenant, "acme", run.id)]
    assert seen == [("queued", 0, 0), ("running", 1, 1), ("running", 2, 2), ("queued", 1, 3), ("running", 2, 4)]
    assert account.runs.read(run.id).request == {"day": "2025-01-01"}


def test_a_run_can_be_cancelled_until_it_ended(account: AccountStore, store: Store) -> None:
    waits, runs_now, given_back = (account.runs.ask("night", {"n": number}) for number in range(3))
    account.runs.begin(runs_now.id)
    account.runs.begin(given_back.id)
    for run in (runs_now, given_back):
        asked = account.runs.cancel(run.short_id)
        assert (asked.state, asked.cancel_asked, asked.request) == ("running", True, run.request)
    assert account.runs.cancel(runs_now.id) == account.runs.read(runs_now.id)
    assert account.runs.give_back(given_back.id).cancel_asked
    over = account.runs.cancel(waits.id)
    assert (over.state, over.request, over.is_open) == ("cancelled", {}, False)
    assert over.finished_at is not None
    account.runs.end(runs_now.id, "cancelled", None)
    account.runs.end(given_back.id, "cancelled", None)
    assert store.open_runs() == []
    for run in (waits, runs_now, given_back):
        with pytest.raises(ConflictError) as refusal:
            account.runs.cancel(run.id)
        assert refusal.value.code == "engine.store.run_over"
        acts = account.audit.list(subject=f"run:{run.id}")
        assert [act.action for act in acts] == ["run.cancelled", "run.asked"]


def test_what_ended_stays_as_it_ended(account: AccountStore) -> None:
    states: tuple[runs.State, ...] = ("done", "failed", "cancelled")
    for state in states:
        run = account.runs.ask("night", {}).id
        account.runs.begin(run)
        ended = account.runs.end(run, state, {"how": state})
        for step in (
            partial(account.runs.begin, run),
            partial(account.runs.tell, run, "x", 1, 1),
            partial(account.runs.end, run, "done", {}),
            partial(account.runs.give_back, run),
            partial(account.runs.cancel, run),
        ):
            with pytest.raises(ConflictError):
                step()
        assert account.runs.read(run) == ended


def test_the_same_claim_asks_for_the_same_run_until_its_day_is_over(store: Store) -> None:
    tenant = store.account("acme", "cli").tenant

    def under(key: str, owner: str = "1", actor: str = "key:a") -> AccountStore:
        principal = Principal(tenant, "acme", "planner", actor, None)
        return store.account_of(principal, Claimed(claim_id(actor, key), "body", owner))

    first = under("k").runs.ask("night", {"n": 1})
    assert under("k").runs.ask("night", {"n": 1}) == first
    assert under("k", owner="2").runs.ask("night", {"n": 1}) == first
    others = [under("other").runs, under("k", actor="key:b").runs, store.account("acme", "cli").runs]
    made = [other.ask("night", {"n": 1}).id for other in (*others, others[-1])]
    assert len({first.id, *made}) == 5
    with time_machine.travel(now() + KEPT + timedelta(minutes=1), tick=True):
        later = under("k", owner="3").runs.ask("night", {"n": 2})
        assert (later.request, later.state) == ({"n": 2}, "queued")
        assert under("k", owner="3").runs.ask("night", {"n": 2}) == later
    assert len(store.account("acme", "cli").audit.list(action="run.asked")) == 6


def test_runs_wait_in_the_order_they_were_asked_for(store: Store) -> None:
    mine, theirs = store.account("acme", "planner"), store.account("other", "planner")
    asked = [account.runs.ask(kind, {}) for kind in ("night", "import") for account in (mine, theirs)]
    assert [run for _, _, run in store.open_runs()] == [run.id for run in asked]
    assert [name for _, name, _ in store.open_runs()] == ["acme", "other"] * 2
    mine.runs.begin(asked[2].id)
    mine.runs.end(asked[0].id, "failed", {})
    assert [run for _, _, run in store.open_runs()] == [run.id for run in asked[1:]]
    assert [run.id for run in mine.runs.list()] == [asked[2].id, asked[0].id]
    assert [run.id for run in mine.runs.list(after=asked[2].id)] == [asked[0].id]
    assert [run.id for run in mine.runs.list(state="running")] == [run.id for run in mine.runs.list(kind="import")]
    assert len(mine.runs.list(limit=1)) == 1


def test_another_account_has_no_such_run(store: Store, account: AccountStore) -> None:
    run, other = account.runs.ask("night", {}), store.account("other", "planner")
    for name in (run.id, run.short_id):
        for look in (other.runs.read, other.runs.cancel, other.runs.begin, other.runs.give_back):
            with pytest.raises(NotFoundError):
                look(name)
        with pytest.raises(NotFoundError):
            other.runs.list(after=name)
    for name in ("", "J-", "%", "\0", "\ud800", "J-\0", "x" * 70, "0" * 64):
        with pytest.raises(NotFoundError):
            account.runs.read(name)
    assert account.runs.read(run.id) == run


def test_short_ids_grow_until_they_differ(account: AccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = iter("abcdef0123" + ending for ending in ("0" * 54, "1" * 54, "11" + "2" * 52))
    monkeypatch.setattr(runs, "content_hash", lambda _: next(hashes))
    asked = [account.runs.ask("night", {}) for _ in range(3)]
    assert [run.short_id for run in asked] == ["J-abcdef0123", "J-abcdef012311", "J-abcdef01231122"]
    assert [account.runs.read(run.short_id) for run in asked] == asked
