"""Decides how a failed request is answered: problem+json under ``/v1``, a sentence on a page; never a traceback."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, g, json, make_response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from api.field_faults import field_faults
from api.language import request_language
from api.problems import CONTENT_TYPE, NEXT_TRY_SECONDS, problem, without_place
from api.rates import RateError
from api.request_logs import note_problem
from api.unforeseen import DISK_FULL, frames
from engine.errors import AdcueError, InputError, NotFoundError, StoreError
from engine.logs import logger
from engine.settings import settings

_LOG = logger("api")
# What a person is asked for before a page, and where.
_DOORS = {"api.access.login": "login", "api.access.prove": "prove"}


def answer_failures(app: Flask) -> None:
    """Hangs the answers onto ``app``."""
    app.register_error_handler(AdcueError, _answer)
    app.register_error_handler(HTTPException, _answer_refusal)
    app.register_error_handler(Exception, _answer_unexpected)


def fields_of(error: ValidationError) -> Response:
    """The answer to a request whose fields do not fit, each named with its place; values are not repeated."""
    faults = field_faults(error, request_language())
    note_problem(faults)
    return _answer_json(faults)


def _answer(error: AdcueError) -> AnyResponse:
    if isinstance(error, StoreError):
        _LOG.error("store_failed", code=error.code)
        error = without_place(error, g.get("request_id", "–"))
    note_problem(error)
    if request.path.startswith("/v1/") or request.path == "/openapi.json":
        return _answer_json(error)
    if error.code in _DOORS:
        return _to_door(_DOORS[error.code])
    return _answer_page(error)


def _answer_json(error: AdcueError) -> Response:
    language = request_language()
    body = problem(error, language)
    response = make_response(json.dumps(body), body["status"])
    response.headers["Content-Type"] = CONTENT_TYPE
    response.headers["Content-Language"] = language
    if body["status"] == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="adcue"'
    return _with_next_try(response, error)


def _with_next_try(response: Response, error: AdcueError) -> Response:
    """The answer, with the seconds after which asking again has a chance, where only time is wanting."""
    seconds = error.seconds if isinstance(error, RateError) else NEXT_TRY_SECONDS.get(error.code)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _to_door(door: str) -> AnyResponse:
    """Where the person goes first; a piece of a page takes the whole page there."""
    onward = "/people" if request.path.startswith("/people") else "/self"
    asked = {"onward": onward} if door == "prove" else {}
    asked |= {"lang": request_language()} if request_language() != settings().language else {}
    query = f"?{urlencode(asked)}" if asked else ""
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = f"/{door}{query}"
        return response
    return redirect(f"/{door}{query}", 303 if request.method == "POST" else 302)


def _answer_page(error: AdcueError) -> Response:
    language = request_language()
    body = problem(error, language)
    partial = bool(request.headers.get("HX-Request"))
    page = "partials/error.html" if partial else "error.html"
    text = render_template(page, problem=body, lines=error.text(language).splitlines(), language=language)
    return _with_next_try(make_response(text, 200 if partial else body["status"]), error)


def _answer_refusal(error: HTTPException) -> AnyResponse:
    response = _answer(_as_ours(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _answer_unexpected(error: Exception) -> AnyResponse:
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return _answer(StoreError("api.disk.full"))
    _LOG.error("unexpected", kind=type(error).__name__, frames=frames(error))
    return _answer(AdcueError("api.unexpected_request", id=g.get("request_id", "–")))


def _as_ours(error: HTTPException) -> AdcueError:
    code = error.code or 500
    if isinstance(error, SecurityError):
        return InputError("api.host")
    if code == 404:
        return NotFoundError("api.route.unknown")
    if code == 405:
        return InputError("api.route.method", method=request.method)
    if code == 413:
        return InputError("api.body.too_large", limit=request.max_content_length or 0)
    if code == 415:
        return InputError("api.body.media_type", expected="application/json")
    if code == 400:
        return InputError("api.body.unreadable")
    return AdcueError("api.unexpected_request", id=g.get("request_id", "–"))
