"""Imports files without end, until it is killed: each restates every row, so that a half-written one would show.

python -m tests.store.crashing URL
"""

from __future__ import annotations

import sys
from datetime import date, timedelta

from engine.store.store import Store
from tests.store.readings import MadeReading, reading, row

FIRST_DAY = date(2025, 1, 1)
ROWS = 1500


def file_number(number: int) -> MadeReading:
    """A file in which every row spends its number."""
    days = [FIRST_DAY + timedelta(days=place % 30) for place in range(ROWS)]
    return reading(*(row(f"campaign {place // 30}", days[place], number) for place in range(ROWS)))


def main(url: str) -> None:
    """Says ``begin N`` before and ``done N`` after each import."""
    store = Store(url)
    account = store.account("acme", "crash")
    number = len(account.imports())
    while True:
        number += 1
        file = file_number(number)
        print(f"begin {number}", flush=True)
        outcome = account.record_import(file, FIRST_DAY + timedelta(days=number))
        assert outcome.status == "imported"
        print(f"done {number}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
