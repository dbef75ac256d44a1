"""Decides how runs are worked on: a few threads, each under a lease that is renewed, stopping when the service does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from api.jobs.kinds import clear_up, work_of
from api.jobs.live import Live, RunStopped
from api.jobs.outcome import failed
from api.unforeseen import frames, unexpected
from engine.errors import AdcueError, ConflictError, StoreError
from engine.logs import logger, run_context
from engine.store.account import AccountStore
from engine.store.leases import Held, this_process
from engine.store.runs import StoredRun
from engine.store.store import Store

LEASE = timedelta(seconds=20)
HEARTBEAT_SECONDS = 5.0
LOOK_SECONDS = 1.0
AWAY_SECONDS = 2.0
MOST_ATTEMPTS = 5
_LOG = logger("jobs")


class Jobs:
    """The long work of this process: starts with the first request for it, or when the service starts."""

    def __init__(self, store: Store, threads: int) -> None:
        self._store = store
        self._count = threads
        self._threads: list[threading.Thread] = []
        self._live: dict[str, tuple[Live, AccountStore, Held]] = {}
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self._news = threading.Condition()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begins to look for work; nothing happens where that was begun already."""
        with self._lock:
            if self._threads:
                return
            names = [*(f"adcue-job-{number}" for number in range(self._count)), "adcue-heartbeat"]
            targets = [*([self._look] * self._count), self._beat]
            self._threads = [
                threading.Thread(target=target, name=name, daemon=True)
                for target, name in zip(targets, names, strict=True)
            ]
        for thread in self._threads:
            thread.start()

    @property
    def is_stopping(self) -> bool:
        """Whether the service is about to end."""
        return self._stopping.is_set()

    def nudge(self) -> None:
        """There is new work."""
        self.start()
        with self._news:
            self._news.notify_all()

    def live(self, run_id: str) -> Live | None:
        """The run as it is worked on in this process."""
        with self._lock:
            held = self._live.get(run_id)
        return held[0] if held is not None else None

    def wait(self, account: AccountStore, run_id: str, seconds: float) -> StoredRun:
        """The run once it is over, or as it stands after ``seconds`` or when the service is told to stop."""
        until = time.monotonic() + seconds
        while True:
            run = account.runs.read(run_id)
            left = until - time.monotonic()
            if not run.is_open or left <= 0 or self._stopping.is_set():
                return run
            with self._news:
                self._news.wait(min(left, 0.2 if self.live(run_id) is None else LOOK_SECONDS))

    def stop(self, grace_seconds: float) -> None:
        """Takes up nothing more and lets what runs end; what does not in time goes back to wait."""
        self._stopping.set()
        with self._news:
            self._news.notify_all()
        until = time.monotonic() + grace_seconds
        while self._live and time.monotonic() < until:
            time.sleep(0.05)
        with self._lock:
            left = list(self._live.values())
        for live, _, _ in left:
            live.ask_stop("stopping")
        for thread in self._threads:
            thread.join(timeout=2.0)

    def _look(self) -> None:
        """One thread's life: work while there is some, then wait for news."""
        while not self._stopping.is_set():
            try:
                worked = self._work_on_one()
            except StoreError as error:
                _LOG.error("jobs_store_away", code=error.code)
                worked = False
                self._stopping.wait(AWAY_SECONDS)
            if not worked and not self._stopping.is_set():
                with self._news:
                    self._news.wait(LOOK_SECONDS)

    def _work_on_one(self) -> bool:
        for tenant, name, run_id in self._store.open_runs():
            taken = self._take(tenant, name, run_id)
            if taken is not None:
                live, account, held, run = taken
                try:
                    with run_context(run_id, tenant):
                        self._work(live, account, run)
                finally:
                    self._drop(run_id, account, held)
                return True
        return False

    def _take(self, tenant: int, name: str, run_id: str) -> tuple[Live, AccountStore, Held, StoredRun] | None:
        """The run under a lease of ours; None where another has it or it is over."""
        with self._taking:
            if self.live(run_id) is not None or self._stopping.is_set():
                return None
            opened = self._store.account_at(tenant, name, "jobs")
            try:
                held = opened.leases.take(f"run:{run_id}", this_process(), LEASE)
            except ConflictError:
                return None
            run = opened.runs.read(run_id)
            if not run.is_open:
                opened.leases.release(held)
                return None
            account = self._store.account_at(tenant, name, run.actor).under(held)
            live = Live(run_id, lambda stage, done, total: _tell(account, run_id, stage, done, total))
            with self._lock:
                self._live[run_id] = (live, account, held)
        return live, account, held, run

    def _work(self, live: Live, account: AccountStore, run: StoredRun) -> None:
        if run.cancel_asked:
            self._end(account, run, "cancelled", None)
            return
        if run.attempts >= MOST_ATTEMPTS:
            self._end(account, run, "failed", failed(AdcueError("api.run.crashed", attempts=run.attempts)))
            return
        account.runs.begin(run.id)
        _LOG.info("run_begun", kind=run.kind, attempt=run.attempts + 1)
        try:
            outcome = work_of(run.kind)(account, run.request, live)
        except RunStopped as stopped:
            self._stopped(account, run, stopped)
        except StoreError:
            raise  # the database is away or full: the run stays as it is and is taken up again
        except ConflictError as error:
            if error.code == "engine.store.lease_lost":
                _LOG.warning("run_lost", kind=run.kind)
                return
            self._end(account, run, "failed", failed(error))
        except AdcueError as error:
            self._end(account, run, "failed", failed(error))
        except Exception as error:
            _LOG.error("unexpected", kind=type(error).__name__, frames=frames(error))
            self._end(account, run, "failed", failed(unexpected(error)))
        else:
            self._end(account, run, "done", outcome.as_dict())

    def _stopped(self, account: AccountStore, run: StoredRun, stopped: RunStopped) -> None:
        _LOG.info("run_stopped", kind=run.kind, reason=stopped.reason)
        if stopped.reason == "cancelled":
            self._end(account, run, "cancelled", None)
        elif stopped.reason == "stopping":
            account.runs.give_back(run.id)

    def _end(self, account: AccountStore, run: StoredRun, state: str, outcome: dict[str, object] | None) -> None:
        ended = account.runs.end(run.id, state, outcome)  # type: ignore[arg-type]  # one of the states
        clear_up(run.kind, run.request)
        _LOG.info("run_ended", kind=run.kind, state=ended.state)

    def _drop(self, run_id: str, account: AccountStore, held: Held) -> None:
        with self._lock:
            self._live.pop(run_id, None)
        try:
            account.leases.release(held)
        except StoreError as error:
            _LOG.error("lease_not_released", code=error.code)  # it runs out by itself
        with self._news:
            self._news.notify_all()

    def _beat(self) -> None:
        """Renews the lease of everything under way; work whose lease went elsewhere is told to stop."""
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            with self._lock:
                held = list(self._live.values())
            for live, account, lease in held:
                try:
                    account.leases.renew(lease, LEASE)
                except ConflictError:
                    live.ask_stop("lost")
                except StoreError as error:
                    _LOG.warning("lease_not_renewed", code=error.code)


def _tell(account: AccountStore, run_id: str, stage: str, done: int, total: int) -> None:
    told = account.runs.tell(run_id, stage, done, total)
    if told.cancel_asked:
        raise RunStopped("cancelled")
