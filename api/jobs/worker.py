"""Decides how runs are worked on: a few threads, each under a lease that is renewed, stopping when the service does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from api.jobs.doing import Taken, work_on
from api.jobs.live import Live, RunStopped
from api.jobs.tidying import tidy
from api.unforeseen import frames
from engine.errors import ConflictError, StoreError
from engine.logs import logger, run_context
from engine.store.account import AccountStore
from engine.store.leases import this_process
from engine.store.runs import StoredRun
from engine.store.store import Store

# Longer than a store that is busy makes a heartbeat wait. A holder that died on this machine frees its lease at once.
LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 5.0
LOOK_SECONDS = 1.0
ELSEWHERE_SECONDS = 0.2
AWAY_SECONDS = 2.0
LAST_STEP_SECONDS = 4.0
TIDY_SECONDS = 3600.0
# Requests that wait at once; more are answered with 202 straight away, so that threads are left to ask and to cancel.
MOST_WAITING = 8
_LOG = logger("jobs")


class Jobs:
    """The long work of this process: starts with the first request for it, or when the service starts."""

    def __init__(self, store: Store, threads: int, most_waiting: int = MOST_WAITING) -> None:
        self._store = store
        self._count = threads
        self._holder = this_process()
        self._threads: list[threading.Thread] = []
        self._live: dict[str, Taken] = {}
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self._ending = threading.Lock()
        self._news = threading.Condition()
        self._told = 0
        self._waiting = threading.Semaphore(most_waiting)
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
        self._tell_news()

    def live(self, run_id: str) -> Live | None:
        """The run as it is worked on in this process."""
        with self._lock:
            taken = self._live.get(run_id)
        return taken.live if taken is not None else None

    def wait(self, account: AccountStore, run_id: str, seconds: float) -> StoredRun:
        """The run once it is over, or as it stands after ``seconds`` or when the service is told to stop.

        Where many wait already it does not wait at all.
        """
        if not self._waiting.acquire(blocking=False):
            return account.runs.read(run_id)
        try:
            return self._wait(account, run_id, time.monotonic() + seconds)
        finally:
            self._waiting.release()

    def _wait(self, account: AccountStore, run_id: str, until: float) -> StoredRun:
        while True:
            told = self._told
            run = account.runs.read(run_id)
            left = until - time.monotonic()
            if not run.is_open or left <= 0 or self._stopping.is_set():
                return run
            with self._news:
                if told == self._told:
                    self._news.wait(min(left, ELSEWHERE_SECONDS if self.live(run_id) is None else LOOK_SECONDS))

    def stop(self, grace_seconds: float) -> None:
        """Takes up nothing more and lets what runs end; what does not in time goes back to wait."""
        self._stopping.set()
        self._tell_news()
        with self._ending:  # whoever is told second goes on, and the process ends, once the first is through
            until = time.monotonic() + grace_seconds
            while self._live and time.monotonic() < until:
                time.sleep(0.05)
            for taken in self._under_way():
                taken.live.ask_stop("stopping")
            until = time.monotonic() + LAST_STEP_SECONDS
            for thread in self._threads:
                thread.join(max(0.0, until - time.monotonic()))
            for taken in self._under_way():
                self._hand_back(taken)

    def _hand_back(self, taken: Taken) -> None:
        """Puts a run that reaches no step in time back to wait; its thread may yet finish it before the process ends.

        Its lease is not given back: what the thread writes may hold it, and it is free once this process is gone.
        """
        with self._lock:
            if self._live.pop(taken.run.id, None) is None:
                return
        try:
            taken.account.runs.give_back(taken.run.id)
        except (StoreError, ConflictError) as error:
            _LOG.warning("run_not_given_back", kind=taken.run.kind, code=error.code)  # free once this process is gone

    def _tell_news(self) -> None:
        with self._news:
            self._told += 1
            self._news.notify_all()

    def _under_way(self) -> list[Taken]:
        with self._lock:
            return list(self._live.values())

    def _look(self) -> None:
        """One thread's life: work while there is some, then wait for news. No fault of a run ends it."""
        while not self._stopping.is_set():
            told, worked = self._told, False
            try:
                worked = self._work_on_one()
            except StoreError as error:
                _LOG.error("jobs_store_away", code=error.code)
                self._stopping.wait(AWAY_SECONDS)
            except Exception as error:
                _LOG.error("unexpected", kind=type(error).__name__, frames=frames(error))
                self._stopping.wait(AWAY_SECONDS)
            if worked:
                continue
            with self._news:
                if told == self._told and not self._stopping.is_set():
                    self._news.wait(LOOK_SECONDS)

    def _work_on_one(self) -> bool:
        for tenant, name, run_id in self._store.open_runs():
            taken = self._take(tenant, name, run_id)
            if taken is not None:
                try:
                    with run_context(run_id, tenant):
                        work_on(self._store, taken)
                finally:
                    self._drop(taken)
                return True
        return False

    def _take(self, tenant: int, name: str, run_id: str) -> Taken | None:
        """The run under a lease of ours; None where another has it or it is over."""
        with self._taking:
            if self.live(run_id) is not None or self._stopping.is_set():
                return None
            opened = self._store.account_at(tenant, name, "jobs")
            try:
                held = opened.leases.take(f"run:{run_id}", self._holder, LEASE)
            except ConflictError:
                return None
            run = opened.runs.read(run_id)
            if not run.is_open:
                opened.leases.release(held)
                return None
            account = self._store.account_at(tenant, name, run.actor).under(held)
            live = Live(
                run_id,
                lambda stage, done, total: _tell(account, run_id, stage, done, total),
                run.created_at,
                is_again=run.attempts > 0,
            )
            taken = Taken(live, account, held, run)
            with self._lock:
                self._live[run_id] = taken
        if self._stopping.is_set():
            live.ask_stop("stopping")  # it may have been taken after those under way were told
        return taken

    def _drop(self, taken: Taken) -> None:
        with self._lock:
            self._live.pop(taken.run.id, None)
        try:
            taken.account.leases.release(taken.held)
        except StoreError as error:
            _LOG.error("lease_not_released", code=error.code)  # it runs out by itself
        self._tell_news()

    def _beat(self) -> None:
        """Renews the lease of everything under way, and now and then takes away what broken-off work left."""
        self._tidy()
        tidied = time.monotonic()
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            for taken in self._under_way():
                self._renew(taken)
            if time.monotonic() - tidied >= TIDY_SECONDS:
                tidied = time.monotonic()
                self._tidy()

    def _renew(self, taken: Taken) -> None:
        """Keeps a run ours. One whose lease went elsewhere, or whose end was asked for elsewhere, is told to stop."""
        try:
            if taken.account.runs.read(taken.run.id).cancel_asked:
                taken.live.ask_stop("cancelled")
            taken.account.leases.renew(taken.held, LEASE)
        except ConflictError:
            taken.live.ask_stop("lost")
        except StoreError as error:
            _LOG.warning("lease_not_renewed", code=error.code)
        except Exception as error:
            _LOG.error("unexpected", kind=type(error).__name__, frames=frames(error))

    def _tidy(self) -> None:
        try:
            tidy(self._store)
        except StoreError as error:
            _LOG.warning("not_tidied", code=error.code)
        except Exception as error:
            _LOG.error("unexpected", kind=type(error).__name__, frames=frames(error))


def _tell(account: AccountStore, run_id: str, stage: str, done: int, total: int) -> None:
    told = account.runs.tell(run_id, stage, done, total)
    if told.cancel_asked:
        raise RunStopped("cancelled")
