"""Decides how a platform export is taken in as long work; the uploaded file is dropped when the run is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from api.jobs.live import Live
from api.jobs.outcome import Outcome, of_words
from api.services.imports import Imported, import_file
from engine.ingest.report import Hints
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.imports import ImportOutcome


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
    if live.is_again and done.status == "already_imported":
        done = _as_first_told(account, done, live.asked_at)
    return of_words(done.as_dict, 201 if done.status == "imported" else 200)


def _as_first_told(account: AccountStore, done: Imported, asked_at: datetime) -> Imported:
    """What an earlier attempt at this run would have told, where it was cut short after it had written."""
    for entry in account.imports():
        ours = (entry.import_id, entry.actor) == (done.outcome and done.outcome.import_id, account.actor)
        if ours and entry.created_at >= asked_at:
            counts = (entry.rows_new, entry.rows_restated, entry.rows_unchanged, entry.rows_withdrawn)
            return replace(done, status="imported", outcome=ImportOutcome(entry.import_id, "imported", *counts))
    return done


def clear_up(request: Mapping[str, Any]) -> None:
    """Takes the uploaded file away."""
    _place(request["stored_as"]).unlink(missing_ok=True)


def _place(stored_as: str) -> Path:
    """Where the file lies: the request holds its random name only."""
    return settings().data_dir / "uploads" / Path(stored_as).name
