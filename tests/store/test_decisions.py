"""What one person made, another decides: never oneself by any way round, once, and for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from argon2 import PasswordHasher

from engine.errors import AccessError, ConflictError, InputError, NotFoundError
from engine.store.account import AccountStore
from engine.store.decisions import Decided
from engine.store.store import Store
from tests.store.newcomers import joined, seen_by


@pytest.fixture
def people(store: Store, cheap_hashes: PasswordHasher) -> dict[str, str]:
    """Three people of an account, by login name."""
    return {login: joined(store, "acme", login, "reviewer") for login in ("author", "second", "third")}


def refusal(account: AccountStore, name: str) -> str:
    """The code with which a decision is refused."""
    head = account.audit.head()
    with pytest.raises((AccessError, ConflictError)) as refused:
        account.decide("proposal", name, "approved")
    assert account.audit.head() == head
    return refused.value.code


def test_a_second_person_decides_once_and_for_good(store: Store, people: dict[str, str]) -> None:
    author, second, third = (seen_by(store, "acme", one) for one in people.values())
    kept, rejected, undecided = (author.put("proposal", {"n": number}) for number in range(3))
    assert refusal(author, kept.id) == "engine.store.same_person"
    for note in ("a\0b", "half \ud83d"):
        with pytest.raises(InputError):
            second.decide("proposal", kept.id, "approved", note)
    decided = second.decide("proposal", kept.short_id, "approved", "預算沒問題")
    assert (decided.verdict, decided.note, decided.by) == ("approved", "預算沒問題", "second")
    assert (decided.subject_id, decided.actor) == (kept.id, second.actor)
    head = second.audit.head()
    assert second.decide("proposal", kept.id, "approved", "another note") == decided
    assert second.audit.head() == head
    for other, verdict in ((second, "rejected"), (third, "approved"), (third, "rejected")):
        with pytest.raises(ConflictError) as refused:
            other.decide("proposal", kept.id, verdict)  # type: ignore[arg-type]  # one of the two
        assert refused.value.code == "engine.store.decided"
    assert refusal(author, kept.id) == "engine.store.same_person"
    third.decide("proposal", rejected.id, "rejected")
    found = author.decisions("proposal", [kept, rejected, undecided])
    assert {one: made.verdict for one, made in found.items()} == {kept.id: "approved", rejected.id: "rejected"}
    assert author.decisions("proposal", []) == author.decisions("night", [kept]) == {}
    assert [act.subject for act in author.audit.list(action="proposal.approved")] == [f"proposal:{kept.id}"]


def test_no_key_helps_to_approve_what_is_ones_own(store: Store, people: dict[str, str]) -> None:
    author, second, _ = (seen_by(store, "acme", one) for one in people.values())
    own_key, _ = author.keys.create("planner", "mine", people["author"])
    assert store.keys.verify(own_key).actor == author.actor
    by_own_key = store.account_of(store.keys.verify(own_key))
    assert refusal(author, by_own_key.put("proposal", {"by": "own key"}).id) == "engine.store.same_person"
    assert refusal(by_own_key, author.put("proposal", {"by": "author"}).id) == "engine.store.same_person"
    made_by = author
    for depth in range(3):
        machine, _ = made_by.keys.create("admin", "machine")
        made_by = store.account_of(store.keys.verify(machine))
        kept = made_by.put("proposal", {"by": "machine", "depth": depth})
        assert refusal(author, kept.id) == "engine.store.same_person"
        made_by.keys.revoke(store.keys.verify(machine).key_id or "")
        assert refusal(author, kept.id) == "engine.store.same_person"
        assert second.decide("proposal", kept.id, "approved").by == "second"


def test_what_is_no_person_cannot_approve(store: Store, people: dict[str, str]) -> None:
    author = seen_by(store, "acme", people["author"])
    kept = author.put("proposal", {"n": 1})
    machine = store.account_of(store.keys.verify(store.keys.create("acme", "admin", "cli")[0]))
    for account in (machine, store.account("acme", "cli"), store.account("acme", "night")):
        assert refusal(account, kept.id) == "engine.store.needs_person"
    assert author.decisions("proposal", [kept]) == {}


def test_another_account_has_nothing_to_decide(store: Store, people: dict[str, str]) -> None:
    kept = seen_by(store, "acme", people["author"]).put("proposal", {"n": 1})
    other = seen_by(store, "other", people["second"])
    for name in (kept.id, kept.short_id, "P-000000"):
        with pytest.raises(NotFoundError):
            other.decide("proposal", name, "approved")
    seen_by(store, "acme", people["second"]).decide("proposal", kept.id, "approved")
    assert other.decisions("proposal", [kept]) == {}
    assert other.audit.list(action="proposal.approved") == []


def test_of_two_people_at_the_same_moment_one_decides(store: Store, people: dict[str, str]) -> None:
    author = seen_by(store, "acme", people["author"])
    others = [seen_by(store, "acme", people[login]) for login in ("second", "third")]
    for number in range(5):
        kept, barrier = author.put("proposal", {"n": number}), Barrier(2)

        def race(account: AccountStore, name: str = kept.id, barrier: Barrier = barrier) -> Decided | None:
            barrier.wait()
            try:
                return account.decide("proposal", name, "approved" if account is others[0] else "rejected")
            except ConflictError as refused:
                assert refused.code == "engine.store.decided"
                return None

        with ThreadPoolExecutor(2) as pool:
            made = [decided for decided in pool.map(race, others) if decided is not None]
        assert [*author.decisions("proposal", [kept]).values()] == made
        assert len(made) == 1
    assert author.audit.verify().broken is None
