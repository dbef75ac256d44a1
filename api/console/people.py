"""Decides what people do about themselves and an administrator about others: passwords, keys, invitations, roles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from api.access import ADMIN, MACHINE, account_of_caller, caller, store_of_app
from api.console.blueprint import go_to, pages
from api.language import request_language
from api.problems import status_of
from api.rates import rates
from api.request_logs import note_problem
from api.v1.keys import key_card, stop_key
from engine.errors import AccessError, AdcueError
from engine.settings import settings
from engine.store.roles import PEOPLE


@pages.get("/self")
def show_self() -> ResponseReturnValue:
    """One's own page: password and keys."""
    return _self_page()


@pages.post("/self/password")
def change_password() -> ResponseReturnValue:
    """Sets a new password; every session ends, this one too."""
    who, form = caller(), request.form
    rates().login(who.actor, request.remote_addr or "")
    try:
        store_of_app().people.change_password(who.tenant, who.person_id or "", form.get("old", ""), form.get("new", ""))
    except AdcueError as error:
        return _self_page(password_problem=_told(error)), status_of(error)
    return go_to("/login?changed=1")


@pages.post("/keys")
def create_key() -> ResponseReturnValue:
    """Makes a key for oneself, or as an administrator for a machine, and shows it once."""
    who, for_machine = caller(), request.form.get("for_whom") == MACHINE
    if for_machine and who.role != ADMIN:
        raise AccessError("api.access.role", role=who.role, needed=ADMIN)
    role, person = (MACHINE, None) if for_machine else (who.role, who.person_id)
    name = request.form.get("name", "").strip()
    try:
        plaintext, _ = account_of_caller().keys.create(role, name, person, timedelta(days=365))
    except AdcueError as error:
        return _self_page(key_problem=_told(error)), status_of(error)
    return _self_page(key=plaintext)


@pages.post("/keys/<key_id>/revoke")
def revoke_key(key_id: str) -> ResponseReturnValue:
    """Stops a key at once."""
    stop_key(key_id)
    return go_to("/self")


@pages.post("/self/sessions")
def end_other_sessions() -> ResponseReturnValue:
    """Ends one's sessions everywhere else."""
    who = caller()
    store_of_app().sessions.end_others(who.person_id or "", who.tenant, who.session_id or "")
    return go_to("/self")


@pages.get("/people")
def show_people() -> ResponseReturnValue:
    """Everyone in the account."""
    return _people_page()


@pages.post("/people/invite")
def invite() -> ResponseReturnValue:
    """A one-time key for someone new, shown once as a link to hand over."""
    try:
        secret, invited = account_of_caller().members.invite(request.form.get("role", ""))
    except AdcueError as error:
        return _people_page(problem=_told(error)), status_of(error)
    return _people_page(link=f"{request.url_root}join#key={secret}", invited=invited)


@pages.post("/people/<person_id>/role")
def change_role(person_id: str) -> ResponseReturnValue:
    """Gives a person another role."""
    try:
        account_of_caller().members.change_role(person_id, request.form.get("role", ""))
    except AdcueError as error:
        return _people_page(problem=_told(error)), status_of(error)
    return go_to("/people")


@pages.post("/people/<person_id>/sessions")
def end_sessions(person_id: str) -> ResponseReturnValue:
    """Logs a person out of this account wherever they are logged in."""
    account_of_caller().members.end_sessions(person_id)
    return go_to("/people")


@pages.post("/people/<person_id>/remove")
def remove_person(person_id: str) -> ResponseReturnValue:
    """Takes a person out of the account."""
    try:
        account_of_caller().members.remove(person_id)
    except AdcueError as error:
        return _people_page(problem=_told(error)), status_of(error)
    return go_to("/people")


def _told(error: AdcueError) -> str:
    """The sentence of a form that could not be taken, for the page that is shown again."""
    note_problem(error)
    return error.text(request_language())


def _self_page(**shown: object) -> str:
    who, account = caller(), account_of_caller()
    login = next((member.login for member in account.members.list() if member.id == who.person_id), "")
    keys = [key_card(info) for info in reversed(account.keys.list())]
    visible = [key for key in keys if who.role == ADMIN or key["actor"] == who.actor]
    page: dict[str, Any] = {"login": login, "keys": visible, "least": settings().password_length}
    page["sessions"] = store_of_app().sessions.of(who.person_id or "")
    return render_template("self.html", **page, **shown)


def _people_page(**shown: object) -> str:
    return render_template("people.html", members=account_of_caller().members.list(), roles=PEOPLE, **shown)
