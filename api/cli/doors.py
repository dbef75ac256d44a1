"""Decides what a command acts on: the store of the settings and, in it, the account of the settings."""

from __future__ import annotations

from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.store import Store

ACTOR = "cli"


def open_store() -> Store:
    """The store, brought up to date; its folder is made when it is not there."""
    if settings().database_url is None:
        settings().data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings().url)
    store.upgrade()
    return store


def open_account(name: str | None = None) -> AccountStore:
    """The account called ``name``, or the one of the settings."""
    return open_store().account(name or settings().account, ACTOR)
