"""Whatever people do in whatever order, each account's chain holds and counts exactly what was done there."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from engine.errors import AdcueError
from engine.store.account import AccountStore
from engine.store.store import Store
from tests.store.newcomers import PASSWORD, joined, logged_in

STEPS, DOCUMENTS = 70, 4
pytestmark = pytest.mark.usefixtures("cheap_hashes")


@dataclass(slots=True)
class Model:
    """What one account must hold: who made which document, what is decided, which keys and runs stand, who is what."""

    people: dict[str, str]
    authors: dict[int, str] = field(default_factory=dict)
    decided: dict[int, tuple[str, str]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    told: dict[int, str] = field(default_factory=dict)


Step = Callable[[Store, AccountStore, Model, random.Random], str]


def put(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    number = rng.randrange(DOCUMENTS)
    account.put("proposal", {"n": number})
    if number in model.authors:
        return ""
    model.authors[number] = account.actor
    return "proposal.kept"


def decide(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    number, verdict = rng.randrange(DOCUMENTS), rng.choice(["approved", "rejected"])
    known = {stored.document["n"]: stored.id for stored in account.list("proposal")}
    may = number in model.authors and account.actor not in ("cli", model.authors[number])
    same = model.decided.get(number, (account.actor, verdict)) == (account.actor, verdict)
    try:
        account.decide("proposal", known.get(number, "P-000000"), verdict)  # type: ignore[arg-type]  # one of the two
    except AdcueError:
        assert not (may and same)
        return ""
    assert may
    assert same
    fresh = number not in model.decided
    model.decided[number] = (account.actor, verdict)
    return f"proposal.{verdict}" if fresh else ""


def make_key(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    model.keys.append(account.keys.create("machine", "m")[1].id)
    return "key.made"


def revoke_key(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    cards = {card.id: card for card in account.keys.list()}
    assert cards.keys() == set(model.keys)
    if not cards:
        return ""
    card = cards[rng.choice(model.keys)]
    account.keys.revoke(card.prefix)
    return "key.revoked" if card.revoked_at is None else ""


def ask(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    model.runs.append(account.runs.ask("night", {"n": rng.randrange(3)}).id)
    return "run.asked"


def cancel(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    if not model.runs:
        return ""
    account.runs.cancel(model.runs.pop(rng.randrange(len(model.runs))))
    return "run.cancelled"


def change_role(_: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    person, role = rng.choice([*model.people]), rng.choice(["planner", "admin"])
    last = model.people[person] == "admin" and [*model.people.values()].count("admin") == 1
    try:
        account.members.change_role(person, role)
    except AdcueError:
        assert last
        assert role == "planner"
        return ""
    changed = model.people[person] != role
    model.people[person] = role
    return "person.role_changed" if changed else ""


def log_in(store: Store, account: AccountStore, model: Model, rng: random.Random) -> str:
    logged_in(store, account.name, rng.choice([*model.people]))
    return "session.begun"


ALL: tuple[Step, ...] = (put, put, put, *(decide,) * 5, make_key, revoke_key, ask, cancel, change_role, log_in)


def test_every_chain_holds_what_was_done_and_no_more(store: Store) -> None:
    rng = random.Random(20250101)
    people = [joined(store, "acme", f"person.{number}", "admin") for number in range(3)]
    for number in range(3):
        secret, _ = store.account("other", "cli").members.invite("admin")
        store.people.accept(secret, f"person.{number}", PASSWORD)
    models = {name: Model(dict.fromkeys(people, "admin")) for name in ("acme", "other")}
    for model in models.values():
        model.acts += Counter({"account.opened": 1, "person.invited": 3, "person.joined": 3})
    for _ in range(STEPS):
        name = rng.choice([*models])
        actor = rng.choice([*(f"person:{one}" for one in people), "cli"])
        done = rng.choice(ALL)(store, store.account(name, actor), models[name], rng)
        models[name].acts += Counter([done] if done else [])
        for one, model in models.items():
            audit = store.account(one, "cli").audit
            verdict = audit.verify(model.told)
            assert verdict.broken is None
            assert verdict.head.seq == model.acts.total()
            model.told[verdict.head.seq] = verdict.head.hash
        if done:
            newest = store.account(name, "cli").audit.list(limit=1)[0]
            assert newest.action == done
            assert done == "session.begun" or newest.actor == actor
    for one, model in models.items():
        entries = store.account(one, "cli").audit.list(limit=1_000)
        assert Counter(entry.action for entry in entries) == model.acts
        assert len({entry.hash for entry in entries}) == len(entries)
    assert sum(len(model.decided) for model in models.values()) > 2
