"""Decides how a field that does not fit is told: its place and what it must be; what it held is never repeated."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from api.problems import FieldFaults
from engine.messages import Language, Message, render

# pydantic's kind of fault -> our sentence; what is not listed keeps pydantic's own words.
_KINDS = {
    "extra_forbidden": "unknown",
    "missing": "missing",
    "greater_than": "above",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "date_type": "date",
    "finite_number": "number",
    "decimal_parsing": "number",
    "decimal_type": "number",
    "int_parsing": "number",
    "int_type": "number",
    "list_type": "list",
    "bool_type": "flag",
    "literal_error": "choice",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_type": "text",
    "dict_type": "object",
    "model_type": "object",
}
_LIMITS = ("gt", "ge", "le", "max_length", "expected")


def field_faults(error: ValidationError, language: Language, file: str = "") -> FieldFaults:
    """Every field that does not fit, as an error of ours; ``file`` is where they stand, if not in a request."""
    found = []
    for where, message in field_words(error):
        found.append((f"{file} {where}" if file else where, render(message, language)))
    return FieldFaults(found)


def field_words(error: ValidationError) -> Iterator[tuple[str, Message]]:
    """The place of every field that does not fit, and what it must be."""
    for fault in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in fault["loc"]) or "(body)"
        limit = next((str(fault["ctx"][name]) for name in _LIMITS if name in fault.get("ctx", {})), "")
        kind = _KINDS.get(fault["type"], "invalid")
        yield where, Message(f"api.field.{kind}", {"detail": fault["msg"], "limit": limit})
