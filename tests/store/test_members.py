"""An account always has an administrator; whoever leaves it is out at once, with every key and session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine

from engine.errors import AccessError, ConflictError, InputError, NotFoundError
from engine.store.account import AccountStore
from engine.store.store import Store
from engine.store.tables.base import now
from tests.store.newcomers import PASSWORD, joined, logged_in, seen_by

pytestmark = pytest.mark.usefixtures("cheap_hashes")


def test_the_last_administrator_stays(store: Store, account: AccountStore) -> None:
    first, planner = joined(store, "acme", "first", "admin"), joined(store, "acme", "planner")
    joined(store, "other", "admin.elsewhere", "admin")
    head = account.audit.head()
    for change in (lambda: account.members.remove(first), lambda: account.members.change_role(first, "planner")):
        with pytest.raises(ConflictError) as refusal:
            change()
        assert refusal.value.code == "engine.store.last_admin"
    assert account.members.change_role(first, "admin").role == "admin"
    assert account.audit.head() == head
    second = joined(store, "acme", "second", "admin")
    account.members.remove(first)
    account.members.remove(planner)
    with pytest.raises(ConflictError):
        account.members.remove(second)
    assert [member.login for member in account.members.list()] == ["second"]


def test_of_two_administrators_that_remove_each_other_one_stays(store: Store, account: AccountStore) -> None:
    first = joined(store, "acme", "admin.0", "admin")
    for number in range(1, 5):
        second, barrier = joined(store, "acme", f"admin.{number}", "admin"), Barrier(2)

        def race(acting: str, leaving: str, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            try:
                seen_by(store, "acme", acting).members.remove(leaving)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(race, (first, second), (second, first))) == [False, True]
        (first,) = (member.id for member in account.members.list())
    assert account.audit.verify().broken is None


def test_who_was_removed_is_out_at_once_and_for_good(store: Store, account: AccountStore) -> None:
    mei = joined(store, "acme", "mei", "reviewer")
    store.people.accept(store.account("other", "cli").members.invite("planner")[0], "mei", PASSWORD)
    mine, elsewhere = (seen_by(store, name, mei) for name in ("acme", "other"))
    key, info = mine.keys.create("reviewer", "mine", mei)
    machine, _ = mine.keys.create("machine", "a machine's")
    other_key, _ = elsewhere.keys.create("planner", "other", mei)
    token, other_token = (logged_in(store, name, mei) for name in ("acme", "other"))
    account.members.remove(mei)
    assert (store.sessions.read(token), store.keys.verify(machine).account) == (None, "acme")
    assert store.keys.verify(other_key).role == "planner"
    assert store.sessions.read(other_token) is not None
    assert [name for _, name, _ in store.people.verify("mei", PASSWORD).accounts] == ["other"]
    assert store.people.accept(account.members.invite("admin")[0], "mei", PASSWORD) == mei
    with pytest.raises(AccessError) as refusal:
        store.keys.verify(key)
    assert refusal.value.code == "engine.store.key_revoked"
    assert store.sessions.read(token) is None
    (card,) = (card for card in account.keys.list() if card.id == info.id)
    assert card.revoked_at is not None
    assert dict(account.audit.list(action="person.removed")[0].details) == {"keys": 1}
    assert [member.role for member in account.members.list()] == ["admin"]


def test_nobody_of_another_account_can_be_changed(store: Store, account: AccountStore) -> None:
    mei = joined(store, "acme", "mei")
    other = store.account("other", "cli")
    for person in (mei, "", "\0", "\ud800", "0" * 64):
        with pytest.raises(NotFoundError):
            other.members.change_role(person, "admin")
        with pytest.raises(NotFoundError):
            other.members.remove(person)
    for key in (account.keys.create("planner", "")[1].id, "\0", "\ud800", ""):
        with pytest.raises(NotFoundError):
            other.keys.revoke(key)
    for key in ("\0", "\ud800", ""):
        with pytest.raises(NotFoundError):
            store.keys.revoke(key, "cli")
    for role in ("machine", "owner", ""):
        with pytest.raises(InputError):
            account.members.invite(role)
        with pytest.raises(InputError):
            account.members.change_role(mei, role)
    assert [(member.id, member.role) for member in account.members.list()] == [(mei, "planner")]
    assert other.members.list() == []


def test_a_key_and_an_invitation_end_once_however_many_end_them(store: Store, account: AccountStore) -> None:
    for number in range(3):
        _, card = account.keys.create("planner", str(number))
        secret, _ = account.members.invite("planner")
        barrier = Barrier(4)

        def race(do: str, key: str = card.id, barrier: Barrier = barrier, secret: str = secret) -> str:
            mine = store.account("acme", "cli")
            barrier.wait()
            try:
                if do == "join":
                    return store.people.accept(secret, f"mei.{key[:8]}", PASSWORD)
                return (
                    str(mine.keys.revoke(key).revoked_at)
                    if do == "revoke"
                    else str(mine.members.withdraw(role="planner"))
                )
            except AccessError:
                return "refused"

        with ThreadPoolExecutor(4) as pool:
            first, second, join, _ = pool.map(race, ("revoke", "revoke", "join", "withdraw"))
        assert first == second
        withdrawn = account.audit.list(action="invitation.withdrawn")
        assert len(withdrawn) + len(account.members.list()) == number + 1
        assert (join in [member.id for member in account.members.list()]) == (join != "refused")
    assert len(account.audit.list(action="key.revoked")) == 3
    assert account.audit.verify().broken is None


def test_a_key_is_over_on_its_day(store: Store, account: AccountStore) -> None:
    mei = joined(store, "acme", "mei")
    made = [account.keys.create("planner", "", person, timedelta(days=30)) for person in (None, mei)]
    for days, stands in ((-1, True), (29, True), (30, False), (400, False)):
        with time_machine.travel(now() + timedelta(days=days), tick=True):
            for key, card in made:
                if stands:
                    assert store.keys.verify(key).key_id == card.id
                    continue
                with pytest.raises(AccessError) as refusal:
                    store.keys.verify(key)
                assert refusal.value.code == "engine.store.key_over"
