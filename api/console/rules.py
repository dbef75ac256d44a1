"""Decides which pages there are about rules: what each brought."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller
from api.console.blueprint import pages
from api.console.rule_views import scores_view
from api.dates import today
from api.language import request_language
from api.values import read_date


@pages.get("/rule-scores")
def show_rule_scores() -> ResponseReturnValue:
    """Whether every rule earns its keep, as of today or of the day in ``as_of``."""
    given, now = request.args.get("as_of", ""), today()
    on = min(read_date(given, "as_of"), now) if given else now
    view = scores_view(account_of_caller(), on, now, request_language())
    return render_template("rule_scores.html", view=view)
