"""A request under a key is done once: one change and one answer, whoever asks again and whenever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine

from engine.errors import ConflictError
from engine.store.account import AccountStore
from engine.store.claims import KEPT, Claimed, claim_id
from engine.store.principals import Principal
from engine.store.store import Store
from engine.store.tables.base import now


def asked(
    store: Store, owner: str, actor: str = "key:a", account: str = "acme", fingerprint: str = "body"
) -> AccountStore:
    """The account as a request sees it that came in under the key ``k``."""
    tenant = store.account(account, "cli").tenant
    principal = Principal(tenant, account, "planner", actor, None)
    return store.account_of(principal, Claimed(claim_id(actor, "k"), fingerprint, owner))


def test_another_request_under_the_same_key_writes_nothing(store: Store) -> None:
    first, second = asked(store, "first"), asked(store, "second")
    kept = [first.put("proposal", {"n": number}) for number in range(2)]
    head = first.audit.head()
    for change in (
        lambda: second.put("proposal", {"n": 2}),
        lambda: second.remember_mapping("headers", "line", {"費用": "spend"}),
        lambda: second.keys.create("planner", ""),
        lambda: second.members.invite("planner"),
    ):
        with pytest.raises(ConflictError) as refusal:
            change()
        assert refusal.value.code == "engine.store.claim_used"
    assert first.list("proposal") == kept[::-1]
    assert (first.mapping("headers"), first.keys.list(), first.audit.head()) == (None, [], head)
    assert second.put("proposal", {"n": 0}) == kept[0]


def test_what_changes_nothing_under_a_lease_takes_no_claim(store: Store) -> None:
    first, second = asked(store, "first"), asked(store, "second")
    kept = store.account("acme", "cli").put("night", {"n": 1})
    held = first.leases.take("night", "a/1/", timedelta(minutes=1))
    assert first.under(held).put("night", {"n": 1}) == kept
    assert first.claims.find(claim_id("key:a", "k")) is None
    second.under(held).put("night", {"n": 2})
    with pytest.raises(ConflictError):
        first.under(held).put("night", {"n": 3})
    assert len(first.list("night")) == 2


def test_an_answer_is_told_again_until_its_day_is_over(store: Store) -> None:
    first = asked(store, "first")
    key = claim_id("key:a", "k")
    assert first.claims.find(key) is None
    first.put("proposal", {"n": 1})
    under_way = first.claims.find(key)
    assert under_way is not None
    assert (under_way.fingerprint, under_way.owner, under_way.status) == ("body", "first", None)
    first.claims.answer(201, {"Location": "/v1/proposals/1"}, '{"預算": 1}')
    told = asked(store, "second").claims.find(key)
    assert told is not None
    assert (told.status, told.headers, told.body) == (201, {"Location": "/v1/proposals/1"}, '{"預算": 1}')
    with time_machine.travel(now() + KEPT + timedelta(seconds=1), tick=True):
        second = asked(store, "second", fingerprint="other")
        assert second.claims.find(key) is None
        second.put("proposal", {"n": 2})
        again = second.claims.find(key)
        assert again is not None
        assert (again.fingerprint, again.status) == ("other", None)
        store.purge()
        assert second.claims.find(key) == again
    with time_machine.travel(now() + 2 * KEPT + timedelta(seconds=9), tick=True):
        store.purge()
    assert first.claims.find(key) is None
    with pytest.raises(ValueError, match="no claim"):
        store.account("acme", "cli").claims.answer(200, {}, "")


def test_no_request_answers_for_another(store: Store) -> None:
    first, other, retry = (asked(store, owner, fingerprint=f) for owner, f in (("1", "a"), ("2", "b"), ("3", "a")))
    key = claim_id("key:a", "k")
    first.put("proposal", {"n": 1})
    with pytest.raises(ConflictError):
        other.claims.answer(200, {}, "other")
    retry.claims.answer(200, {}, "worked out again")
    first.put("proposal", {"n": 2})
    first.claims.answer(201, {}, "first")
    with pytest.raises(ConflictError):
        retry.claims.answer(200, {}, "too late")
    told = first.claims.find(key)
    assert told is not None
    assert (told.fingerprint, told.status, told.body) == ("a", 201, "first")


def test_callers_and_accounts_never_meet_under_one_key(store: Store) -> None:
    places = [
        asked(store, f"{actor} {name}", actor, name) for actor in ("key:a", "key:b") for name in ("acme", "other")
    ]
    for number, place in enumerate(places):
        place.put("proposal", {"n": number})
        place.claims.answer(200 + number, {}, place.actor)
    found = [place.claims.find(claim_id(place.actor, "k")) for place in places]
    assert [answer and (answer.status, answer.body) for answer in found] == [
        (200, "key:a"),
        (201, "key:a"),
        (202, "key:b"),
        (203, "key:b"),
    ]
    assert places[0].claims.find("k") is None


def test_of_requests_at_the_same_moment_one_changes(store: Store) -> None:
    account = store.account("acme", "cli")
    for number in range(5):
        barrier = Barrier(3)
        keys = {"actor": f"key:{number}"}

        def race(owner: str, barrier: Barrier = barrier, actor: str = keys["actor"]) -> str:
            mine = asked(store, owner, actor)
            barrier.wait()
            try:
                mine.keys.create("planner", owner)
            except ConflictError:
                return "refused"
            return "made"

        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(race, "abc")) == ["made", "refused", "refused"]
    assert len(account.keys.list()) == 5
    assert len(account.audit.list(action="key.made")) == 5
    assert account.audit.verify().broken is None
