"""Decides whether reading a 1,000,000-row Google export keeps to 2.5x the time and 2x the memory of the reference.

Both run alternately, each time in a fresh process; the medians of their ratios are printed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.reference_import import read_plain, write_google_export

ROUNDS = 5
MOST_TIME, MOST_MEMORY = 2.5, 2.0


def main() -> int:
    """0 when both ratios hold, 1 otherwise."""
    if len(sys.argv) == 3:
        _measure(sys.argv[1], Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "google_1m.csv"
        sums = write_google_export(path)
        path.read_bytes()
        runs: dict[str, list[dict[str, float]]] = {"reference": [], "adcue": []}
        for _ in range(ROUNDS):
            for who in runs:
                runs[who].append(_fresh(who, path))
        for who, results in runs.items():
            seconds = statistics.median(r["seconds"] for r in results)
            peak = statistics.median(r["peak_mb"] for r in results)
            print(f"{who:10} median {seconds:6.2f} s  peak {peak:7.1f} MB")
        if any(r["spend"] != float(sums["spend"]) for r in runs["adcue"]):
            print("the sum of the cost is wrong")
            return 1
    pairs = list(zip(runs["adcue"], runs["reference"], strict=True))
    slower = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
    bigger = statistics.median(a["peak_mb"] / b["peak_mb"] for a, b in pairs)
    holds = slower <= MOST_TIME and bigger <= MOST_MEMORY
    print(f"import / read_csv: time {slower:.2f} (at most {MOST_TIME}), memory {bigger:.2f} (at most {MOST_MEMORY})")
    return 0 if holds else 1


def _fresh(who: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.bench_import", who, str(path)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def _measure(who: str, path: Path) -> None:
    """Runs one side and prints its seconds and the peak of its own memory."""
    spend = 0.0
    if who == "reference":
        import pandas  # noqa: F401 - imported before the clock starts, on both sides

        begun = time.perf_counter()
        read_plain(path)
    else:
        from engine.ingest.reading import read_export

        begun = time.perf_counter()
        spend = float(read_export(path).report.sums["spend"])
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": _peak_mb(), "spend": spend}))


def _peak_mb() -> float:
    """The process's own high-water mark; ``ru_maxrss`` would inherit that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
