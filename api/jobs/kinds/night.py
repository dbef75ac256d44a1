"""Decides how a night is run as long work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.jobs.live import Live
from api.jobs.outcome import Outcome, of_words
from api.services.nights import run_night
from engine.store.account import AccountStore


def run(account: AccountStore, request: Mapping[str, Any], live: Live) -> Outcome:
    """The night of ``as_of``; each stage is told."""
    dry_run = bool(request["dry_run"])
    night = run_night(account, date.fromisoformat(request["as_of"]), dry_run=dry_run, on_stage=live.stage)
    return of_words(night.as_dict, 200 if dry_run else 201)
