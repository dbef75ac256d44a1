"""Decides what the log says of a request: one line when it is answered, one more when it was refused.

X-Request-Id taken or made -> bound to every line -> answer -> line -> X-Request-Id echoed -> unbound
"""

from __future__ import annotations

import re
import secrets
import time

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, unbind_contextvars

from api.problems import status_of
from api.safe_logs import redact_text
from engine.errors import AdcueError
from engine.log_redaction import is_random_id
from engine.logs import logger
from engine.store.principals import Principal

HEADER = "X-Request-Id"
_LOG = logger("http")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# A visitor without a session is shown the login page: that is no refusal worth a line.
_ORDINARY = frozenset({"api.access.login", "api.access.prove"})
_BY_CODE = {"api.access.origin": "origin_refused"}
_BY_STATUS = {401: "login_refused", 403: "role_refused", 429: "rate_limited"}


def log_requests(app: Flask) -> None:
    """Hangs the log onto ``app``; before any guard, so that it begins first and tells the answer they leave."""
    app.before_request(_begin)
    app.after_request(_tell)
    app.teardown_request(_end)


def note_problem(error: AdcueError) -> None:
    """Keeps which problem the request under way ends with, for its line."""
    g.problem = (error.code, status_of(error))


def request_id(sent: str | None) -> str:
    """The id as it was sent, or a new one where none was, or where it has another form or looks like personal data."""
    if sent is None or _ID.fullmatch(sent) is None:
        return secrets.token_hex(16)
    if is_random_id(sent):
        return sent
    try:
        return sent if redact_text(sent) == sent else secrets.token_hex(16)
    except TimeoutError:
        return secrets.token_hex(16)


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = chosen = request_id(request.headers.get(HEADER))
    bind_contextvars(request_id=chosen)


def _tell(response: Response) -> Response:
    # Read once: each look through Flask's proxies costs about what a field of the line costs.
    context, rule = g._get_current_object(), request.url_rule
    response.headers[HEADER] = context.request_id
    status = response.status_code
    code, outcome = context.get("problem", (None, status))
    endpoint = rule.endpoint if rule is not None else None
    principal: Principal | None = context.get("principal")
    actor, tenant = (principal.actor, principal.tenant) if principal is not None else (None, None)
    refused = None if code in _ORDINARY else _BY_CODE.get(code, _BY_STATUS.get(outcome))
    if refused is not None:
        _LOG.warning(refused, endpoint=endpoint, code=code, actor=actor, tenant=tenant)
    _LOG.info(
        "request",
        method=request.method if request.method in _METHODS else "other",
        route=rule.rule if rule is not None else None,
        endpoint=endpoint,
        status=status,
        ms=round((time.perf_counter() - context.began) * 1000, 2),
        bytes=_size(response),
        code=code,
        actor=actor,
        tenant=tenant,
    )
    return response


def _size(response: Response) -> int | None:
    """Bytes of the body; None where it is made while it is sent."""
    if isinstance(response.response, list):
        return sum(map(len, response.response))
    return response.content_length


def _end(_: BaseException | None) -> None:
    unbind_contextvars("request_id")
