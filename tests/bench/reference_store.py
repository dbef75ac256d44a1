"""The yardstick of the store: plain ``sqlite3.executemany`` of ready tuples into the same indexed table.

Nothing is parsed, looked up, compared or checked here; the rows come as tuples in file order and go into a table
that has the store's own columns, indexes and foreign keys, with the durability the store promises.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path


def write_rows(database: Path, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> float:
    """Seconds that one transaction with one ``executemany`` takes, commit included."""
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        connection.execute("COMMIT")
        return time.perf_counter() - begun
