"""Decides how copy is screened as long work: in pieces, so that it can be told about and cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.jobs.live import Live
from api.jobs.outcome import Outcome, of_record
from api.services.copy_rows import item_of
from api.services.screenings import CopyRow, check_copy
from engine.store.account import AccountStore


def run(account: AccountStore, request: Mapping[str, Any], live: Live) -> Outcome:
    """The verdict on every row, kept."""
    rows = [CopyRow(item_of(row), {}) for row in request["rows"]]
    live.stage("screen", 0, len(rows))
    on = date.fromisoformat(request["on"]) if request["on"] else None
    stored, _ = check_copy(account, rows, request["source"], on, on_progress=live.step)
    return of_record(stored)
