"""Decides what is known of a run while it is worked on in this process: how far it is, and whether it must stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Reason = Literal["cancelled", "stopping", "lost"]
TOLD_EVERY_SECONDS = 0.5


class RunStopped(Exception):
    """Raised inside the work, at its next step, to end it: nothing of the step under way is kept."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(slots=True)
class Live:
    """One run under way. The work calls ``step`` and ``stage``; others set ``stop`` and read the rest.

    ``is_again`` where an earlier attempt was cut short, so that some of the work may be done already.
    """

    run_id: str
    keep: Callable[[str, int, int], None]
    asked_at: datetime
    is_again: bool = False
    name: str = ""
    done: int = 0
    total: int = 0
    changes: int = 0
    stop: Reason | None = None
    stopped_by: str = ""
    changed: threading.Condition = field(default_factory=threading.Condition)
    _told: float = 0.0

    def stage(self, name: str, done: int, total: int) -> None:
        """Begins a stage, outside any transaction: it is kept in the store, too."""
        self._note(name, done, total)
        self.keep(name, done, total)

    def step(self, done: int, total: int) -> None:
        """Tells how far the stage is; also from inside a transaction, so it stays in this process."""
        self._check()
        if done < total and time.monotonic() - self._told < TOLD_EVERY_SECONDS:
            return
        self._note(self.name, done, total)

    def ask_stop(self, reason: Reason, actor: str = "") -> None:
        """Ends the work at its next step, for ``actor`` where a person or a key asked for it; the first reason counts.

        A lost lease counts before any other: whoever has it now decides what becomes of the run.
        """
        with self.changed:
            if self.stop is None or reason == "lost":
                self.stop, self.stopped_by = reason, actor
            self.changed.notify_all()

    def _note(self, name: str, done: int, total: int) -> None:
        self._check()
        with self.changed:
            self.name, self.done, self.total = name, done, total
            self.changes += 1
            self._told = time.monotonic()
            self.changed.notify_all()

    def _check(self) -> None:
        if self.stop is not None:
            raise RunStopped(self.stop)
