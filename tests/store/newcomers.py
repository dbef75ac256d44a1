"""People of an account, made the way they come in: invited, then by their own name and password."""

from __future__ import annotations

from engine.store.account import AccountStore
from engine.store.principals import Principal
from engine.store.store import Store

PASSWORD = "青蛙在七座橋上數星星 quietly 42"


def joined(store: Store, account: str, login: str, role: str = "planner") -> str:
    """The id of someone who just joined; their password is ``PASSWORD``."""
    secret, _ = store.account(account, "cli").members.invite(role)
    return store.people.accept(secret, login, PASSWORD)


def logged_in(store: Store, account: str, person_id: str) -> str:
    """The token of a new session of theirs."""
    return store.sessions.begin(person_id, store.account(account, "cli").tenant)


def who(store: Store, token: str) -> Principal:
    """Whom a session stands for; it must stand."""
    principal = store.sessions.read(token)
    assert principal is not None
    return principal


def seen_by(store: Store, account: str, person_id: str) -> AccountStore:
    """The account as one of its people sees it."""
    return store.account(account, f"person:{person_id}")
