"""Decides who may call what: one role x endpoint table, default deny; a route without a row stops the start."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, request

from api.sessions import SESSIONS, cookie_name
from engine.errors import AccessError
from engine.store.account import AccountStore
from engine.store.keys import Principal
from engine.store.store import Store

PLANNER, REVIEWER, ADMIN, MACHINE = "planner", "reviewer", "admin", "machine"
EVERY_ROLE = frozenset({PLANNER, REVIEWER, ADMIN, MACHINE})
PLANS = frozenset({PLANNER, ADMIN, MACHINE})
REVIEWS = frozenset({PLANNER, REVIEWER, ADMIN, MACHINE})
PEOPLE = frozenset({PLANNER, REVIEWER, ADMIN})
ANYONE: frozenset[str] = frozenset()

# Flask endpoint -> roles that may call it. ANYONE needs no key and gets no account's data.
TABLE: Mapping[str, frozenset[str]] = {
    "v1.create_import": PLANS,
    "v1.list_imports": EVERY_ROLE,
    "v1.create_proposal": PLANS,
    "v1.list_proposals": EVERY_ROLE,
    "v1.read_proposal": EVERY_ROLE,
    "v1.read_cue_sheet": EVERY_ROLE,
    "v1.create_night": PLANS,
    "v1.list_nights": EVERY_ROLE,
    "v1.create_copy_check": REVIEWS,
    "v1.read_health": ANYONE,
    "openapi_document": ANYONE,
    "static": ANYONE,
    "console.show_login": ANYONE,
    "console.log_in": ANYONE,
    "console.log_out": ANYONE,
    "console.show_home": PEOPLE,
    "console.download_cue_sheet": PEOPLE,
    "console.propose": frozenset({PLANNER, ADMIN}),
    "console.check_copy_now": PEOPLE,
    "console.run_night_now": frozenset({PLANNER, ADMIN}),
    "console.import_now": frozenset({PLANNER, ADMIN}),
}


def refuse_unlisted_routes(app: Flask) -> None:
    """Raises AccessError for a route that the table does not name: nothing is open by oversight."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in TABLE:
            raise AccessError("api.access.unlisted_route", route=f"{rule.rule} ({rule.endpoint})")


def guard_requests(app: Flask, store: Store) -> None:
    """Checks every request before its view runs; the caller is left in ``flask.g.principal``."""

    @app.before_request
    def check_access() -> None:
        if request.endpoint is None:
            return
        allowed = TABLE[request.endpoint]
        if request.endpoint.startswith("console."):
            _refuse_foreign_pages(request)
        if allowed is ANYONE:
            return
        principal = _from_header(store) if request.endpoint.startswith("v1.") else _from_session(store)
        if principal.role not in allowed:
            raise AccessError("api.access.role", role=principal.role, needed=", ".join(sorted(allowed)))
        g.principal = principal


def caller() -> Principal:
    """Who sent the request under way."""
    principal: Principal = g.principal
    return principal


def _from_header(store: Store) -> Principal:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise AccessError("api.access.missing")
    return store.keys.verify(key.strip())


def _from_session(store: Store) -> Principal:
    """The holder of the session; a session ends with the key it was begun with."""
    principal = SESSIONS.read(request.cookies.get(cookie_name(secure=request.is_secure), ""))
    if principal is None:
        raise AccessError("api.access.login")
    if not any(key.id == principal.key_id and key.revoked_at is None for key in store.keys.list(principal.account)):
        raise AccessError("api.access.login")
    return principal


def _refuse_foreign_pages(sent: Request) -> None:
    """A changing request must come from our own page (browsers send these headers, pages cannot forge them)."""
    if sent.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site, origin = sent.headers.get("Sec-Fetch-Site"), sent.headers.get("Origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and urlsplit(origin).netloc != sent.host
    if foreign:
        raise AccessError("api.access.origin")


def account_of_caller() -> AccountStore:
    """The account of whoever sent the request under way, and nothing beyond it."""
    store: Store = current_app.extensions["adcue.store"]
    principal = caller()
    return store.account(principal.account, principal.key_id)
