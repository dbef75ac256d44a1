"""Decides what others may ask of the store: open it, bring it up to date, act for one account, let people in."""

from __future__ import annotations

from engine.store import claims, nights, runs
from engine.store.account import AccountStore
from engine.store.accounts import account_names, open_account
from engine.store.acting import Acting
from engine.store.claims import Claimed
from engine.store.database import Database
from engine.store.keys import Keys
from engine.store.login_sessions import LoginSessions
from engine.store.migrations import upgrade
from engine.store.nights import StoredNight
from engine.store.people import People
from engine.store.principals import Principal
from engine.store.tenancy import EVERYONE


class Store:
    """One database with the accounts in it. Nothing is opened before it is needed."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.keys = Keys(self._database)
        self.people = People(self._database)
        self.sessions = LoginSessions(self._database)

    def upgrade(self) -> None:
        """Brings the schema to this version; makes an empty database ready."""
        upgrade(self._database)

    def account(self, name: str, actor: str) -> AccountStore:
        """Everything of one advertiser account, on behalf of ``actor``; the account is made on first use."""
        return AccountStore(Acting(self._database, open_account(self._database, name, actor), name, actor))

    def account_at(self, tenant: int, name: str, actor: str) -> AccountStore:
        """The account with this number, on behalf of ``actor``."""
        return AccountStore(Acting(self._database, tenant, name, actor))

    def account_of(self, principal: Principal, claim: Claimed | None = None) -> AccountStore:
        """The account of whoever came in, and nothing beyond it."""
        acting = Acting(self._database, principal.tenant, principal.account, principal.actor, claim)
        return AccountStore(acting)

    def accounts(self) -> list[str]:
        """The names of all accounts."""
        return account_names(self._database)

    def latest_nights(self) -> dict[str, StoredNight | None]:
        """Every account, by name, with its latest night; None for one that had none."""
        with self._database.read(EVERYONE) as session:
            return nights.latest_of_all(session)

    def open_runs(self) -> list[tuple[int, str, str]]:
        """Every run that waits or is under way, the oldest first: tenant, account, run."""
        with self._database.read(EVERYONE) as session:
            return runs.waiting(session)

    def open_run_uploads(self) -> set[str]:
        """The names of the uploaded files that open runs need."""
        with self._database.read(EVERYONE) as session:
            return runs.uploads(session)

    def purge(self) -> None:
        """Takes away what is over its day: answers kept for requests that may be repeated."""
        with self._database.upkeep(EVERYONE) as session:
            claims.purge(session)

    def close(self) -> None:
        """Gives every connection back."""
        self._database.close()
