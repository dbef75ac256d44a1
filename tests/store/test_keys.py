"""An API key is shown once, found by its prefix, compared as a hash, and stops at once when revoked."""

from __future__ import annotations

import base64
import hmac
from unittest.mock import Mock

import pytest
from sqlalchemy import text

from engine.errors import AccessError, InputError, NotFoundError
from engine.store import keys as keys_module
from engine.store.database import Database
from engine.store.keys import ROLES, Principal
from engine.store.store import Store


@pytest.mark.parametrize("role", ROLES)
def test_a_key_says_account_and_role(store: Store, role: str) -> None:
    plaintext, info = store.keys.create("acme", role, "admin")
    assert store.keys.verify(plaintext) == Principal(1, "acme", role, f"key:{info.id}", None, key_id=info.id)
    assert (info.account, info.role, info.actor, info.revoked_at) == ("acme", role, "admin", None)
    assert store.accounts() == ["acme"]


def test_a_key_holds_32_random_bytes_behind_its_prefix(store: Store) -> None:
    made = [store.keys.create("acme", "machine", "admin") for _ in range(3)]
    secrets = [plaintext.removeprefix(f"{info.prefix}_") for plaintext, info in made]
    assert [len(base64.urlsafe_b64decode(secret + "=")) for secret in secrets] == [32, 32, 32]
    assert len(set(secrets)) == 3
    assert [store.keys.verify(plaintext).key_id for plaintext, _ in made] == [info.id for _, info in made]


def test_the_database_never_holds_a_key(store: Store, url: str) -> None:
    plaintext, info = store.keys.create("acme", "admin", "admin")
    database = Database(url)
    with database.raw(write=False) as connection:
        row = connection.execute(text("SELECT * FROM api_key")).one()
    database.close()
    secret = plaintext.removeprefix(f"{info.prefix}_")
    assert not any(secret in str(value) for value in row)
    assert secret not in repr((info, store.keys.list()))


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key[:-1],
        lambda key: key + "x",
        lambda key: key.upper(),
        lambda key: key[:14],
        lambda key: "adcue_00000000" + key[14:],
        lambda key: "",
        lambda key: "金鑰",
        lambda key: "' OR 1=1 --",
        lambda key: "\ud800",
        lambda key: "adcue_%",
    ],
)
def test_a_wrong_key_is_refused_without_a_hint(store: Store, change: object) -> None:
    plaintext, _ = store.keys.create("acme", "planner", "admin")
    with pytest.raises(AccessError) as refusal:
        store.keys.verify(change(plaintext))  # type: ignore[operator]  # a lambda
    assert refusal.value.code == "engine.store.key_refused"
    assert "acme" not in refusal.value.text("en")


def test_hashes_are_compared_in_constant_time_even_for_an_unknown_prefix(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    plaintext, _ = store.keys.create("acme", "planner", "admin")
    compare = Mock(wraps=hmac.compare_digest)
    monkeypatch.setattr(keys_module.hmac, "compare_digest", compare)
    store.keys.verify(plaintext)
    with pytest.raises(AccessError):
        store.keys.verify("adcue_00000000_" + "x" * 43)
    assert compare.call_count == 2


def test_a_revoked_key_stops_and_the_others_go_on(store: Store) -> None:
    (old, old_info), (new, _) = (store.keys.create("acme", "planner", "admin") for _ in range(2))
    revoked = store.keys.revoke(old_info.prefix, "admin")
    assert revoked.revoked_at is not None
    assert store.keys.revoke(old_info.id, "someone else") == revoked
    with pytest.raises(AccessError) as refusal:
        store.keys.verify(old)
    assert refusal.value.code == "engine.store.key_revoked"
    assert store.keys.verify(new).role == "planner"


def test_keys_are_listed_by_account(store: Store) -> None:
    cards = [store.keys.create(account, "planner", "admin")[1] for account in ("acme", "other", "acme")]
    assert store.keys.list() == cards
    assert store.keys.list("acme") == [cards[0], cards[2]]
    assert store.keys.list("nobody") == []


def test_a_role_or_key_that_does_not_exist(store: Store) -> None:
    with pytest.raises(InputError) as refusal:
        store.keys.create("acme", "owner", "admin")
    assert "reviewer" in refusal.value.text()
    assert store.accounts() == []
    with pytest.raises(NotFoundError):
        store.keys.revoke("adcue_00000000", "admin")
