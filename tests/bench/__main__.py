"""Runs every ``bench_*.py`` of this folder in a process of its own; exits non-zero when one falls short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """0 when every bench holds its line, 1 otherwise."""
    short = []
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"== {path.stem}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{path.stem}"], check=False).returncode:
            short.append(path.stem)
    print("all hold" if not short else "fell short: " + ", ".join(short))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
