"""Decides what becomes of a run that was taken up: it is done, fails, is cancelled, or goes back to wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.jobs.kinds import clear_up, work_of
from api.jobs.live import Live, RunStopped
from api.jobs.outcome import failed
from api.unforeseen import frames, unexpected
from engine.errors import AdcueError, ConflictError, StoreError
from engine.logs import logger
from engine.store.account import AccountStore
from engine.store.leases import Held
from engine.store.runs import State, StoredRun
from engine.store.store import Store

MOST_ATTEMPTS = 5
_LOST = frozenset({"engine.store.lease_lost", "engine.store.run_over"})
_LOG = logger("jobs")
_Result = tuple[State, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """A run under our lease: ``account`` acts for whoever asked for it, and only while the lease stands."""

    live: Live
    account: AccountStore
    held: Held
    run: StoredRun


def work_on(store: Store, taken: Taken) -> None:
    """Works on the run to its end, or until it is to stop.

    Raises StoreError where the database is away or full: the run stays as it is and is taken up again.
    """
    run = taken.run
    try:
        result = _result(store, taken)
        if result is not None:
            _end(taken, *result)
    except ConflictError as error:
        if error.code not in _LOST:
            raise
        # Another has it now, or ended it between our look and our step: what stands is theirs.
        _LOG.warning("run_lost", kind=run.kind, code=error.code)


def _result(store: Store, taken: Taken) -> _Result | None:
    """How the run ends; None where it does not end here."""
    run, account = taken.run, taken.account
    if run.cancel_asked:
        return "cancelled", None
    if run.attempts >= MOST_ATTEMPTS:
        return "failed", failed(AdcueError("api.run.crashed", attempts=run.attempts))
    account.runs.begin(run.id)
    _LOG.info("run_begun", kind=run.kind, attempt=run.attempts + 1)
    try:
        return "done", work_of(run.kind)(account, run.request, taken.live).as_dict()
    except RunStopped as stopped:
        return _stopped(store, taken, stopped)
    except AdcueError as error:
        if error.code in _LOST or (isinstance(error, StoreError) and run.attempts + 1 < MOST_ATTEMPTS):
            raise
        return "failed", failed(error)
    except Exception as error:
        _LOG.error("unexpected", kind=type(error).__name__, frames=frames(error))
        return "failed", failed(unexpected(error))


def _stopped(store: Store, taken: Taken, stopped: RunStopped) -> _Result | None:
    run = taken.run
    _LOG.info("run_stopped", kind=run.kind, reason=stopped.reason)
    if stopped.reason == "cancelled":
        if taken.live.stopped_by:
            # Their own request may find the run over already; whoever comes first writes the act, the other nothing.
            store.account_at(taken.account.tenant, taken.account.name, taken.live.stopped_by).runs.cancel(run.id)
        return "cancelled", None
    if stopped.reason == "stopping":
        taken.account.runs.give_back(run.id)
    return None


def _end(taken: Taken, state: State, outcome: dict[str, Any] | None) -> None:
    run = taken.run
    ended = taken.account.runs.end(run.id, state, outcome)
    clear_up(run.kind, run.request)
    _LOG.info("run_ended", kind=run.kind, state=ended.state)
