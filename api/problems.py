"""Decides which HTTP status and exit code each error has, and the one shape (RFC 9457) it is told in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import (
    AccessError,
    AdcueError,
    ConflictError,
    DemandError,
    FileFaults,
    InputError,
    MissingPartError,
    NotFoundError,
    PackError,
    StoreError,
)
from engine.messages import Language, Message, render

# One row an error class, the most specific first: HTTP status, exit code of the command line.
TABLE: tuple[tuple[type[AdcueError], int, int], ...] = (
    (DemandError, 422, 3),
    (InputError, 422, 2),
    (NotFoundError, 404, 2),
    (ConflictError, 409, 2),
    (AccessError, 401, 2),
    (StoreError, 503, 1),
    (MissingPartError, 503, 1),
    (AdcueError, 500, 1),
)
# Codes whose status says more than their class.
BY_CODE: Mapping[str, int] = {
    "api.access.role": 403,
    "api.access.origin": 403,
    "engine.store.needs_person": 403,
    "engine.store.same_person": 403,
    "api.host": 400,
    "api.rate.exceeded": 429,
    "api.query.repeated": 400,
    "api.unexpected_request": 500,
    "api.body.unreadable": 400,
    "api.body.repeated": 400,
    "api.body.too_large": 413,
    "api.body.stalled": 408,
    "api.body.crowded": 503,
    "api.head.unreadable": 400,
    "api.head.too_large": 431,
    "api.head.long_line": 414,
    "api.head.coding": 501,
    "api.head.expectation": 417,
    "api.body.slow": 408,
    "api.body.media_type": 415,
    "api.route.unknown": 404,
    "api.route.method": 405,
    "api.unexpected": 500,
    "api.disk.full": 507,
    "engine.store.full": 507,
}
# Where only time is wanting: after how many seconds asking again has a chance.
NEXT_TRY_SECONDS: Mapping[str, int] = {
    "api.idempotency.running": 1,
    "engine.store.busy": 1,
    "engine.store.away": 5,
    "engine.store.full": 60,
    "api.disk.full": 60,
}
# An answer stays small whatever was sent: of many faults the first ones are told, with the count of all.
_MOST_FIELDS, _LONGEST_PLACE = 100, 120
CONTENT_TYPE = "application/problem+json"


def status_of(error: AdcueError) -> int:
    """The HTTP status of ``error``."""
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    return next(status for kind, status, _ in TABLE if isinstance(error, kind))


def exit_code_of(error: AdcueError) -> int:
    """The exit code of ``error`` on the command line."""
    return next(code for kind, _, code in TABLE if isinstance(error, kind))


def problem(error: AdcueError, language: Language) -> dict[str, Any]:
    """The problem document of ``error``: type, title, status, stable code, detail, and each fault with its place."""
    status = status_of(error)
    return {
        "type": f"/problems/{error.code}",
        "title": render(Message(f"api.status.{status}"), language),
        "status": status,
        "code": error.code,
        "detail": render(error.message, language),
        "errors": _errors(error, language),
    }


def _errors(error: AdcueError, language: Language) -> Sequence[Mapping[str, Any]]:
    if isinstance(error, FileFaults):
        return [
            {
                "code": fault.message.id,
                "detail": render(fault.message, language),
                "row": fault.row,
                "column": fault.column,
            }
            for fault in error.faults
        ]
    if isinstance(error, DemandError):
        pairs = zip(error.details, error.lines(language), strict=True)
        return [{"code": detail.id, "detail": line} for detail, line in pairs]
    if isinstance(error, PackError):
        return [
            {"code": told.id, "field": str(told.values.get("field", "")), "detail": render(told, language)}
            for told in error.details[:_MOST_FIELDS]
        ]
    if isinstance(error, FieldFaults):
        return [{"code": "api.field", "field": where, "detail": what} for where, what in error.fields]
    return []


class FieldFaults(InputError):
    """A request whose fields do not fit: every one with its place. Values are never repeated back."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self.fields = tuple((where[:_LONGEST_PLACE], what) for where, what in fields[:_MOST_FIELDS])
        super().__init__("api.fields", count=len(fields))

    def text(self, language: Language = "zh-TW") -> str:
        """The heading and every field on its own line."""
        return "\n".join([render(self.message, language), *(f"{where}: {what}" for where, what in self.fields)])


def without_place(error: StoreError, number: str = "–") -> StoreError:
    """The error as people outside may read it: not where the database lies, nor what its driver said.

    ``number`` is what they can ask about, as the log knows it.
    """
    return StoreError(error.code, **{name: number if name == "detail" else "adcue" for name in error.message.values})
