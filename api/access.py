"""Decides who may call what: one role x endpoint table, default deny; a route without a row stops the start."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, request

from api.rates import rates
from engine.errors import AccessError
from engine.store.account import AccountStore
from engine.store.principals import Principal
from engine.store.store import Store

PLANNER, REVIEWER, ADMIN, MACHINE = "planner", "reviewer", "admin", "machine"
EVERY_ROLE = frozenset({PLANNER, REVIEWER, ADMIN, MACHINE})
PLANS = frozenset({PLANNER, ADMIN, MACHINE})
REVIEWS = frozenset({PLANNER, REVIEWER, ADMIN, MACHINE})
PEOPLE = frozenset({PLANNER, REVIEWER, ADMIN})
DECIDES = frozenset({PLANNER, ADMIN})
ADMINS = frozenset({ADMIN})
ANYONE: frozenset[str] = frozenset()
# The cookie is taken from this host over TLS only (or on this machine), whatever other hosts and paths set.
COOKIE = "__Host-adcue"

# Flask endpoint -> roles that may call it. ANYONE needs no key and gets no account's data.
TABLE: Mapping[str, frozenset[str]] = {
    "v1.read_me": EVERY_ROLE,
    "v1.create_import": PLANS,
    "v1.list_imports": EVERY_ROLE,
    "v1.create_proposal": PLANS,
    "v1.list_proposals": EVERY_ROLE,
    "v1.read_proposal": EVERY_ROLE,
    "v1.read_cue_sheet": EVERY_ROLE,
    "v1.read_frontier": EVERY_ROLE,
    "v1.decide_proposal": DECIDES,
    "v1.list_recommendations": EVERY_ROLE,
    "v1.read_recommendation": EVERY_ROLE,
    "v1.decide_recommendation": DECIDES,
    "v1.mark_recommendation_applied": DECIDES,
    "v1.undo_recommendation": DECIDES,
    "v1.create_bulk_edit": DECIDES,
    "v1.mark_states": DECIDES,
    "v1.read_targets": EVERY_ROLE,
    "v1.set_targets": DECIDES,
    "v1.read_registry": EVERY_ROLE,
    "v1.set_whole_registry": DECIDES,
    "v1.read_policy": EVERY_ROLE,
    "v1.set_policy": ADMINS,
    "v1.list_rules": EVERY_ROLE,
    "v1.read_rule": EVERY_ROLE,
    "v1.create_rule": DECIDES,
    "v1.switch_off_rule": DECIDES,
    "v1.withdraw_rule": DECIDES,
    "v1.create_night": PLANS,
    "v1.list_nights": EVERY_ROLE,
    "v1.read_night_status": EVERY_ROLE,
    "v1.read_night": EVERY_ROLE,
    "v1.read_morning": EVERY_ROLE,
    "v1.read_rule_scores": EVERY_ROLE,
    "v1.create_copy_check": REVIEWS,
    "v1.list_copy_checks": EVERY_ROLE,
    "v1.read_copy_check": EVERY_ROLE,
    "v1.list_runs": EVERY_ROLE,
    "v1.read_run": EVERY_ROLE,
    "v1.follow_run": EVERY_ROLE,
    "v1.cancel_run": REVIEWS,
    "v1.create_key": PEOPLE,
    "v1.list_keys": ADMINS,
    "v1.revoke_key": PEOPLE,
    "v1.create_invitation": ADMINS,
    "v1.list_people": ADMINS,
    "v1.change_role": ADMINS,
    "v1.remove_person": ADMINS,
    "v1.list_acts": ADMINS,
    "v1.verify_acts": ADMINS,
    "v1.read_health": ANYONE,
    "openapi_document": ANYONE,
    "static": ANYONE,
    "help.show_endpoints": ANYONE,
    "help.show_problems": ANYONE,
    "help.show_problem": ANYONE,
    "console.show_login": ANYONE,
    "console.log_in": ANYONE,
    "console.show_join": ANYONE,
    "console.join": ANYONE,
    "console.log_out": ANYONE,
    "console.show_home": PEOPLE,
    "console.show_run": PEOPLE,
    "console.cancel_run": PEOPLE,
    "console.download_cue_sheet": PEOPLE,
    "console.propose": DECIDES,
    "console.decide": DECIDES,
    "console.show_frontier": PEOPLE,
    "console.show_today": PEOPLE,
    "console.show_evidence": PEOPLE,
    "console.act_on_recommendations": DECIDES,
    "console.show_bulk_edit": DECIDES,
    "console.download_bulk_edit": DECIDES,
    "console.show_rule_scores": PEOPLE,
    "console.show_rules": PEOPLE,
    "console.show_rule": PEOPLE,
    "console.try_rule": DECIDES,
    "console.change_rule": DECIDES,
    "console.show_catalogue": PEOPLE,
    "console.check_copy_now": PEOPLE,
    "console.run_night_now": DECIDES,
    "console.import_now": DECIDES,
    "console.move": PEOPLE,
    "console.show_self": PEOPLE,
    "console.show_prove": PEOPLE,
    "console.prove": PEOPLE,
    "console.change_password": PEOPLE,
    "console.end_other_sessions": PEOPLE,
    "console.show_people": ADMINS,
    "console.invite": ADMINS,
    "console.change_role": ADMINS,
    "console.remove_person": ADMINS,
    "console.end_sessions": ADMINS,
    "console.create_key": PEOPLE,
    "console.revoke_key": PEOPLE,
}
# What may not be done from a page that was left open: the password is asked for again where it was not given lately.
PROVEN = frozenset(
    {
        "console.show_self",
        "console.create_key",
        "console.revoke_key",
        "console.end_other_sessions",
        "console.show_people",
        "console.invite",
        "console.change_role",
        "console.remove_person",
        "console.end_sessions",
    }
)
# The agency's own figures: fee, margin and what the media are paid.
SEES_MARGIN = frozenset({PLANNER, ADMIN})


def refuse_unlisted_routes(app: Flask) -> None:
    """Raises AccessError for a route that the table does not name: nothing is open by oversight."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in TABLE:
            raise AccessError("api.access.unlisted_route", route=f"{rule.rule} ({rule.endpoint})")


def guard_requests(app: Flask, store: Store) -> None:
    """Checks every request before its view runs; the caller is left in ``flask.g.principal``."""

    @app.before_request
    def check_access() -> None:
        endpoint = request.endpoint
        if endpoint is None:
            rates().address(request.remote_addr or "")
            return
        allowed = TABLE[endpoint]
        if endpoint.startswith("console."):
            _refuse_foreign_pages(request)
        if allowed is ANYONE:
            if endpoint != "static":
                rates().address(request.remote_addr or "")
            return
        principal = _admitted(store, by_key=endpoint.startswith("v1."))
        g.principal = principal
        rates().caller(principal.key_id or principal.session_id or "")
        if principal.role not in allowed:
            raise AccessError("api.access.role", role=principal.role, needed=", ".join(sorted(allowed)))
        if endpoint in PROVEN and not principal.proved:
            raise AccessError("api.access.prove")


def caller() -> Principal:
    """Who sent the request under way."""
    principal: Principal = g.principal
    return principal


def account_of_caller() -> AccountStore:
    """The account of whoever sent the request under way, and nothing beyond it."""
    return store_of_app().account_of(caller(), g.get("claim"))


def store_of_app() -> Store:
    """The store of the application under way."""
    store: Store = current_app.extensions["adcue.store"]
    return store


def require_margin_sight() -> None:
    """Raises AccessError for a caller who may not see fee and margin."""
    if caller().role not in SEES_MARGIN:
        raise AccessError("api.access.role", role=caller().role, needed=", ".join(sorted(SEES_MARGIN)))


def _admitted(store: Store, *, by_key: bool) -> Principal:
    """Whoever comes in. A failed try counts against its address, so that keys and cookies cannot be guessed fast."""
    try:
        return _from_header(store) if by_key else _from_session(store)
    except AccessError:
        rates().address(request.remote_addr or "")
        raise


def _from_header(store: Store) -> Principal:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise AccessError("api.access.missing")
    return store.keys.verify(key.strip())


def _from_session(store: Store) -> Principal:
    principal = store.sessions.read(request.cookies.get(COOKIE, ""))
    if principal is None:
        raise AccessError("api.access.login")
    return principal


def _refuse_foreign_pages(sent: Request) -> None:
    """A changing request must come from our own page; browsers say so in headers that pages cannot forge."""
    if sent.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site, origin = sent.headers.get("Sec-Fetch-Site"), sent.headers.get("Origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is not None and urlsplit(origin)[:2] == (sent.scheme, sent.host)
    if not ours:
        raise AccessError("api.access.origin")
