"""Decides what an import is: one file read whole, then recorded or, on a dry run, only described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from engine.ingest.reading import read_export
from engine.ingest.report import Hints, ImportReport
from engine.messages import Language
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.imports import ImportOutcome, StoredImport


@dataclass(frozen=True, slots=True)
class Imported:
    """One file and what became of it; ``outcome`` is None on a dry run."""

    report: ImportReport
    status: Literal["imported", "already_imported", "dry_run"]
    received_on: date
    outcome: ImportOutcome | None

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready; the same from every door."""
        done = self.outcome
        return {
            "status": self.status,
            "import_id": done.import_id if done else None,
            "received_on": self.received_on.isoformat(),
            "rows_new": done.rows_new if done else None,
            "rows_restated": done.rows_restated if done else None,
            "rows_unchanged": done.rows_unchanged if done else None,
            "rows_withdrawn": done.rows_withdrawn if done else None,
            "report": self.report.as_dict(language),
        }


def import_file(
    account: AccountStore,
    path: Path,
    received_on: date,
    hints: Hints | None = None,
    *,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    name: str | None = None,
) -> Imported:
    """Reads ``path`` and records it. A mapping handed in is remembered for the next file with these headers.

    ``name`` is what the file is called where it came from, if it lies under another name here.

    Raises FileFaults with every fault of the file; nothing is written then.
    """
    if dry_run:
        return try_file(account, path, received_on, hints, name)
    given = hints or Hints()
    reading = read_export(path, given, account.mapping, settings(), name=name)
    outcome = account.record_import(reading, received_on, on_progress)
    if given.mapping is not None:
        account.remember_mapping(reading.report.header_fingerprint, reading.report.platform, given.mapping)
    return Imported(reading.report, outcome.status, received_on, outcome)


def try_file(
    account: AccountStore | None, path: Path, received_on: date, hints: Hints | None = None, name: str | None = None
) -> Imported:
    """Reads ``path`` and records nothing; without an account no mapping is remembered.

    Raises FileFaults with every fault of the file.
    """
    remembered = account.mapping if account is not None else _nothing_remembered
    report = read_export(path, hints or Hints(), remembered, settings(), name=name).report
    return Imported(report, "dry_run", received_on, None)


def _nothing_remembered(_fingerprint: str) -> None:
    return None


def stored_import(entry: StoredImport) -> dict[str, Any]:
    """One line of the list of imports, JSON-ready."""
    return {
        "import_id": entry.import_id,
        "file": entry.file,
        "sha256": entry.sha256,
        "received_on": entry.received_on.isoformat(),
        "created_at": entry.created_at.isoformat(),
        "rows_new": entry.rows_new,
        "rows_restated": entry.rows_restated,
        "rows_unchanged": entry.rows_unchanged,
        "rows_withdrawn": entry.rows_withdrawn,
        "summary": entry.summary,
    }
