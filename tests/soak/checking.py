"""Decides what must be in a store after a kill: all that was acknowledged, each once, every chain whole, sums right."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing

from engine.store.account import AccountStore
from engine.store.store import Store
from tests.soak.driver import Asked, Line, proposal_id
from tests.soak.files import ROWS, export

PLANS, FILES = "default", "imports"


def check(url: str, lines: dict[str, Line]) -> dict[str, int]:
    """Raises AssertionError where something acknowledged is lost, doubled or broken; how many there are of each."""
    store = Store(url)
    try:
        plans, files = (store.account(name, "check") for name in (PLANS, FILES))
        counts = {
            "imports": _check_imports(files, lines["imports"]),
            "proposals": _check_proposals(plans, lines["proposals"]),
            "approvals": _check_approvals(plans, lines["approvals"]),
        }
        for account in (plans, files):
            assert account.audit.verify().broken is None
    finally:
        store.close()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    return counts


def check_quiet(url: str) -> None:
    """No run is open once nothing is asked any more."""
    store = Store(url)
    assert store.open_runs() == []
    store.close()


def _check_imports(account: AccountStore, line: Line) -> int:
    kept = Counter(entry.file for entry in account.imports())
    asked = _known(line)
    assert set(kept.values()) <= {1}, kept
    assert {export(one.about).name for one in line.done} <= set(kept) <= {export(one.about).name for one in asked}
    ids = {entry.file: entry.import_id for entry in account.imports()}
    for one in line.done:
        answer = one.answer.get("answer") or one.answer
        assert answer["import_id"] == ids[export(one.about).name]
        assert (answer["status"], answer["rows_new"]) == (
            "imported",
            ROWS,
        )  # also where it was cut short and done again
    acts = Counter(act.subject for act in _acts(account, "import.recorded"))
    assert acts == {f"import:{name}": 1 for name in ids.values()}
    facts = account.snapshot().facts
    assert len(facts) == ROWS * len(kept)
    spent: Counter[str] = Counter()
    for one in asked:
        if export(one.about).name in kept:
            spent[export(one.about).platform] += export(one.about).spend
    assert facts.groupby("platform")["spend"].sum().to_dict() == spent
    return len(kept)


def _check_proposals(account: AccountStore, line: Line) -> int:
    kept = account.list("proposal", limit=100_000)
    budgets = Counter(int(one.document["en"]["request"]["budget"]) for one in kept)
    assert set(budgets.values()) <= {1}, budgets
    assert {one.about for one in line.done} <= set(budgets) <= {one.about for one in _known(line)}
    ids = {one.id for one in kept}
    assert {proposal_id(one) for one in line.done} <= ids
    acts = Counter(act.subject for act in _acts(account, "proposal.kept"))
    assert acts == {f"proposal:{name}": 1 for name in ids}
    return len(kept)


def _check_approvals(account: AccountStore, line: Line) -> int:
    kept = account.list("proposal", limit=100_000)
    decided = account.decisions("proposal", kept)
    budgets = {int(one.document["en"]["request"]["budget"]) for one in kept if one.id in decided}
    assert {one.about for one in line.done} <= budgets <= {one.about for one in _known(line)}
    assert {one.verdict for one in decided.values()} <= {"approved"}
    acts = Counter(act.subject for act in _acts(account, "proposal.approved"))
    assert acts == {f"proposal:{name}": 1 for name in decided}
    return len(decided)


def _known(line: Line) -> list[Asked]:
    return line.done + ([line.pending] if line.pending else [])


def _acts(account: AccountStore, action: str):
    return account.audit.list(limit=100_000, action=action)
