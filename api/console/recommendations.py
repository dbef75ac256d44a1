"""Decides what the page of today does: shows what needs a decision, takes decisions, and writes bulk-edit files."""

from __future__ import annotations

from typing import cast, get_args

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller
from api.console.blueprint import pages
from api.console.evidence import evidence_view
from api.console.forms import note_of
from api.console.worklist import worklist_view
from api.dates import today
from api.language import request_language
from api.services.bulk_edits import bulk_file
from api.services.decide_many import ActName, act_on
from engine.errors import InputError, NotFoundError


@pages.get("/today")
def show_today() -> ResponseReturnValue:
    """What needs a decision today, the most money first."""
    view = worklist_view(account_of_caller(), request_language())
    return render_template("today.html", view=view)


@pages.post("/recommendations")
def act_on_recommendations() -> ResponseReturnValue:
    """Approves, rejects, marks or takes back what was chosen; the list as it stands then, in place of the one shown."""
    account, language = account_of_caller(), request_language()
    try:
        act, names = _asked()
        acted = act_on(account, act, names, note_of(request.form, language), today())
    except InputError as error:  # said above the list, which stays
        return render_template(
            "partials/worklist.html", view=worklist_view(account, language), fault=error.text(language)
        )
    return render_template("partials/worklist.html", view=worklist_view(account, language, acted))


def _asked() -> tuple[ActName, list[str]]:
    """What to do about which: a row's own button names both, the buttons below name what the boxes choose."""
    act, _, name = request.form.get("one", "").partition(":")
    names = [name] if act else request.form.getlist("id")
    act = act or request.form.get("act", "")
    if act not in get_args(ActName):
        raise InputError("api.value.choice", option="act", given=act[:20], known=", ".join(get_args(ActName)))
    return cast(ActName, act), names


@pages.get("/recommendations/<recommendation_id>/evidence")
def show_evidence(recommendation_id: str) -> ResponseReturnValue:
    """Every number behind one flag, kept or dropped, in its place on the page."""
    view = evidence_view(account_of_caller(), recommendation_id, request_language())
    return render_template("partials/evidence.html", one=view)


@pages.post("/bulk-edits")
def show_bulk_edit() -> ResponseReturnValue:
    """What goes into a platform's file and what has to be done by hand; what goes in is marked as exported."""
    account, language = account_of_caller(), request_language()
    told = bulk_file(account, _platform(), today()).as_dict(language)
    return render_template("partials/worklist.html", view=worklist_view(account, language), bulk=told)


@pages.post("/bulk-edits/file")
def download_bulk_edit() -> Response:
    """The file itself, with a byte order mark, so that a spreadsheet reads Chinese names as they are."""
    made = bulk_file(account_of_caller(), _platform(), today())
    if made.content is None:
        raise NotFoundError("api.bulk.nothing", platform=made.platform)
    answer = Response(made.content.encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


def _platform() -> str:
    return request.form.get("platform", "")[:32]
