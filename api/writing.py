"""Decides how a file is put on disk: whole or not at all, an older file replaced only by a finished one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from engine.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Writes ``content`` to ``path`` through a neighbour that is renamed into place. Raises InputError if it cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".adcue-", delete=False) as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).chmod(0o644)
        Path(part.name).replace(path)
    except OSError as error:
        raise InputError("api.value.cannot_write", file=path.name, detail=error.strerror or "") from error
