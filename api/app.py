"""Decides what the web process serves: the ``/v1`` endpoints, the console, and the same guards before both.

request -> log line -> size -> role table -> (session origin) -> view -> problem+json or page -> security headers
"""

from __future__ import annotations

from flask import Flask, Response, jsonify
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from api.access import guard_requests, refuse_unlisted_routes
from api.failures import answer_failures, fields_of
from api.request_logs import log_requests
from api.safe_logs import start_logs
from api.v1 import contract, register_v1
from api.v1.answering import check_answer
from engine.packs import package_path
from engine.settings import Settings, settings
from engine.store.store import Store

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(store: Store | None = None, configured: Settings | None = None) -> OpenAPI:
    """The WSGI application. Raises AccessError when a route has no row in the role table."""
    chosen = configured or settings()
    start_logs(chosen.log_level)
    app = OpenAPI(
        "api",
        info=Info(title="adcue", version="1.0.0"),
        doc_ui=False,
        validation_error_callback=fields_of,
        validate_response=True,
        validate_response_callback=check_answer,
        security_schemes=contract.SECURITY,
        static_folder=str(package_path("api") / "static"),
        template_folder=str(package_path("api") / "templates"),
    )
    app.config["MAX_CONTENT_LENGTH"] = chosen.max_request_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = chosen.max_request_bytes
    app.config["TRAP_HTTP_EXCEPTIONS"] = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class does not
    log_requests(app)
    opened = store or _open(chosen)
    app.extensions["adcue.store"] = opened
    register_v1(app)
    register_console(app)
    app.add_url_rule("/openapi.json", "openapi_document", lambda: jsonify(contract.document(app)))
    answer_failures(app)
    guard_requests(app, opened)
    refuse_unlisted_routes(app)
    app.after_request(_secure)
    return app


def _open(chosen: Settings) -> Store:
    store = Store(chosen.url)
    store.upgrade()
    return store


def _secure(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers or response.mimetype in {"text/html", "application/json"}:
        response.headers["Cache-Control"] = "no-store"
    return response


def register_console(app: Flask) -> None:
    """The pages; imported here so that a script which needs only ``/v1`` pays nothing for them at import."""
    from api.console import pages

    app.register_blueprint(pages)
