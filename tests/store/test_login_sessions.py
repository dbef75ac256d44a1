"""A session is over after a rest, after a day's work, and at once where rights end; a person has only a few."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from engine.errors import NotFoundError
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.login_sessions import MOST_EACH
from engine.store.principals import Principal
from engine.store.store import Store
from engine.store.tables.base import now
from tests.store.newcomers import PASSWORD, joined, logged_in, seen_by, who

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def mei(store: Store) -> str:
    """Someone who is in an account."""
    return joined(store, "acme", "mei", "reviewer")


def test_a_session_says_who_it_is(store: Store, mei: str, account: AccountStore) -> None:
    token = logged_in(store, "acme", mei)
    principal = who(store, token)
    assert principal == Principal(
        account.tenant, "acme", "reviewer", f"person:{mei}", mei, session_id=principal.session_id
    )
    for wrong in ("", token[:-1], token.swapcase(), principal.session_id or "", "\0", "\ud800"):
        assert store.sessions.read(wrong) is None
        store.sessions.end(wrong)
    assert who(store, token) == principal
    store.sessions.end(token)
    store.sessions.end(token)
    assert store.sessions.read(token) is None
    assert [act.action for act in account.audit.list(limit=2)] == ["session.ended", "session.begun"]


def test_a_session_is_over_after_a_rest(store: Store, mei: str) -> None:
    used, left = logged_in(store, "acme", mei), logged_in(store, "acme", mei)
    start, idle = now(), timedelta(minutes=settings().session_idle_minutes)
    for part, stands in ((0.9, True), (1.7, True), (1.95, False), (2.5, False)):
        with time_machine.travel(start + idle * part, tick=True):
            assert store.sessions.read(used) is not None
            if part != 1.7:
                assert (store.sessions.read(left) is not None) == stands, part


def test_a_session_is_over_after_a_days_work(store: Store, mei: str) -> None:
    token = logged_in(store, "acme", mei)
    start, idle = now(), timedelta(minutes=settings().session_idle_minutes)
    age = timedelta(hours=settings().session_hours)
    for number in range(int(age / idle * 2)):
        with time_machine.travel(start + idle / 2 * number, tick=True):
            assert store.sessions.read(token) is not None
    with time_machine.travel(start + age, tick=True):
        assert store.sessions.read(token) is None


def test_a_clock_that_jumps_lengthens_no_session(store: Store, mei: str) -> None:
    token = logged_in(store, "acme", mei)
    start = now()
    for jump, stands in ((-3, True), (-600, False), (-86_400, False), (3, True), (86_400, False), (0, True)):
        with time_machine.travel(start + timedelta(seconds=jump), tick=True):
            assert (store.sessions.read(token) is not None) == stands, jump


def test_only_the_latest_few_sessions_of_a_person_stay(store: Store, mei: str, account: AccountStore) -> None:
    ann = logged_in(store, "acme", joined(store, "acme", "ann"))
    secret, _ = store.account("other", "cli").members.invite("planner")
    store.people.accept(secret, "mei", PASSWORD)
    tokens = [logged_in(store, ("acme", "other")[number % 2], mei) for number in range(MOST_EACH + 2)]
    assert [store.sessions.read(token) is not None for token in tokens] == [False] * 2 + [True] * MOST_EACH
    assert store.sessions.read(ann) is not None
    assert account.audit.verify().broken is None


def test_a_role_counts_from_the_next_request_on_and_an_end_at_once(
    store: Store, mei: str, account: AccountStore
) -> None:
    token = logged_in(store, "acme", mei)
    key, _ = seen_by(store, "acme", mei).keys.create("reviewer", "mine", mei)
    for role in ("admin", "planner"):
        if role == "planner":
            joined(store, "acme", "another.admin", "admin")
        account.members.change_role(mei, role)
        assert (who(store, token).role, store.keys.verify(key).role) == (role, role)
    account.members.remove(mei)
    assert store.sessions.read(token) is None


def test_a_session_moves_only_into_an_account_of_its_person(store: Store, mei: str) -> None:
    secret, _ = store.account("other", "cli").members.invite("planner")
    store.people.accept(secret, "mei", PASSWORD)
    store.account("third", "cli")
    token = logged_in(store, "acme", mei)
    session = who(store, token).session_id or ""
    assert store.sessions.accounts(mei) == [("acme", "reviewer"), ("other", "planner")]
    ann = joined(store, "acme", "ann")
    for mover, account in ((mei, "third"), (mei, "nowhere"), (mei, "\0"), (ann, "acme"), (ann, "other")):
        with pytest.raises(NotFoundError):
            store.sessions.move(session, mover, account)
    assert who(store, token).account == "acme"
    store.sessions.move(session, mei, "other")
    assert (who(store, token).account, who(store, token).role) == ("other", "planner")
    assert [act.action for act in store.account("other", "cli").audit.list(limit=1)] == ["session.moved"]
    store.account("acme", "cli").members.remove(mei)
    assert who(store, token).account == "other"
    with pytest.raises(NotFoundError):
        store.sessions.move(session, mei, "acme")
    store.sessions.end(token)
    with pytest.raises(NotFoundError):
        store.sessions.move(session, mei, "other")


def test_a_person_sees_their_sessions_and_ends_the_others(store: Store) -> None:
    mei, wu = joined(store, "acme", "mei"), joined(store, "acme", "wu.han")
    here, there, elsewhere = (logged_in(store, "acme", mei) for _ in range(3))
    other = logged_in(store, "acme", wu)
    me = who(store, here)
    assert len(store.sessions.of(mei)) == 3
    assert {one.account for one in store.sessions.of(mei)} == {"acme"}
    assert store.sessions.end_others(mei, me.tenant, me.session_id or "") == 2
    assert [one.id for one in store.sessions.of(mei)] == [me.session_id]
    assert store.sessions.read(here) == me
    assert store.sessions.read(there) is None and store.sessions.read(elsewhere) is None
    assert store.sessions.read(other) is not None
    assert store.sessions.end_others(mei, me.tenant, me.session_id or "") == 0


def test_an_administrator_ends_the_sessions_of_one_person(store: Store) -> None:
    mei, wu = joined(store, "acme", "mei"), joined(store, "acme", "wu.han")
    mine, other = logged_in(store, "acme", mei), logged_in(store, "acme", wu)
    store.account("acme", "cli").members.end_sessions(mei)
    assert store.sessions.read(mine) is None and store.sessions.read(other) is not None
    assert store.sessions.read(logged_in(store, "acme", mei)) is not None
