"""Decides what nights are run on: two accounts whose files come day by day, and how a night is run and cut short."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from api.services.account_rules import set_policy
from engine.store.store import Store
from rules.applying import Policy
from tests.soak.forking import Starter

FIRST = date(2026, 10, 26)
BOTH, ONE = "both", "one"  # the account with files of two platforms, copy and a policy, and the one with one's files
FILES = {BOTH: ("line-ads", "meta-ads"), ONE: ("line-ads",)}
DAY_COLUMN = {"line-ads": "day", "meta-ads": "天數"}
FIRST_DAYS = {BOTH: 100, ONE: 21}  # of history in the first file: too little to plan from for the second
RESTATED_DAYS = 3


@dataclass
class Nights:
    """A store whose nights are run, each process ended by itself or killed."""

    starter: Starter
    folder: Path
    url: str
    killed: int = field(default=0)
    statements: int = field(default=0)
    said: dict[str, Any] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)

    def set_up(self) -> None:
        """A store with both accounts, one of which lets some advice pass without asking."""
        store = Store(self.url)
        store.upgrade()
        store.account(ONE, "test")
        secret, _ = store.account(BOTH, "test").members.invite("planner")
        person = store.people.accept(secret, "planner", "seven herons over the lagoon")
        policy = Policy(frozenset({"low_ctr_vs_peers", "cpa_over"}), 0.5, 3, FIRST, FIRST + timedelta(days=60))
        set_policy(store.account(BOTH, f"person:{person}"), policy)
        self.heads = {name: store.account(name, "test").audit.head().seq for name in store.accounts()}
        store.close()

    def bring(self, written: dict[str, Path], day: date) -> None:
        """Puts what came by the morning of a day into the inboxes."""
        for account, names in FILES.items():
            inbox = self.folder / "inbox" / account
            (inbox / "copy").mkdir(parents=True, exist_ok=True)
            days = FIRST_DAYS[account] if day == FIRST else 1 + RESTATED_DAYS
            for name in names:
                write_days(written[name], inbox / f"{name}-{day}.csv", DAY_COLUMN[name], day - timedelta(days), day)
        if day == FIRST:
            lines = written["copy"].read_text(encoding="utf-8-sig").splitlines()[:9]
            (self.folder / "inbox" / BOTH / "copy" / "copy.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, day: date, *, seconds: float | None = None, statement: int | None = None) -> bool:
        """Runs the night of a day; whether it was killed before its end."""
        environment = {"ADCUE_DATA_DIR": str(self.folder)}
        if not self.url.startswith("sqlite"):
            environment["ADCUE_DATABASE_URL"] = self.url
        said = self.folder / "said.txt"
        said.unlink(missing_ok=True)
        code = self.starter.end(self.starter.night(environment, said, day, statement), seconds)
        if code == -9:
            self.killed += 1
            return True
        assert code == 0, said.read_text() + Path(f"{said}.log").read_text()
        self.said = json.loads(said.read_text())
        self.statements = int(Path(f"{said}.statements").read_text())
        return False


def write_days(source: Path, target: Path, column: str, start: date, end: date) -> None:
    """The rows of an export from a day to the one before ``end``, put in place at once."""
    with source.open(encoding="utf-8-sig", newline="") as text:
        header, *rows = csv.reader(text)
    at = header.index(column)
    kept = [row for row in rows if start.isoformat() <= row[at] < end.isoformat()]
    assert kept
    part = target.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([header, *kept])
    shutil.move(part, target)


def mornings() -> Iterator[date]:
    """Days without end, the first one first."""
    day = FIRST
    while True:
        yield day
        day += timedelta(days=1)
