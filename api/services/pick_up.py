"""Decides what a night takes in of the files that wait: each content once, whatever it is called and however often.

A file whose bytes were received before is not read again, so exports that overlap can lie side by side in an inbox. It
counts as taken in on the day it was first received: a night that was cut short and runs again tells the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from api.problems import problem
from api.services.imports import import_file
from api.services.night_state import NightFile
from engine.errors import InputError
from engine.messages import LANGUAGES
from engine.store.account import AccountStore
from engine.store.imports import StoredImport


def pick_up(account: AccountStore, waiting: Sequence[Path], as_of: date, *, dry_run: bool) -> tuple[NightFile, ...]:
    """What became of each waiting file. Those of a dry run that are new are called so, though they are read alike."""
    before = set(_received(account))
    known, digests = set(before), list[str | NightFile]()
    for path in waiting:
        digests.append(_taken_in(account, path, as_of, known))
    receipts = _received(account)
    return tuple(
        one if isinstance(one, NightFile) else _told(path, receipts[one], as_of, dry_run and one not in before)
        for path, one in zip(waiting, digests, strict=True)
    )


def refused(path: Path, error: InputError) -> NightFile:
    """A file that cannot be used, and why."""
    told: dict[str, Any] = {language: problem(error, language) for language in LANGUAGES}
    return NightFile(path.name, "refused", 0, told)


def _taken_in(account: AccountStore, path: Path, as_of: date, known: set[str]) -> str | NightFile:
    """The hash of a file that is in the store now; it is ``known`` from then on."""
    digest = _digest(path)
    if digest not in known:
        try:
            digest = import_file(account, path, as_of).report.sha256
        except InputError as error:
            return refused(path, error)
        known.add(digest)
    return digest


def _told(path: Path, known: StoredImport, as_of: date, tried: bool) -> NightFile:
    status = "dry_run" if tried else "imported" if known.received_on == as_of else "already_imported"
    return NightFile(path.name, status, int(known.summary["rows_kept"]))


def _received(account: AccountStore) -> dict[str, StoredImport]:
    """The first receipt of every content, by its hash."""
    found: dict[str, StoredImport] = {}
    for entry in account.imports():
        found.setdefault(entry.sha256, entry)
    return found


def _digest(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex; nothing for one that cannot be read, which reading it will explain."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
