"""Decides what the forms for long work do: ask for a run, wait a little, then show what came of it or how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller
from api.console.blueprint import pages
from api.console.forms import copy_request, proposal_request
from api.console.views import copy_view, import_view, night_view, proposal_view
from api.dates import today
from api.jobs.telling import run_document
from api.language import request_language
from api.v1.imports import ask_import
from api.v1.long_work import MOST_OPEN, ask_run, jobs
from api.v1.runs import stop_run
from api.values import read_date
from engine.errors import ConflictError
from engine.messages import Language
from engine.store.account import AccountStore
from engine.store.runs import OPEN, StoredRun

WAIT_SECONDS = 3.0
LOOK_SECONDS = 0.5
# Where the answer to each kind of work is swapped in.
TARGETS = {"proposal": "proposal-body", "night": "night-body", "copy_check": "copy-body", "file_import": "imports-body"}


@pages.post("/propose")
def propose() -> ResponseReturnValue:
    """A new proposal in place of the one shown."""
    return _shown(ask_run("proposal", proposal_request(request.form, request_language()).as_dict()))


@pages.post("/night")
def run_night_now() -> ResponseReturnValue:
    """The night of today's, or the data's, morning in place of the one shown."""
    given = request.form.get("as_of", "")
    as_of = read_date(given, "as_of") if given else today()
    return _shown(ask_run("night", {"as_of": as_of.isoformat(), "dry_run": False}))


@pages.post("/copy")
def check_copy_now() -> ResponseReturnValue:
    """The verdict on copy that was typed in or handed in as a file."""
    return _shown(ask_run("copy_check", copy_request(request)))


@pages.post("/import")
def import_now() -> ResponseReturnValue:
    """The list of files after one more was taken in."""
    return _shown(ask_import(request.files["file"], today(), dry_run=False, hints={}))


@pages.get("/runs/<run_id>")
def show_run(run_id: str) -> ResponseReturnValue:
    """How far a run is, in place of how far it was; what came of it, in the place of the form that asked for it."""
    return _followed(account_of_caller().runs.read(run_id))


@pages.post("/runs/<run_id>/cancel")
def cancel_run(run_id: str) -> ResponseReturnValue:
    """Asks for a run's end; one that has ended meanwhile shows what came of it."""
    account = account_of_caller()
    try:
        return _followed(stop_run(account, run_id))
    except ConflictError:
        return _followed(account.runs.read(run_id))


def open_work() -> dict[str, dict[str, Any]]:
    """The reader's own work that is not over, the latest of each kind, for a page that is opened while it goes on."""
    account = account_of_caller()
    found = [run for state in OPEN for run in account.runs.list(MOST_OPEN, state=state) if run.actor == account.actor]
    return {run.kind: _told(run) for run in sorted(found, key=lambda run: run.created_at)}


def _followed(run: StoredRun) -> ResponseReturnValue:
    """The answer to whoever follows a run: its line as it stands, or its end, which takes the larger place."""
    run = jobs().wait(account_of_caller(), run.id, LOOK_SECONDS)
    if run.is_open:
        return render_template("partials/progress.html", run=_told(run))
    response = make_response(_ended(run))
    response.headers["HX-Retarget"] = f"#{TARGETS[run.kind]}"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _shown(run: StoredRun) -> ResponseReturnValue:
    run = jobs().wait(account_of_caller(), run.id, WAIT_SECONDS)
    if run.is_open:
        return render_template("partials/run.html", run=_told(run))
    return _ended(run)


def _ended(run: StoredRun) -> str:
    told = _told(run)
    if told["problem"] is not None:
        problem = told["problem"]
        lines = [problem["detail"], *(one["detail"] for one in problem["errors"])]
        return render_template("partials/error.html", problem=problem, lines=lines)
    if run.state == "cancelled":
        return render_template("partials/cancelled.html")
    return _ANSWERS[run.kind](account_of_caller(), run, request_language())


def _told(run: StoredRun) -> dict[str, Any]:
    return run_document(run, request_language(), jobs().live(run.id))


def _proposal(account: AccountStore, run: StoredRun, language: Language) -> str:
    stored = account.get("proposal", _outcome(run)["record"])
    return render_template("partials/proposal.html", proposal=proposal_view(account, stored, language))


def _night(account: AccountStore, _run: StoredRun, language: Language) -> str:
    return render_template("partials/night.html", night=night_view(account, language))


def _copy(account: AccountStore, run: StoredRun, language: Language) -> str:
    stored = account.get("screening", _outcome(run)["record"])
    return render_template("partials/copy.html", copy=copy_view(stored, language))


def _imports(account: AccountStore, run: StoredRun, language: Language) -> str:
    done = _outcome(run)["words"][language]
    return render_template("partials/imports.html", imports=import_view(account), done=done)


def _outcome(run: StoredRun) -> Any:
    return run.outcome


_ANSWERS: dict[str, Callable[[AccountStore, StoredRun, Language], str]] = {
    "proposal": _proposal,
    "night": _night,
    "copy_check": _copy,
    "file_import": _imports,
}
