"""Decides what can be asked and done for one advertiser account; nothing of another account is within reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from engine.settings import settings
from engine.snapshot import Snapshot
from engine.store import decisions, imports, mappings, receipts, records, snapshots
from engine.store.account_work import AccountAudit, AccountClaims, AccountLeases, AccountRuns
from engine.store.acting import Acting
from engine.store.batch import encode
from engine.store.decisions import Decided, VerdictName
from engine.store.imports import ImportOutcome, OnProgress, StoredImport
from engine.store.keys import AccountKeys
from engine.store.leases import Held
from engine.store.lives import AccountRecommendations
from engine.store.members import Members
from engine.store.nights import AccountNights
from engine.store.own_rules import AccountRules
from engine.store.probes import AccountProbes
from engine.store.reading import Reading
from engine.store.records import Stored
from engine.store.states import AccountStates


class AccountStore:
    """One account, seen by one actor. Every method is one transaction, with its entry in the audit chain."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
        self.name = acting.account
        self.tenant = acting.tenant
        self.actor = acting.actor

    def under(self, lease: Held) -> AccountStore:
        """The same, refusing every change once the lease, or one it was under before, went to another holder."""
        return AccountStore(replace(self._acting, held=(*self._acting.held, lease)))

    @contextmanager
    def rehearsal(self) -> Iterator[AccountStore]:
        """The same, to try out what is then taken back: nothing of it is kept, and nobody else sees it.

        On SQLite every other writer waits meanwhile, so it must be short.
        """
        with self._acting.rehearsal() as acting:
            yield AccountStore(acting)

    @property
    def keys(self) -> AccountKeys:
        """Its API keys."""
        return AccountKeys(self._acting)

    @property
    def members(self) -> Members:
        """Its people."""
        return Members(self._acting)

    @property
    def audit(self) -> AccountAudit:
        """Its audit chain."""
        return AccountAudit(self._acting)

    @property
    def runs(self) -> AccountRuns:
        """Its long work."""
        return AccountRuns(self._acting)

    @property
    def nights(self) -> AccountNights:
        """Its nights: which ran, how they ended, what is under way."""
        return AccountNights(self._acting)

    @property
    def leases(self) -> AccountLeases:
        """Who works on what."""
        return AccountLeases(self._acting)

    @property
    def recommendations(self) -> AccountRecommendations:
        """What the rules advise, and what became of it."""
        return AccountRecommendations(self._acting)

    @property
    def states(self) -> AccountStates:
        """What its campaigns, ad groups and ads were told to be."""
        return AccountStates(self._acting)

    @property
    def rules(self) -> AccountRules:
        """Its own rules, and which shipped ones it silenced."""
        return AccountRules(self._acting)

    @property
    def probes(self) -> AccountProbes:
        """How its landing pages answered."""
        return AccountProbes(self._acting)

    @property
    def claims(self) -> AccountClaims:
        """Its requests that were made under an Idempotency-Key."""
        return AccountClaims(self._acting)

    def record_import(
        self, reading: Reading, received_on: date, on_progress: OnProgress | None = None
    ) -> ImportOutcome:
        """Writes a file that was read into history; ``on_progress(done, total)`` is told while rows are written."""
        batch = encode(reading)
        with self._acting.write() as session:
            return imports.write_import(session, batch, reading.report, received_on, self.actor, on_progress)

    def imports(self) -> list[StoredImport]:
        """Every import, in the order they were received."""
        with self._acting.read() as session:
            return imports.list_imports(session)

    def page_imports(self, limit: int, after: str | None = None, platform: str | None = None) -> list[StoredImport]:
        """Imports, of one platform if given, the latest written first; ``after`` is the id of the last one seen."""
        with self._acting.read() as session:
            return imports.page_imports(session, limit, after, platform)

    def snapshot(self, known_on: date | None = None, start: date | None = None, end: date | None = None) -> Snapshot:
        """The account as known on a day (default: with everything received so far), between two days if given."""
        with self._acting.read() as session:
            if known_on is None:
                known_on = snapshots.latest_receipt(session) or datetime.now(ZoneInfo(settings().timezone)).date()
            return snapshots.take_snapshot(session, self.name, known_on, start, end)

    def receipts(self, known_on: date, days: int = 90) -> pd.DataFrame:
        """What successive exports said of each day's conversions (``engine.store.receipts``), as known on a day."""
        with self._acting.read() as session:
            return receipts.conversion_receipts(session, known_on, days)

    def remember_mapping(self, fingerprint: str, platform: str, mapping: Mapping[str, str]) -> None:
        """Keeps what the headers of one kind of file mean, for the next such file."""
        with self._acting.write() as session:
            mappings.remember(session, fingerprint, platform, mapping, self.actor)

    def mapping(self, fingerprint: str) -> Mapping[str, str] | None:
        """What was remembered for such a header row; None when nothing was."""
        with self._acting.read() as session:
            return mappings.recall(session, fingerprint)

    def put(self, kind: str, document: Mapping[str, Any], key: Mapping[str, Any] | None = None) -> Stored:
        """Keeps a document under the hash of its content, or of ``key``: the first one under a key stays."""
        with self._acting.write() as session:
            return records.put_record(session, kind, document, key, self.actor)

    def get(self, kind: str, name: str) -> Stored:
        """The document with this id or short id. NotFoundError where this account has none."""
        with self._acting.read() as session:
            return records.get_record(session, kind, name)

    def list(
        self,
        kind: str,
        limit: int = 50,
        after: str | None = None,
        where: Mapping[tuple[str, ...], str] | None = None,
    ) -> list[Stored]:
        """Documents of a kind, newest first; ``after`` is the id of the last one already seen.

        ``where`` keeps those that hold a text at a place.
        """
        with self._acting.read() as session:
            return records.list_records(session, kind, limit, after, where)

    def decide(self, kind: str, name: str, verdict: VerdictName, note: str = "") -> Decided:
        """Approves or rejects a document as a second person.

        Raises NotFoundError, AccessError where the actor is its author or no person, ConflictError where it is decided.
        """
        with self._acting.write() as session:
            return decisions.decide(session, kind, name, verdict, note, self.actor)

    def get_decided(self, kind: str, name: str) -> tuple[Stored, Decided | None]:
        """A document with what was decided about it. NotFoundError where this account has none of that name."""
        return decisions.read_decided(self._acting, kind, name)

    def approved(self, kind: str, limit: int) -> Sequence[tuple[Stored, Decided]]:
        """The documents of a kind that were approved last, the latest first, with their decisions."""
        with self._acting.read() as session:
            return decisions.approved(session, kind, limit)

    def decisions(self, kind: str, stored: Sequence[Stored]) -> Mapping[str, Decided]:
        """What was decided about documents, by their id; those undecided are left out."""
        with self._acting.read() as session:
            return {one.subject_id: one for one in decisions.decisions(session, kind, [s.id for s in stored])}
