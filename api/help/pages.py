"""Decides under which addresses the explaining pages are found; everyone may read them, no account is shown in them."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_openapi3.openapi import OpenAPI

from api.help.operations import described
from api.help.problem_pages import by_status, explained
from api.language import request_language
from api.v1.contract import document
from engine.errors import NotFoundError
from engine.messages import Message, Value, render
from engine.settings import settings

pages = Blueprint("help", "api.help")


@pages.context_processor
def _speak() -> dict[str, Any]:
    language = request_language()

    def say(name: str, **values: Value) -> str:
        return render(Message(f"api.help.{name}", values), language)

    return {"say": say}


@pages.get("/docs")
def show_endpoints() -> ResponseReturnValue:
    """Every operation of ``/v1`` with its parameters, answers, roles and a worked example."""
    limits = {"rate": settings().rate_per_key, "bytes": f"{current_app.config['MAX_CONTENT_LENGTH']:,}"}
    served = cast(OpenAPI, current_app)
    return render_template("help/endpoints.html", topics=described(document(served)), **limits)


@pages.get("/problems")
def show_problems() -> ResponseReturnValue:
    """Every problem code, by HTTP status."""
    return render_template("help/problems.html", groups=by_status(request_language()))


@pages.get("/problems/<code>")
def show_problem(code: str) -> ResponseReturnValue:
    """What a problem code means and what to do about it."""
    found = explained(code, request_language())
    if found is None:
        raise NotFoundError("api.help.unknown_code")
    return render_template("help/problem.html", problem=found)
