"""Decides which pages there are about rules: what each brought, which there are, and one of the account's own tried."""

from __future__ import annotations

from typing import Literal, cast, get_args

from flask import render_template, request
from flask.typing import ResponseReturnValue

from api.access import account_of_caller
from api.console.blueprint import pages
from api.console.rule_views import faults_of, list_view, scores_view, trial_view, written_view
from api.dates import today
from api.language import request_language
from api.services import rule_packs
from api.values import read_date
from engine.errors import ConflictError, InputError, PackError

Trying = Literal["check", "preview", "keep"]
Changing = Literal["off", "withdraw"]


@pages.get("/rule-scores")
def show_rule_scores() -> ResponseReturnValue:
    """Whether every rule earns its keep, as of today or of the day in ``as_of``."""
    given, now = request.args.get("as_of", ""), today()
    on = min(read_date(given, "as_of"), now) if given else now
    view = scores_view(account_of_caller(), on, now, request_language())
    return render_template("rule_scores.html", view=view)


@pages.get("/rules")
def show_rules() -> ResponseReturnValue:
    """Every rule as it stands, and a place to write one; ``write`` names the rule to begin with."""
    account, language = account_of_caller(), request_language()
    name = request.args.get("write", "")
    text = written_view(account, name, language)["text"] if name else ""
    return render_template("rules.html", view=list_view(account, language), text=text)


@pages.get("/rules/<rule_id>")
def show_rule(rule_id: str) -> ResponseReturnValue:
    """One rule with its text and every version the account kept, in its place on the page."""
    return render_template("partials/rule.html", one=written_view(account_of_caller(), rule_id, request_language()))


@pages.post("/rules")
def try_rule() -> ResponseReturnValue:
    """Checks a rule, tries it on today's data, or keeps it; what came of it, or every fault of it."""
    account, language, on = account_of_caller(), request_language(), today()
    act, text, seen = _asked(get_args(Trying)), request.form.get("text", ""), None
    try:
        if act == "preview":
            checked, seen = rule_packs.preview_rule(account, text, on)
        else:
            checked = (rule_packs.keep_rule if act == "keep" else rule_packs.check_rule)(account, text, on)
    except (PackError, ConflictError, InputError) as error:
        return render_template("partials/rule_trial.html", faults=faults_of(error, language))
    view = trial_view(account, checked, seen, language, kept=act == "keep")
    return render_template("partials/rule_trial.html", view=view, faults=None)


@pages.post("/rules/<rule_id>")
def change_rule(rule_id: str) -> ResponseReturnValue:
    """Silences a rule, or takes back what the account says of it; the list as it stands then."""
    account, language, act = account_of_caller(), request_language(), cast(Changing, _asked(get_args(Changing)))
    faults = None
    try:
        if act == "off":
            rule_packs.switch_off(account, rule_id, today())
        else:
            rule_packs.withdraw(account, rule_id, today())
    except (PackError, ConflictError) as error:
        faults = faults_of(error, language)
    done = None if faults else {"act": act, "rule": rule_id}
    return render_template("partials/rule_list.html", view=list_view(account, language), done=done, faults=faults)


def _asked(known: tuple[str, ...]) -> str:
    act = request.form.get("act", "")
    if act not in known:
        raise InputError("api.value.choice", option="act", given=act[:20], known=", ".join(known))
    return act
