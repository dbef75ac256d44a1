"""Decides which pages there are beside the forms for work: home, downloads, decisions."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller, caller, require_margin_sight, store_of_app
from api.console.blueprint import pages
from api.console.views import home_view, proposal_view
from api.language import request_language
from api.v1.proposals import sheet_response
from engine.errors import InputError

_VERDICTS = ("approved", "rejected")


@pages.get("/")
def show_home() -> ResponseReturnValue:
    """The page: proposal, night, copy, files."""
    who = caller()
    view = home_view(account_of_caller(), request.args.get("proposal"), request_language())
    view["accounts"] = [name for name, _ in store_of_app().sessions.accounts(who.person_id or "")]
    return render_template("home.html", view=view, role=who.role, actor=who.actor)


@pages.get("/cue-sheet/<proposal_id>.xlsx")
def download_cue_sheet(proposal_id: str) -> Response:
    """The cue sheet of a proposal; ``internal`` and ``final`` as flags."""
    internal = request.args.get("internal") == "1"
    if internal:
        require_margin_sight()
    return sheet_response(proposal_id, internal=internal, final=request.args.get("final") == "1")


@pages.post("/proposals/<proposal_id>/decision")
def decide(proposal_id: str) -> ResponseReturnValue:
    """Approves or rejects a proposal as a second person; the proposal as it then stands."""
    verdict, account = request.form.get("verdict", ""), account_of_caller()
    if verdict not in _VERDICTS:
        raise InputError("api.value.choice", option="verdict", given=verdict[:20], known=", ".join(_VERDICTS))
    account.decide("proposal", proposal_id, "approved" if verdict == "approved" else "rejected")
    stored = account.get("proposal", proposal_id)
    view = proposal_view(account, stored, request_language())
    return render_template("partials/proposal.html", proposal=view, role=caller().role, actor=caller().actor)
