"""Measures what it costs to write a file of a million rows into the store, against plain ``executemany``.

    python -m tests.bench.bench_store [--rows N] [--rounds N]

The two take turns, each in a process of its own and on an empty database; the ratio of the medians may be at most 2.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path

LIMIT = 2.0
PARENTS = ("account", "scope", "import", "entity")


def main() -> int:
    """0 when the store is fast enough, 1 otherwise."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", choices=("ours", "reference", "prepare"))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.run:
        print(json.dumps({"prepare": ours, "ours": ours, "reference": reference}[given.run](given.rows, given.folder)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child("prepare", given.rows, folder)
        times: dict[str, list[float]] = {"ours": [], "reference": []}
        for _ in range(given.rounds):
            for which, seconds in times.items():
                result = child(which, given.rows, folder)
                seconds.append(result["seconds"])
                print(f"{which:10} {result['seconds']:6.2f} s, peak {result['peak_mb']:.0f} MB", flush=True)
    ratio = statistics.median(times["ours"]) / statistics.median(times["reference"])
    print(f"store write / executemany over {given.rows:,} rows: {ratio:.2f} (at most {LIMIT})")
    return 0 if ratio <= LIMIT else 1


def child(which: str, rows: int, folder: Path) -> dict[str, float]:
    """What one run in a process of its own measured."""
    command = [sys.executable, "-m", "tests.bench.bench_store", "--run", which, "--rows", str(rows)]
    done = subprocess.run([*command, "--folder", str(folder)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def ours(rows: int, folder: Path) -> dict[str, float]:
    """Records one file; the database stays behind for the reference to take its rows from."""
    from engine.store.store import Store
    from tests.store.readings import large_reading

    database = folder / "ours.sqlite3"
    remove(database)
    reading = large_reading(rows)
    store = Store(f"sqlite:///{database}")
    store.upgrade()
    account = store.account("bench", "bench")
    begun = time.perf_counter()
    outcome = account.record_import(reading, date(2025, 1, 1))
    seconds = time.perf_counter() - begun
    store.close()
    if outcome.rows_new != rows:
        raise SystemExit(f"{outcome.rows_new} rows were written instead of {rows}")
    return {"seconds": seconds, "peak_mb": peak()}


def reference(rows: int, folder: Path) -> dict[str, float]:
    """Writes the same rows, in file order, into the same schema with the same parents."""
    from engine.store.store import Store
    from tests.bench.reference_store import write_rows

    database = folder / "reference.sqlite3"
    remove(database)
    store = Store(f"sqlite:///{database}")
    store.upgrade()
    store.close()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ATTACH ? AS done", (str(folder / "ours.sqlite3"),))
        for parent in PARENTS:
            connection.execute(f'INSERT INTO main."{parent}" SELECT * FROM done."{parent}"')
        connection.commit()
        cursor = connection.execute("SELECT * FROM done.fact ORDER BY source_row")
        columns = [column[0] for column in cursor.description]
        ready = [row[columns.index("pk") + 1 :] for row in cursor]
    seconds = write_rows(database, "fact", columns[1:], ready)
    with closing(sqlite3.connect(database)) as connection:
        if connection.execute("SELECT count(*) FROM fact").fetchone()[0] != rows:
            raise SystemExit("the reference wrote another number of rows")
    return {"seconds": seconds, "peak_mb": peak()}


def peak() -> float:
    """The most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def remove(database: Path) -> None:
    """Takes a database away, its log included."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
