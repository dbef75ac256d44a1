"""Decides what is asked for: a small account made the real way, with proposals to read and others to decide on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

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
    """Where the account lies, short ids of its proposals, and the key of a person who made none of them."""

    folder: Path
    whole: tuple[str, ...]
    short: tuple[str, ...]
    undecided: tuple[str, ...]
    key: str

    @property
    def database(self) -> Path:
        """The SQLite file both services open."""
        return self.folder / FILE


def make_data(folder: Path, short: int, undecided: int) -> Data:
    """Imports twelve weeks, then keeps plans of no channels, to read and to decide on, and, newest, the whole ones."""
    truth = write_sample(folder / "sample", seed=3, weeks=12)
    store = Store(f"sqlite:///{folder / FILE}")
    store.upgrade()
    account = store.account(ACCOUNT, "bench")
    for path in truth.exports:
        import_file(account, path, date.fromisoformat(truth.end) + timedelta(days=1))
    whole = make_proposal(account, _request(0)).document
    empty = tuple(_short(account, whole, number) for number in range(short + undecided))
    newest = tuple(make_proposal(account, _request(number)).short_id for number in range(1, PROPOSALS + 1))
    key = _key_of_a_person(store, account)
    store.close()
    return Data(folder, newest, empty[:short], empty[short:], key)


def _request(number: int) -> ProposalRequest:
    return ProposalRequest(Decimal(900_000 + 20_000 * number), START, END)


def _short(account: AccountStore, whole: Mapping[str, Any], number: int) -> str:
    """A plan of no channels, which costs next to nothing to read: what stands around it is what is measured."""
    nothing = {"channels": [], "weeks": [], "warnings": [], "delivery": {}, "budget": 900_000 + number}
    return account.put("proposal", {language: said | nothing for language, said in whole.items()}).short_id


def _key_of_a_person(store: Store, account: AccountStore) -> str:
    secret, invited = account.members.invite("planner")
    person = store.people.accept(secret, "bench.person", "reads and decides all day long")
    return account.keys.create(invited.role, "bench", person)[0]
