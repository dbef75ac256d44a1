"""Decides how a run is followed: server-sent events, a few streams at once, each ending by itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Iterator

from flask import Response, current_app

from api.jobs.telling import run_document
from api.jobs.worker import Jobs
from api.rates import RateError
from engine.messages import Language
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.runs import StoredRun

LONGEST_SECONDS = 600.0
LOOK_SECONDS = 0.5
# A client that went away is only found out by writing to it.
STILL_THERE_SECONDS = 5.0


def event_stream(account: AccountStore, run: StoredRun, jobs: Jobs, language: Language) -> Response:
    """The stream of a run. Raises RateError where as many streams are open as the service keeps."""
    places: threading.Semaphore = current_app.extensions["adcue.streams"]
    if not places.acquire(blocking=False):
        raise RateError(5)
    stream = _Released(_events(account, run, jobs, language), places)
    answer = Response(stream, mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


class _Released:
    """A stream that gives its place back when it is closed, also when it was never begun."""

    def __init__(self, events: Generator[str], places: threading.Semaphore) -> None:
        self._events, self._places = events, places
        self._open = True

    def __iter__(self) -> Iterator[str]:
        return self._events

    def close(self) -> None:
        """Called by the server at the end, whoever ended it."""
        self._events.close()
        if self._open:
            self._open = False
            self._places.release()


def _events(account: AccountStore, run: StoredRun, jobs: Jobs, language: Language) -> Generator[str]:
    until = time.monotonic() + LONGEST_SECONDS
    told, quiet_since = "", time.monotonic()
    while True:
        text = json.dumps(run_document(run, language, jobs.live(run.id)), ensure_ascii=False)
        if text != told:
            told, quiet_since = text, time.monotonic()
            yield f"event: run\ndata: {text}\n\n"
        elif time.monotonic() - quiet_since > STILL_THERE_SECONDS:
            quiet_since = time.monotonic()
            yield ": still there\n\n"
        if not run.is_open or jobs.is_stopping or time.monotonic() > until:
            return
        live = jobs.live(run.id)
        if live is not None:
            with live.changed:
                live.changed.wait(LOOK_SECONDS)
        else:
            time.sleep(LOOK_SECONDS)
        run = account.runs.read(run.id)


def open_streams() -> threading.Semaphore:
    """As many places as the service keeps streams open."""
    return threading.Semaphore(settings().most_streams)
