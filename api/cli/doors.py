"""Decides what a command acts on: the store and, in it, the account asked for; only some commands may make one."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import InputError
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.store import Store

ACTOR = "cli"
_LONGEST = 64


def open_store() -> Store:
    """The store, brought up to date; its folder is made when it is not there."""
    if settings().database_url is None:
        settings().data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store(settings().url)
    store.upgrade()
    return store


def open_account(name: str | None = None) -> AccountStore:
    """The account called ``name``, or the one of the settings; it is made on first use."""
    return open_store().account(name or settings().account, ACTOR)


def known_account(name: str | None = None) -> AccountStore:
    """The same for a command that works on what is there. Raises InputError where there is no such account."""
    store, wanted = open_store(), name or settings().account
    require_known(wanted, store.accounts())
    return store.account(wanted, ACTOR)


def require_known(wanted: str, known: Sequence[str]) -> None:
    """Raises InputError that names the accounts there are, so that a slip of the pen makes no empty account."""
    if wanted in known:
        return
    if not known:
        raise InputError("api.account.none", account=wanted[:_LONGEST])
    raise InputError("api.account.unknown", account=wanted[:_LONGEST], known="、".join(sorted(known)))
