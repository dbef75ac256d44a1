"""Decides where an uploaded file lies: under a random name in a private folder; what its sender called it is only told.

    request body -> uploads/<random>.part -> flushed to the disk -> uploads/<random><suffix> -> read -> dropped

A process that dies in between leaves at most a ``.part``, which a later upload removes after a day.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from werkzeug.datastructures import FileStorage

from api.unforeseen import DISK_FULL
from engine.errors import StoreError
from engine.ingest.faults import FaultList
from engine.ingest.limits import passed
from engine.settings import settings

_LONGEST_NAME = 120
_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".jsonl", ".ndjson"})
_OTHER_SUFFIX = ".bin"
_PIECE = 1 << 20
_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """A file as it lies on the disk: ``path`` is random, ``name`` is what to show, ``size`` is in bytes."""

    path: Path
    name: str
    size: int
    sha256: str


def keep_upload(upload: FileStorage) -> StoredUpload:
    """Writes the upload down until ``drop_upload``, on the disk before this returns.

    Raises FileFaults when it is over ``max_file_bytes`` and StoreError when the disk is full or refuses; nothing of
    it is left then.
    """
    name = safe_name(upload.filename or "")
    try:
        folder = _private_folder()
        suffix = PurePosixPath(name).suffix.lower()
        path = folder / (secrets.token_hex(16) + (suffix if suffix in _SUFFIXES else _OTHER_SUFFIX))
        part = path.with_suffix(".part")
        try:
            size, digest = _write(upload, part, name)
            part.replace(path)
            _flush_folder(folder)
        except BaseException:
            part.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _disk_trouble(error) from error
    return StoredUpload(path, name, size, digest)


def drop_upload(stored: StoredUpload) -> None:
    """Removes the file; one that is gone already is no fault, so that a job may be finished twice."""
    stored.path.unlink(missing_ok=True)


@contextmanager
def received_file(upload: FileStorage) -> Iterator[StoredUpload]:
    """The upload as a file for as long as it is read. Raises what ``keep_upload`` raises."""
    stored = keep_upload(upload)
    try:
        yield stored
    finally:
        drop_upload(stored)


def safe_name(name: str) -> str:
    """The last part of ``name`` without anything that a path, a shell, a log or a reader's eye could trip over.

    Control characters and those that turn the direction of writing are not printable and fall out.
    """
    last = PurePosixPath(PureWindowsPath(unicodedata.normalize("NFC", name)).name).name
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"/\\|?*').strip(" .")
    return kept[-_LONGEST_NAME:].strip(" .") or "upload"


def _disk_trouble(error: OSError) -> StoreError:
    """What is told when the disk is full, or refuses to write for another reason."""
    if error.errno in DISK_FULL:
        return StoreError("api.disk.full")
    return StoreError("api.disk.refused", detail=os.strerror(error.errno) if error.errno else type(error).__name__)


def _private_folder() -> Path:
    folder = settings().data_dir / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    oldest = time.time() - _STALE_SECONDS
    for left in folder.glob("*.part"):
        if left.stat().st_mtime < oldest:
            left.unlink(missing_ok=True)
    return folder


def _write(upload: FileStorage, part: Path, name: str) -> tuple[int, str]:
    limits, digest, size = settings(), hashlib.sha256(), 0
    part.touch(mode=0o600, exist_ok=False)
    with part.open("r+b") as file:
        while piece := upload.stream.read(_PIECE):
            size += len(piece)
            if size > limits.max_file_bytes:
                raise FaultList(name).stop(passed(limits, "max_file_bytes", size))
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _flush_folder(folder: Path) -> None:
    """A renamed file is only there for good once its folder is written too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
