"""Decides which pages there are and what each form on them does."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller, caller
from api.console.forms import copy_rows, proposal_request
from api.console.views import copy_view, home_view, import_view, night_view, proposal_view
from api.console.words import speak
from api.dates import today
from api.language import request_language
from api.services.imports import import_file
from api.services.nights import run_night
from api.services.proposals import make_proposal
from api.services.screenings import check_copy
from api.sessions import LIFETIME_SECONDS, SESSIONS, cookie_name
from api.uploads import received_file
from api.v1.proposals import sheet_response
from api.values import read_date
from engine.errors import AccessError
from engine.store.store import Store

pages = Blueprint("console", "api.console")
pages.app_context_processor(speak)


@pages.get("/login")
def show_login() -> ResponseReturnValue:
    """The page that takes a key."""
    return render_template("login.html", problem=None)


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    """Begins a session for the holder of a key."""
    store: Store = current_app.extensions["adcue.store"]
    try:
        principal = store.keys.verify(request.form.get("key", "").strip())
    except AccessError:
        return render_template("login.html", problem="login.failed"), 401
    response = make_response(redirect("/", 303))
    response.set_cookie(
        cookie_name(secure=request.is_secure),
        SESSIONS.begin(principal),
        max_age=LIFETIME_SECONDS,
        httponly=True,
        secure=request.is_secure,
        samesite="Strict",
        path="/",
    )
    return response


@pages.post("/logout")
def log_out() -> ResponseReturnValue:
    """Ends the session."""
    name = cookie_name(secure=request.is_secure)
    SESSIONS.end(request.cookies.get(name, ""))
    response = make_response(redirect("/login", 303))
    response.delete_cookie(name, path="/", httponly=True, secure=request.is_secure, samesite="Strict")
    return response


@pages.get("/")
def show_home() -> ResponseReturnValue:
    """The page: proposal, night, copy, files."""
    view = home_view(account_of_caller(), request.args.get("proposal"), request_language())
    return render_template("home.html", view=view, role=caller().role)


@pages.get("/cue-sheet/<proposal_id>.xlsx")
def download_cue_sheet(proposal_id: str) -> Response:
    """The cue sheet of a proposal; ``internal`` and ``final`` as flags."""
    return sheet_response(
        proposal_id, internal=request.args.get("internal") == "1", final=request.args.get("final") == "1"
    )


@pages.post("/propose")
def propose() -> ResponseReturnValue:
    """A new proposal in place of the one shown."""
    account = account_of_caller()
    stored = make_proposal(account, proposal_request(request.form))
    return render_template("partials/proposal.html", proposal=proposal_view(account, stored, request_language()))


@pages.post("/night")
def run_night_now() -> ResponseReturnValue:
    """The night of today's, or the data's, morning in place of the one shown."""
    account = account_of_caller()
    given = request.form.get("as_of", "")
    run_night(account, read_date(given, "as_of") if given else today())
    return render_template("partials/night.html", night=night_view(account, request_language()))


@pages.post("/copy")
def check_copy_now() -> ResponseReturnValue:
    """The verdict on copy that was typed in or handed in as a file."""
    rows, source = copy_rows(request)
    stored, _ = check_copy(account_of_caller(), rows, source)
    return render_template("partials/copy.html", copy=copy_view(stored, request_language()))


@pages.post("/import")
def import_now() -> ResponseReturnValue:
    """The list of files after one more was taken in."""
    account = account_of_caller()
    with received_file(request.files["file"]) as upload:
        done = import_file(account, upload.path, today(), name=upload.name)
    view = import_view(account)
    return render_template("partials/imports.html", imports=view, done=done.as_dict(request_language()))
