"""Measures how long ``adcue --help`` takes as a whole process: at most 0.4 s, the median of nine runs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT = 0.4
RUNS = 9


def main() -> int:
    """0 when the help is there in time, 1 otherwise."""
    command = [str(Path(sys.executable).with_name("adcue")), "--help"]
    subprocess.run(command, check=True, capture_output=True)
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - began)
    middle = statistics.median(seconds)
    print(f"adcue --help: {middle:.2f} s (at most {LIMIT}), from {min(seconds):.2f} to {max(seconds):.2f}")
    return 0 if middle <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
