"""Decides how a platform export is taken in as long work; the uploaded file is dropped when the run is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from api.jobs.live import Live
from api.jobs.outcome import Outcome, of_words
from api.services.imports import import_file
from engine.ingest.report import Hints
from engine.settings import settings
from engine.store.account import AccountStore


def run(account: AccountStore, request: Mapping[str, Any], live: Live) -> Outcome:
    """What was understood of the file and what it changed."""
    live.stage("read", 0, 1)
    done = import_file(
        account,
        _place(request["stored_as"]),
        date.fromisoformat(request["received"]),
        Hints(**request["hints"]),
        dry_run=bool(request["dry_run"]),
        name=request["name"],
        on_progress=live.step,
    )
    return of_words(done.as_dict, 201 if done.status == "imported" else 200)


def clear_up(request: Mapping[str, Any]) -> None:
    """Takes the uploaded file away."""
    _place(request["stored_as"]).unlink(missing_ok=True)


def _place(stored_as: str) -> Path:
    """Where the file lies: the request holds its random name only."""
    return settings().data_dir / "uploads" / Path(stored_as).name
