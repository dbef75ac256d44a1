"""Decides what is asked for: a small account made the real way, with proposals to read and others to decide on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from api.sample import write_sample
from api.services.imports import import_file
from api.services.proposals import ProposalRequest, make_proposal
from engine.store.account import AccountStore
from engine.store.store import Store

ACCOUNT = "default"
FILE = "adcue.sqlite3"
PROPOSALS = 25
START, END = date(2026, 11, 16), date(2026, 12, 13)


@dataclass(frozen=True, slots=True)
class Data:
    """Where the account lies, short ids of its proposals, and the key that reads them."""

    folder: Path
    proposals: tuple[str, ...]
    small: tuple[str, ...]
    key: str

    @property
    def database(self) -> Path:
        """The SQLite file both services open."""
        return self.folder / FILE


def make_data(folder: Path, small: int) -> Data:
    """Imports twelve weeks, then keeps ``small`` tiny proposals and, newest, the real ones."""
    truth = write_sample(folder / "sample", seed=3, weeks=12)
    store = Store(f"sqlite:///{folder / FILE}")
    store.upgrade()
    account = store.account(ACCOUNT, "bench")
    for path in truth.exports:
        import_file(account, path, date.fromisoformat(truth.end) + timedelta(days=1))
    tiny = tuple(_tiny(account, number) for number in range(small))
    asked = (ProposalRequest(Decimal(900_000 + 20_000 * n), START, END) for n in range(PROPOSALS))
    real = tuple(make_proposal(account, request).short_id for request in asked)
    key = _make_key(store)
    store.close()
    return Data(folder, real, tiny, key)


def _tiny(account: AccountStore, number: int) -> str:
    """A proposal whose document costs next to nothing to read: what stands around it is what is measured."""
    said = {"budget": 900_000 + number, "currency": "TWD", "start": START.isoformat(), "end": END.isoformat()}
    return account.put("proposal", {"zh-TW": said, "en": said}).short_id


def _make_key(store: Store) -> str:
    return store.keys.create(ACCOUNT, "planner", "bench")[0]
