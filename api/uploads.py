"""Decides where an uploaded file lies while it is read: a fresh private folder, gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

from werkzeug.datastructures import FileStorage

_LONGEST_NAME = 120


@contextmanager
def received_file(upload: FileStorage) -> Iterator[Path]:
    """The upload as a file under its own (made safe) name."""
    with tempfile.TemporaryDirectory(prefix="adcue-upload-") as folder:
        path = Path(folder) / safe_name(upload.filename or "")
        upload.save(path)
        yield path


def safe_name(name: str) -> str:
    """The last part of ``name`` without anything that a path, a shell or a log could trip over."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"/\\|?*').strip(" .")
    return kept[-_LONGEST_NAME:] or "upload"
