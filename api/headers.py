"""Decides what every answer tells browsers and caches: a strict policy, nothing kept, and a tag to ask again by."""

from __future__ import annotations

from flask import Flask, Request, Response, request

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
_PUBLIC = ("static",)


def secure_answers(app: Flask) -> None:
    """Hangs the headers onto every answer of ``app``."""
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    response.headers.extend(SECURITY_HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint not in _PUBLIC:
        response.headers["Cache-Control"] = "no-store"
    if _can_be_asked_again(request, response):
        response.add_etag()
        response.make_conditional(request)
    return response


def _can_be_asked_again(sent: Request, response: Response) -> bool:
    """A document read under ``/v1``: its tag is the hash of what was answered."""
    return (
        sent.method == "GET"
        and sent.path.startswith("/v1/")
        and response.status_code == 200
        and not (response.is_streamed)
    )
