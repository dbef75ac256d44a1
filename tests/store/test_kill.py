"""A process killed in the middle of an import leaves nothing half-written and loses nothing it had confirmed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.database import Database
from engine.store.store import Store
from tests.store.crashing import FIRST_DAY, ROWS

ROUNDS = [3, pytest.param(20, marks=pytest.mark.soak)]
ROOT = Path(__file__).resolve().parents[2]


def run_and_kill(url: str, wait: float) -> int:
    """Lets imports run, kills the process ``wait`` seconds into its third one, and returns the last confirmed."""
    command = [sys.executable, "-m", "tests.store.crashing", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(5)]
        time.sleep(wait)
        child.kill()
        said += child.stdout.readlines()
    done = [int(line.split()[1]) for line in said if line.startswith("done") and line.endswith("\n")]
    assert len(done) >= 2, said
    return done[-1]


def check(store: Store, confirmed: int) -> int:
    """Every import that is there is there whole; the last confirmed one is among them."""
    account = store.account("acme", "check")
    imports = account.imports()
    assert confirmed <= len(imports) <= confirmed + 1
    for number, entry in enumerate(imports, start=1):
        facts = account.snapshot(FIRST_DAY + timedelta(days=number)).facts
        assert entry.received_on == FIRST_DAY + timedelta(days=number)
        assert (len(facts), set(facts["spend"])) == (ROWS, {number})
        assert entry.rows_new + entry.rows_restated == ROWS
    return len(imports)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_nothing_is_lost_or_half_written_when_killed(store: Store, url: str, rounds: int) -> None:
    rng = random.Random(20250101)
    imported = 0
    for _ in range(rounds):
        confirmed = run_and_kill(url, rng.uniform(0.0, 0.25))
        assert confirmed > imported
        imported = check(store, confirmed)
    database = Database(url)
    with database.raw(write=False) as connection:
        if database.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        versions = connection.execute(text("SELECT count(*) FROM fact")).scalar()
    database.close()
    assert versions == imported * ROWS
