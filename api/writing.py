"""Decides how a file is put on disk: whole or not at all, an older file replaced only by a finished one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from engine.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Writes ``content`` to ``path`` through a neighbour that is renamed into place. Raises InputError if it cannot."""
    neighbour: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".adcue-", delete=False) as part:
            neighbour = Path(part.name)
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        neighbour.chmod(0o644)
        neighbour.replace(path)
    except OSError as error:
        if neighbour is not None:
            neighbour.unlink(missing_ok=True)
        raise InputError("api.value.cannot_write", file=path.name, detail=error.strerror or "") from error
