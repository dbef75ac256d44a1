"""Decides what every page of the console is hung onto, how its templates speak, and for whom."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from api.access import COOKIE, SEES_MARGIN, store_of_app
from api.console.words import language_query, speak
from engine.store.principals import Principal

pages = Blueprint("console", "api.console")


@pages.app_context_processor
def tell_reader() -> dict[str, Any]:
    """What every template can call, and who reads the page: ``me`` is None where no one came in.

    ``inside`` is whether the browser brought a session, so that an error page, too, has its way out.
    """
    who: Principal | None = g.get("principal")

    def accounts() -> list[str]:
        return [name for name, _ in store_of_app().sessions.accounts(who.person_id or "")] if who is not None else []

    return speak() | {
        "me": who,
        "inside": COOKIE in request.cookies,
        "accounts": accounts,
        "sees_margin": who is not None and who.role in SEES_MARGIN,
    }


def go_to(path: str) -> Response:
    """The answer to a form that has done its work: the page to go on with, in the language spoken."""
    return redirect(path + language_query(more="?" in path), 303)
