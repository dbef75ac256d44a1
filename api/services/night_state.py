"""Decides what one account's night carries from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.messages import Message
from engine.store.account import AccountStore

if TYPE_CHECKING:
    from api.services.night_context import NightContext
    from api.services.proposals import Proposed
    from compliance.findings import Screening
    from engine.snapshot import Snapshot
    from engine.vocabulary import Finding
    from rules.judgement import Judgement


@dataclass(frozen=True, slots=True)
class NightFile:
    """A file of the inbox and what became of it; ``problem`` is told once a language."""

    file: str
    status: str
    rows: int = 0
    problem: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class NightState:
    """The night of one account so far. A stage returns a changed copy, never changes it in place.

    What is read of the account (``snapshot``, ``context``) is read by the first stage, so that a dry run, whose files
    are in the store for that long only, sees what a night sees. ``findings`` are told as alerts, with the judgement's.
    """

    account: AccountStore
    as_of: date
    dry_run: bool
    replay: bool = False
    files: tuple[NightFile, ...] = ()
    notices: tuple[Message, ...] = ()
    snapshot: Snapshot | None = None
    context: NightContext | None = None
    findings: tuple[Finding, ...] = ()
    judgement: Judgement | None = None
    screenings: tuple[tuple[str, tuple[Screening, ...]], ...] = ()
    reallocation: Proposed | None = None
