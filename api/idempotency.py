"""Decides that a POST under an Idempotency-Key is done once: the same again is told the same, another is refused.

    key and body -> hash -> known? the answer again | another body: 422 | under way: 409 | else view -> answer kept

What the request changes carries the claim in its own transaction (engine.store.claims); here is what HTTP sees.
Answers that refuse are not kept: nothing was changed, so the mended request may use the same key.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading

from flask import Flask, Response, g, request

from api.access import caller, store_of_app
from engine.errors import ConflictError, InputError, StoreError
from engine.logs import logger
from engine.store.claims import Claimed, claim_id

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_FORM = re.compile(r'"?[\x21\x23-\x7e]{1,255}"?')
_KEPT_HEADERS = ("Content-Type", "Content-Language", "Location", "Retry-After", "Preference-Applied")
_PIECE = 1 << 20
_LOG = logger("api")


class _UnderWay:
    """The claims that requests of this process hold just now."""

    def __init__(self) -> None:
        self._held: set[tuple[int, str]] = set()
        self._lock = threading.Lock()

    def enter(self, place: tuple[int, str]) -> bool:
        """Whether the claim was free."""
        with self._lock:
            if place in self._held:
                return False
            self._held.add(place)
            return True

    def leave(self, place: tuple[int, str]) -> None:
        """Frees the claim."""
        with self._lock:
            self._held.discard(place)


def answer_once(app: Flask) -> None:
    """Hangs the check before, and the keeping after, every POST under ``/v1``; behind the guard of ``api.access``."""
    under_way = _UnderWay()

    @app.before_request
    def look_up() -> Response | None:
        key = request.headers.get(HEADER)
        if key is None or request.method != "POST" or not (request.endpoint or "").startswith("v1."):
            return None
        if _FORM.fullmatch(key) is None:
            raise InputError("api.idempotency.key")
        claimed = Claimed(claim_id(caller().actor, key.strip('"')), _fingerprint(), secrets.token_hex(16))
        place = (caller().tenant, claimed.id)
        if not under_way.enter(place):
            raise ConflictError("api.idempotency.running")
        g.claim_place = place
        known = store_of_app().account_of(caller()).claims.find(claimed.id)
        if known is not None and known.fingerprint != claimed.fingerprint:
            raise InputError("api.idempotency.other_body")
        if known is not None and known.status is not None:
            return Response(known.body, known.status, {**known.headers, REPLAYED: "true"})
        g.claim = claimed
        return None

    @app.after_request
    def keep(response: Response) -> Response:
        if "claim" in g and response.status_code < 400 and not response.is_streamed:
            _keep(response)
        return response

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if "claim_place" in g:
            under_way.leave(g.claim_place)


def hide_when_told_again(body: str) -> None:
    """What is kept of the answer under way instead of it: for answers that show a secret once."""
    g.told_again = body


def _keep(response: Response) -> None:
    body = g.get("told_again") or response.get_data(as_text=True)
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    try:
        store_of_app().account_of(caller(), g.claim).claims.answer(response.status_code, headers, body)
    except (StoreError, ConflictError) as error:
        # What was asked is done and is told now; told again it will be worked out again from what stands.
        _LOG.error("answer_not_kept", code=error.code)


def _fingerprint() -> str:
    """What was asked: method, path, query and body; of a form its fields and files, as its boundary is random."""
    digest = hashlib.sha256()
    parts = [request.method.encode(), request.path.encode(), request.query_string, (request.mimetype or "").encode()]
    for part in parts:
        digest.update(part + b"\0")
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data())
        return digest.hexdigest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(f"{name}={value}\0".encode("utf-8", "surrogatepass"))
    for name, file in sorted(request.files.items(multi=True)):
        digest.update(f"{name}={file.filename}\0".encode("utf-8", "surrogatepass"))
        while piece := file.stream.read(_PIECE):
            digest.update(piece)
        file.stream.seek(0)
    return digest.hexdigest()
