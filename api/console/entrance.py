"""Decides how people come in and go out: by login name and password; the first time with a one-time key."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from api.access import COOKIE, caller, store_of_app
from api.console.blueprint import go_to, pages
from api.language import request_language
from api.rates import rates
from api.request_logs import note_problem
from engine.errors import AccessError, AdcueError
from engine.settings import settings


@pages.get("/login")
def show_login() -> ResponseReturnValue:
    """The page that takes a login name and a password."""
    return render_template("login.html", problem=None, changed="changed" in request.args)


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    """Begins a session; a wrong name and a wrong password are told alike, after the same time."""
    login = request.form.get("login", "")
    rates().login(login, request.remote_addr or "")
    try:
        known = store_of_app().people.verify(login, request.form.get("password", ""))
    except AccessError as error:
        note_problem(error)
        return render_template("login.html", problem=error.text(request_language())), 401
    return _begun(known.id, known.accounts[0][0])


@pages.get("/join")
def show_join() -> ResponseReturnValue:
    """The page that takes a one-time key, and a login name and password to come in with from then on."""
    return render_template("join.html", problem=None, least=settings().password_length)


@pages.post("/join")
def join() -> ResponseReturnValue:
    """Uses a one-time key and begins a session."""
    form, store = request.form, store_of_app()
    rates().login(form.get("login", ""), request.remote_addr or "")
    try:
        joined = store.people.invited_into(form.get("key", "").strip())
        store.people.accept(form.get("key", "").strip(), form.get("login", ""), form.get("password", ""))
        known = store.people.verify(form.get("login", ""), form.get("password", ""))
    except AdcueError as error:
        note_problem(error)
        told = error.text(request_language())
        key = form.get("key", "")
        return render_template("join.html", problem=told, least=settings().password_length, key=key), 422
    return _begun(known.id, joined)


@pages.post("/logout")
def log_out() -> ResponseReturnValue:
    """Ends the session and has the browser forget what it kept."""
    store_of_app().sessions.end(request.cookies.get(COOKIE, ""))
    response = make_response(go_to("/login"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return _forgotten(response)


@pages.post("/account")
def move() -> ResponseReturnValue:
    """Goes on in another account of the same person."""
    who = caller()
    store_of_app().sessions.move(who.session_id or "", who.person_id or "", request.form.get("account", ""))
    return go_to("/")


@pages.get("/prove")
def show_prove() -> ResponseReturnValue:
    """The page that asks for the password again, before people and keys may be changed."""
    return render_template("prove.html", problem=None, onward=_onward())


@pages.post("/prove")
def prove() -> ResponseReturnValue:
    """Takes the password again, and goes on to the page it was asked for."""
    who, store = caller(), store_of_app()
    rates().login(who.actor, request.remote_addr or "")
    try:
        store.people.prove(who.person_id or "", request.form.get("password", ""))
    except AccessError as error:
        note_problem(error)
        told = error.text(request_language())
        return render_template("prove.html", problem=told, onward=_onward()), 401
    store.sessions.prove(who.session_id or "", who.tenant, who.actor)
    return go_to("/people") if _onward() == "/people" else go_to("/self")


def _onward() -> str:
    """One of the pages that ask, whatever the address says."""
    return "/people" if request.values.get("onward") == "/people" else "/self"


def _begun(person_id: str, tenant: int) -> Response:
    """A new session in place of the one the browser may have had."""
    store = store_of_app()
    store.sessions.end(request.cookies.get(COOKIE, ""))
    response = make_response(go_to("/"))
    response.set_cookie(
        COOKIE,
        store.sessions.begin(person_id, tenant),
        max_age=settings().session_hours * 3600,
        httponly=True,
        secure=True,
        samesite="Strict",
        path="/",
    )
    return response


def _forgotten(response: AnyResponse) -> AnyResponse:
    response.delete_cookie(COOKIE, path="/", httponly=True, secure=True, samesite="Strict")
    return response
