"""Decides what the web process serves: the ``/v1`` endpoints, the console, and the same guards before both.

request -> log line -> size, host -> key or session, rate, role table -> Idempotency-Key -> view
        -> strict answer, or problem+json, or page -> security headers, entity tag
"""

from __future__ import annotations

from flask import Flask, jsonify
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from api.access import guard_requests, refuse_unlisted_routes
from api.failures import answer_failures, fields_of
from api.headers import secure_answers
from api.idempotency import answer_once
from api.jobs.worker import Jobs
from api.json_bodies import OnceNamed
from api.rates import count_requests
from api.request_logs import log_requests
from api.safe_logs import start_logs
from api.v1 import contract, register_v1
from api.v1.answering import check_answer
from api.v1.following import open_streams
from engine.packs import package_path
from engine.settings import Settings, settings
from engine.store.store import Store

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


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
    _configure(app, chosen)
    log_requests(app)
    opened = store or _open(chosen)
    app.extensions["adcue.store"] = opened
    app.extensions["adcue.jobs"] = Jobs(opened, chosen.job_threads, max(1, chosen.threads // 2))
    app.extensions["adcue.streams"] = open_streams()
    count_requests(app, chosen)
    register_v1(app)
    register_pages(app)
    app.add_url_rule("/openapi.json", "openapi_document", lambda: jsonify(contract.document(app)))
    answer_failures(app)
    guard_requests(app, opened)
    contract.refuse_repeated_queries(app)
    answer_once(app)
    refuse_unlisted_routes(app)
    secure_answers(app)
    return app


def jobs_of(app: Flask) -> Jobs:
    """What works on long work in ``app``."""
    worked: Jobs = app.extensions["adcue.jobs"]
    return worked


def _configure(app: OpenAPI, chosen: Settings) -> None:
    app.config["MAX_CONTENT_LENGTH"] = chosen.max_request_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = chosen.max_request_bytes
    app.config["TRAP_HTTP_EXCEPTIONS"] = False
    # A page that was brought here under another name (DNS rebinding) finds nothing.
    app.config["TRUSTED_HOSTS"] = [*LOOPBACK, chosen.host, *(name.strip() for name in chosen.hosts.split(",") if name)]
    app.json = OnceNamed(app)
    app.json.ensure_ascii = False
    if chosen.trusted_proxies:
        count = chosen.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _open(chosen: Settings) -> Store:
    store = Store(chosen.url)
    store.upgrade()
    return store


def register_pages(app: Flask) -> None:
    """The pages; imported here so that a script which needs only ``/v1`` pays nothing for them at import."""
    from api.console import pages
    from api.help import pages as explaining

    app.register_blueprint(pages)
    app.register_blueprint(explaining)
