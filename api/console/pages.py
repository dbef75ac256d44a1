"""Decides which pages there are beside the forms for work: home, downloads, decisions."""

from __future__ import annotations

from typing import cast, get_args

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller, require_margin_sight
from api.console.blueprint import pages
from api.console.charts import frontier_chart
from api.console.forms import note_of
from api.console.views import decision_view, home_view
from api.console.work import open_work
from api.language import request_language
from api.services.budget_frontier import HIGH, LOW, POINTS, frontier_of_proposal
from api.v1.proposals import sheet_response
from engine.errors import InputError
from engine.store.decisions import VerdictName


@pages.get("/")
def show_home() -> ResponseReturnValue:
    """The page: proposal, night, copy, files."""
    view = home_view(account_of_caller(), request.args.get("proposal"), request_language())
    return render_template("home.html", view=view, work=open_work())


@pages.get("/cue-sheet/<proposal_id>.xlsx")
def download_cue_sheet(proposal_id: str) -> Response:
    """The cue sheet of a proposal; ``internal`` and ``final`` as flags."""
    internal = request.args.get("internal") == "1"
    if internal:
        require_margin_sight()
    return sheet_response(proposal_id, internal=internal, final=request.args.get("final") == "1")


@pages.get("/proposals/<proposal_id>/frontier")
def show_frontier(proposal_id: str) -> ResponseReturnValue:
    """What other budgets would bring, in its place on the page."""
    language = request_language()
    found = frontier_of_proposal(account_of_caller(), proposal_id, language, POINTS, LOW, HIGH)
    return render_template("partials/frontier.html", frontier=found, chart=frontier_chart(found))


@pages.post("/proposals/<proposal_id>/decision")
def decide(proposal_id: str) -> ResponseReturnValue:
    """Approves or rejects a proposal as a second person; what was decided, in place of the question."""
    verdict = request.form.get("verdict", "")
    if verdict not in get_args(VerdictName):
        raise InputError(
            "api.value.choice", option="verdict", given=verdict[:20], known=", ".join(get_args(VerdictName))
        )
    note = note_of(request.form, request_language())
    account = account_of_caller()
    account.decide("proposal", proposal_id, cast(VerdictName, verdict), note)
    stored = account.get("proposal", proposal_id)
    return render_template("partials/decision.html", proposal=decision_view(account, stored))
