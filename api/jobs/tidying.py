"""Decides what is taken away of work that broke off: uploads that no run asks for any more, answers past their day."""

from __future__ import annotations

import time
from pathlib import Path

from engine.settings import settings
from engine.store.store import Store

# Between an upload and the request for its run lies a moment; a day is far beyond it.
LEFT_SECONDS = 24 * 3600


def tidy(store: Store) -> None:
    """Takes it away. Raises StoreError where the database does not answer; nothing is taken away then."""
    store.purge()
    old = _old_uploads()
    if not old:
        return
    wanted = store.open_run_uploads()
    for path in old:
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def _old_uploads() -> list[Path]:
    """Looked at before the runs: a run that is asked for later has a younger upload."""
    folder, oldest = settings().data_dir / "uploads", time.time() - LEFT_SECONDS
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if _age(path) < oldest]


def _age(path: Path) -> float:
    """When it was written; one that is gone meanwhile counts as new."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
