"""Decides what others may ask of the store: open it, bring it up to date, act for one account, check keys."""

from __future__ import annotations

from engine.store.account import AccountStore
from engine.store.accounts import account_names, open_account
from engine.store.database import Database
from engine.store.keys import Keys
from engine.store.migrations import upgrade


class Store:
    """One database with the accounts in it. Nothing is opened before it is needed."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.keys = Keys(self._database)

    def upgrade(self) -> None:
        """Brings the schema to this version; makes an empty database ready."""
        upgrade(self._database)

    def account(self, name: str, actor: str) -> AccountStore:
        """Everything of one advertiser account, on behalf of ``actor``; the account is made on first use."""
        return AccountStore(self._database, name, open_account(self._database, name, actor), actor)

    def accounts(self) -> list[str]:
        """The names of all accounts."""
        return account_names(self._database)

    def close(self) -> None:
        """Gives every connection back."""
        self._database.close()
