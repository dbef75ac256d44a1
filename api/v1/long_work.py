"""Decides how long work is answered: directly when it is done in time, else 202 with the run to ask again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, g, request

from api.access import account_of_caller
from api.jobs.outcome import body_of
from api.jobs.telling import run_document
from api.jobs.worker import Jobs
from api.language import request_language
from api.problems import CONTENT_TYPE, NEXT_TRY_SECONDS
from api.rates import RateError
from api.v1.contract import Answer
from engine.errors import ConflictError
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.runs import StoredRun

MOST_OPEN = 20
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?:$|[,;\s])")
_ASYNC = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])")


def jobs() -> Jobs:
    """What works on runs in the application under way."""
    worked: Jobs = current_app.extensions["adcue.jobs"]
    return worked


def answer_run(kind: str, asked: Mapping[str, Any]) -> Answer:
    """Asks for a run and waits for its answer. Raises what ``ask_run`` and ``answer_when_done`` raise."""
    return answer_when_done(ask_run(kind, asked))


def ask_run(kind: str, asked: Mapping[str, Any]) -> StoredRun:
    """Asks for a run. Raises RateError for an account with too much open work."""
    account = account_of_caller()
    if account.runs.count_open() >= MOST_OPEN:
        raise RateError(5)
    run = account.runs.ask(kind, asked)
    jobs().nudge()
    return run


def answer_when_done(run: StoredRun) -> Answer:
    """Waits as long as the request prefers (RFC 7240 ``Prefer: wait`` or ``respond-async``); then 202 with the run.

    Raises ConflictError for a run that was cancelled meanwhile.
    """
    account = account_of_caller()
    run = jobs().wait(account, run.id, _patience())
    if run.is_open:
        headers = {"Location": f"/v1/runs/{run.short_id}", "Retry-After": "1", "Preference-Applied": _applied()}
        return run_document(run, request_language()), 202, {name: text for name, text in headers.items() if text}
    return answer_of(account, run)


def answer_of(account: AccountStore, run: StoredRun) -> Answer:
    """The answer of a run that is over."""
    if run.outcome is None:
        raise ConflictError("api.run.cancelled", id=run.short_id)
    language = request_language()
    if "problem" in run.outcome:
        told = run.outcome["problem"][language]
        g.problem = (told["code"], told["status"])
        headers: dict[str, str] = {"Content-Language": language}
        if (seconds := NEXT_TRY_SECONDS.get(told["code"])) is not None:
            headers["Retry-After"] = str(seconds)
        return Response(json.dumps(told), told["status"], headers, content_type=CONTENT_TYPE)
    return body_of(account, run.outcome, language), int(run.outcome["status"])


def _patience() -> float:
    """Seconds that the request waits."""
    prefer = request.headers.get("Prefer", "")
    if found := _WAIT.search(prefer):
        return min(int(found[1]), 60)
    return 0 if _ASYNC.search(prefer) else settings().wait_seconds


def _applied() -> str:
    prefer = request.headers.get("Prefer", "")
    if found := _WAIT.search(prefer):
        return f"wait={min(int(found[1]), 60)}"
    return "respond-async" if _ASYNC.search(prefer) else ""
