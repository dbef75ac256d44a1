"""Decides what can be asked and done for one advertiser account; nothing of another account is within reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.settings import settings
from engine.snapshot import Snapshot
from engine.store import imports, mappings, records, snapshots
from engine.store.batch import encode
from engine.store.database import Database
from engine.store.imports import ImportOutcome, OnProgress, StoredImport
from engine.store.reading import Reading
from engine.store.records import Stored


class AccountStore:
    """One account, seen by one actor. Every method is one transaction."""

    def __init__(self, database: Database, name: str, tenant: int, actor: str) -> None:
        self._database = database
        self._tenant = tenant
        self.name = name
        self.actor = actor

    def record_import(
        self, reading: Reading, received_on: date, on_progress: OnProgress | None = None
    ) -> ImportOutcome:
        """Writes a file that was read into history; ``on_progress(done, total)`` is told while rows are written."""
        batch = encode(reading)
        with self._database.write(self._tenant) as session:
            return imports.write_import(session, batch, reading.report, received_on, self.actor, on_progress)

    def imports(self) -> list[StoredImport]:
        """Every import, in the order they were received."""
        with self._database.read(self._tenant) as session:
            return imports.list_imports(session)

    def snapshot(self, known_on: date | None = None, start: date | None = None, end: date | None = None) -> Snapshot:
        """The account as known on a day (default: with everything received so far), between two days if given."""
        with self._database.read(self._tenant) as session:
            if known_on is None:
                known_on = snapshots.latest_receipt(session) or datetime.now(ZoneInfo(settings().timezone)).date()
            return snapshots.take_snapshot(session, self.name, known_on, start, end)

    def remember_mapping(self, fingerprint: str, platform: str, mapping: Mapping[str, str]) -> None:
        """Keeps what the headers of one kind of file mean, for the next such file."""
        with self._database.write(self._tenant) as session:
            mappings.remember(session, fingerprint, platform, mapping, self.actor)

    def mapping(self, fingerprint: str) -> Mapping[str, str] | None:
        """What was remembered for such a header row; None when nothing was."""
        with self._database.read(self._tenant) as session:
            return mappings.recall(session, fingerprint)

    def put(self, kind: str, document: Mapping[str, Any], key: Mapping[str, Any] | None = None) -> Stored:
        """Keeps a document under the hash of its content, or of ``key``: the first one under a key stays."""
        with self._database.write(self._tenant) as session:
            return records.put_record(session, kind, document, key, self.actor)

    def get(self, kind: str, name: str) -> Stored:
        """The document with this id or short id. NotFoundError where this account has none."""
        with self._database.read(self._tenant) as session:
            return records.get_record(session, kind, name)

    def list(self, kind: str, limit: int = 50, after: str | None = None) -> list[Stored]:
        """Documents of a kind, newest first; ``after`` is the id of the last one already seen."""
        with self._database.read(self._tenant) as session:
            return records.list_records(session, kind, limit, after)
