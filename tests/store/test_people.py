"""People come in by a one-time secret and a password that is hard to guess; nothing secret lies in the database."""

from __future__ import annotations

import unicodedata
from unittest.mock import Mock

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import inspect, text

from engine.errors import AccessError, ConflictError, InputError, NotFoundError
from engine.store import passwords, people
from engine.store.account import AccountStore
from engine.store.database import Database
from engine.store.people import INVITED_FOR
from engine.store.store import Store
from engine.store.tables.base import now
from tests.store.newcomers import PASSWORD, joined, logged_in, seen_by

pytestmark = pytest.mark.usefixtures("cheap_hashes")
OTHER = "seven slow 河馬 under a paper moon"


def refused(store: Store, secret: str, login: str = "mei") -> None:
    """A one-time secret must not be taken, and nothing be written."""
    known = store.people.any()
    with pytest.raises(AccessError) as refusal:
        store.people.accept(secret, login, PASSWORD)
    assert refusal.value.code == "engine.store.invitation_refused"
    assert store.people.any() == known


def test_an_invitation_lets_one_person_in_once(store: Store, account: AccountStore) -> None:
    secret, invited = account.members.invite("reviewer")
    for wrong in ("", secret[:-1], secret + "x", invited.id, "\ud800", "\0"):
        refused(store, wrong)
    assert not store.people.any()
    person = store.people.accept(secret, " Mei.Lin@Agency.tw ", PASSWORD)
    refused(store, secret, "someone.else")
    known = store.people.verify("ＭＥＩ.lin@agency.TW", PASSWORD)
    assert (known.id, known.login) == (person, "mei.lin@agency.tw")
    assert known.accounts == ((account.tenant, "acme", "reviewer"),)
    assert [(member.login, member.role) for member in account.members.list()] == [("mei.lin@agency.tw", "reviewer")]


def test_an_invitation_is_over_on_its_time_or_withdrawn(store: Store, account: AccountStore) -> None:
    (late, _), (gone, _), (other, _) = (account.members.invite(role) for role in ("planner", "planner", "reviewer"))
    with time_machine.travel(now() + INVITED_FOR, tick=True):
        refused(store, late)
    account.members.withdraw(role="planner")
    refused(store, gone)
    joined_as = store.people.accept(other, "mei", PASSWORD)
    account.members.withdraw(role="reviewer")
    actions = [act.action for act in account.audit.list()]
    assert actions == ["person.joined", *["invitation.withdrawn"] * 2, *["person.invited"] * 3, "account.opened"]
    assert [member.id for member in account.members.list()] == [joined_as]


def test_a_refused_newcomer_may_try_again(store: Store, account: AccountStore) -> None:
    mei = joined(store, "acme", "mei")
    secret, _ = store.account("other", "cli").members.invite("admin")
    again, _ = account.members.invite("admin")
    for key, login, password, error in (
        (secret, "a", PASSWORD, InputError),
        (secret, "new.one", "too short", InputError),
        (secret, "mei", OTHER, ConflictError),
        (again, "mei", PASSWORD, ConflictError),
    ):
        with pytest.raises(error):
            store.people.accept(key, login, password)
    assert store.people.accept(secret, "MEI", PASSWORD) == mei
    assert [name for _, name, _ in store.people.verify("mei", PASSWORD).accounts] == ["acme", "other"]
    assert store.people.accept(again, "new.one", OTHER) != mei


def test_a_reset_sets_the_password_and_ends_every_session(store: Store) -> None:
    mei, ann = (joined(store, "acme", login) for login in ("mei", "ann"))
    secret, _ = store.account("other", "cli").members.invite("planner")
    store.people.accept(secret, "mei", PASSWORD)
    tokens = [logged_in(store, name, mei) for name in ("acme", "other")]
    anns = logged_in(store, "acme", ann)
    first, second = store.people.reset("Mei", "cli"), store.people.reset("mei", "cli")
    refused(store, second, "ann")
    assert [store.sessions.read(token) is not None for token in tokens] == [True, True]
    with pytest.raises(InputError):
        store.people.accept(second, "mei", "too short")
    assert store.people.accept(second, "mei", OTHER) == mei
    assert [store.sessions.read(token) for token in tokens] == [None, None]
    assert store.sessions.read(anns) is not None
    assert store.people.verify("mei", OTHER).id == mei
    for secret in (first, second):
        refused(store, secret)
    with pytest.raises(AccessError):
        store.people.verify("mei", PASSWORD)
    for nobody in ("nobody", "admin"):
        with pytest.raises(NotFoundError):
            store.people.reset(nobody, "cli")
    third = store.people.reset("mei", "cli")
    store.account("acme", "cli").members.withdraw(role="planner")
    assert store.people.accept(third, "mei", PASSWORD) == mei


def test_a_new_password_needs_the_old_one_and_ends_every_session(store: Store, account: AccountStore) -> None:
    mei = joined(store, "acme", "mei")
    token = logged_in(store, "acme", mei)
    for old, new, error in ((OTHER, OTHER, AccessError), (PASSWORD, "short", InputError)):
        with pytest.raises(error):
            store.people.change_password(account.tenant, mei, old, new)
    assert store.sessions.read(token) is not None
    offered = store.people.reset("mei", "cli")
    store.people.change_password(account.tenant, mei, PASSWORD, OTHER)
    assert store.sessions.read(token) is None
    refused(store, offered)
    assert store.people.verify("mei", OTHER).id == mei


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen chars", "password_short"),
        ("九個字的密碼太短了", "password_short"),
        ("x" * 257, "password_long"),
        ("a" * 20, "password_easy"),
        ("abcabcabcabcabcabc", "password_easy"),
        ("passwordpassword", "password_easy"),
        ("Password12345678", "password_easy"),
        ("qwertyuiopasdfgh", "password_easy"),
        ("1234567890123456", "password_easy"),
        ("AdcueAdcueAdcue", "password_easy"),
        ("mei.lin@agency.tw", "password_easy"),
        ("Mei.Lin@Agency.tw", "password_easy"),
        ("廣告排程廣告排程廣告排程廣告排程", "password_easy"),
    ],
)
def test_a_password_that_can_be_guessed_is_refused(password: str, code: str) -> None:
    with pytest.raises(InputError) as refusal:
        passwords.hash_password(password, "mei.lin@agency.tw")
    assert refusal.value.code == f"engine.store.{code}"
    assert password not in refusal.value.text()


@pytest.mark.parametrize(
    "password",
    [PASSWORD, OTHER, " spaces count  at both ends ", "Café Ünïcödé häppens härё", "雨下在舊書店的貓與三百盞燈籠上",
     "lone \ud83d half of a pair, kept", "nul \0 inside a long sentence", "long " + "0123456789aeiou" * 16],
)  # fmt: skip
def test_a_password_counts_exactly_as_it_was_typed(password: str) -> None:
    kept = passwords.hash_password(password, "mei")
    assert passwords.is_right(kept, password)
    changed = {password.strip(), password.swapcase(), password + " ", password[:-1], password * 9}
    changed |= {unicodedata.normalize(form, password) for form in ("NFC", "NFD", "NFKC")}
    assert not any(passwords.is_right(kept, other) for other in changed - {password})


def test_as_many_hashes_are_worked_out_for_a_name_that_is_unknown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(store, "acme", "mei")
    removed = joined(store, "acme", "removed")
    seen_by(store, "acme", removed).members.remove(removed)
    codes, counts = set(), []
    hasher = passwords._hasher()
    for login, password in (("mei", OTHER), ("nobody", OTHER), ("removed", PASSWORD), ("\0", "x"), ("mei", "\ud800")):
        counting = Mock(wraps=hasher)
        with monkeypatch.context() as patch, pytest.raises(AccessError) as refusal:
            patch.setattr(passwords, "_hasher", lambda counting=counting: counting)
            store.people.verify(login, password)
        codes.add((refusal.value.code, refusal.value.text()))
        counts.append(counting.verify.call_count)
    assert len(codes) == 1
    assert counts == [1] * 5


def test_a_weaker_hash_is_made_anew_and_never_over_a_newer_password(
    store: Store, account: AccountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei = joined(store, "acme", "mei")
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: stronger)
    head, weak = account.audit.head(), _kept(store)
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "settings", lambda: Mock(password_length=64))
        store.people.verify("mei", PASSWORD)
    strong = _kept(store)
    assert (stronger.check_needs_rehash(weak), stronger.check_needs_rehash(strong)) == (True, False)
    store.people.verify("mei", PASSWORD)
    assert (_kept(store), account.audit.head()) == (strong, head)

    def meanwhile(_: str) -> bool:
        store.people.change_password(account.tenant, mei, PASSWORD, OTHER)
        return True

    with monkeypatch.context() as patch:
        patch.setattr(people, "is_outdated", meanwhile)
        store.people.verify("mei", PASSWORD)
    assert store.people.verify("mei", OTHER).id == mei
    with pytest.raises(AccessError):
        store.people.verify("mei", PASSWORD)


def _kept(store: Store) -> str:
    with store._database.raw(write=False) as connection:
        return str(connection.execute(text("SELECT password_hash FROM person")).scalar())


def test_the_database_never_holds_a_secret(store: Store, account: AccountStore, url: str) -> None:
    invitation, _ = account.members.invite("planner")
    mei = store.people.accept(invitation, "mei", PASSWORD)
    token = logged_in(store, "acme", mei)
    reset = store.people.reset("mei", "cli")
    account.put("proposal", {"n": 1})
    key, info = account.keys.create("planner", "mine", mei)
    database = Database(url)
    with database.raw(write=False) as connection:
        names = inspect(connection).get_table_names()
        held = [str(row) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    database.close()
    assert len(names) > 15
    assert any(info.prefix in row for row in held)
    for secret in (PASSWORD, invitation, reset, token, key, key.removeprefix(info.prefix)):
        assert not any(secret in row for row in held)
    assert _kept(store).startswith("$argon2id$")
