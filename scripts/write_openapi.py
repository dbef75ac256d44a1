"""Writes tests/golden/openapi.json again from the endpoints, for a change of the contract that is wanted."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from api.app import create_app
from api.v1.contract import document
from engine.store.store import Store

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden" / "openapi.json"


def main() -> None:
    """Writes the file."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/adcue.sqlite3")
        store.upgrade()
        written = json.dumps(document(create_app(store)), ensure_ascii=False, indent=1, sort_keys=True)
        store.close()
    GOLDEN.write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
