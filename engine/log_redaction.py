"""Decides what of an event may stand in the log: numbers, ids of known shapes, and text the redactor has seen."""

from __future__ import annotations

import enum
import math
import numbers
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import UUID

from structlog.typing import EventDict

from engine.errors import AdcueError

Redactor = Callable[[str], str]
LONGEST = 2_000
# What a cut may leave of an identifier that it went through; no identifier is longer.
_MARGIN = 120
_MOST_ITEMS = 100
_DEEPEST = 6
# From 13 digits on a number can be that of a payment card.
_LARGE = 10**12
# Shapes in which no recogniser finds anything (words, endpoints, route templates) or only by chance (hashes, short
# ids, actors, plain random ids); every other text goes through the redactor.
_SAFE = re.compile(
    r"(?:v\d\.)?[A-Za-z_.]{1,64}"
    r"|/|(?:/(?:v\d|[a-z_.-]{1,40}|<(?:[a-z]{1,10}:)?[a-z_]{1,40}>(?:\.[a-z]{2,5})?)){1,12}"
    r"|(?:[a-z]{2,10}:)?[0-9a-f]{64}"
    r"|[A-Z]{1,2}-[0-9a-f]{6}(?:[0-9a-f]{2})?"
)
_is_safe = _SAFE.fullmatch
_RANDOM_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT_WITHOUT_REDACTION = ("part", "request_id", "run_id", "tenant")


def withhold(text: str) -> str:
    """Stands for the redactor until one is set: nothing but known shapes is written."""
    return "[withheld]" if text else text


def is_random_id(text: str) -> bool:
    """Whether ``text`` is 32 hexadecimal digits or a UUID in lower case: an id that says nothing of anybody."""
    return _RANDOM_ID.fullmatch(text) is not None


class Redaction:
    """A structlog processor that leaves plain JSON values behind and never raises."""

    def __init__(self, redact: Redactor) -> None:
        self._redact = redact

    def __call__(self, _: Any, __: str, event: EventDict) -> EventDict:
        """The event with every key and value redacted, or its name and that it could not be."""
        try:
            return {self._key(key): self._value(value, str(key), 0) for key, value in event.items()}
        except Exception as error:
            return _unredactable(event, error)

    def _key(self, key: Any) -> str:
        # Words that name a field stand in every line: they are told from text without a pattern.
        return key if type(key) is str and key.isascii() and key.isalpha() else self._text(str(key))

    def _value(self, value: object, name: str, depth: int) -> Any:
        if isinstance(value, str):
            return value if _is_safe(value) else self._named(value, name)
        if value is None or isinstance(value, bool):
            return value
        if type(value) is int and -_LARGE < value < _LARGE:
            return value
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._nested(value, name, depth)
        if isinstance(value, enum.Enum):
            return self._value(value.value, name, depth)
        if isinstance(value, numbers.Integral):
            return int(value) if abs(int(value)) < _LARGE else self._named(str(int(value)), name)
        if isinstance(value, numbers.Real):
            return float(value) if math.isfinite(value) else str(float(value))
        if isinstance(value, date):
            return value.isoformat()
        return self._named(str(value), name) if isinstance(value, UUID) else _kind(value)

    def _nested(self, value: Any, name: str, depth: int) -> Any:
        if depth >= _DEEPEST:
            return _kind(value)
        if isinstance(value, Mapping):
            pairs = list(value.items())[:_MOST_ITEMS]
            kept = {self._key(key): self._value(item, str(key), depth + 1) for key, item in pairs}
            return kept | ({"left_out": len(value) - len(pairs)} if len(value) > len(pairs) else {})
        items = list(value)
        more = [f"[left_out] {len(items) - _MOST_ITEMS}"] if len(items) > _MOST_ITEMS else []
        return [self._value(item, name, depth + 1) for item in items[:_MOST_ITEMS]] + more

    def _named(self, text: str, name: str) -> str:
        """The text redacted with its name before it, since a name such as ``birthday`` says what digits are."""
        if name.endswith("_id") and is_random_id(text):
            return text
        before = f"{name[:64]} "
        told = self._text(before + text)
        return told.removeprefix(before) if told.startswith(before) else self._text(text)

    def _text(self, text: str) -> str:
        if _is_safe(text):
            return text
        if len(text) <= LONGEST:
            return self._redact(text)
        return f"{self._redact(text[:LONGEST])[:-_MARGIN]} [cut]"


def tell_exception(_: Any, __: str, event: EventDict) -> EventDict:
    """An exception as its kind, code and places: its message may hold what somebody sent."""
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = {"kind": _name(error), "frames": places(error)}
        if isinstance(error, AdcueError):
            event["error"]["code"] = error.code
        because = error.__cause__ or error.__context__
        if because is not None:
            event["error"]["because"] = _name(because)
    return event


def places(error: BaseException) -> list[str]:
    """File and line where it happened, outermost first, the last eight."""
    found: list[tuple[FrameType, int]] = []
    trace = error.__traceback__
    while trace is not None:
        found.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return [f"{Path(frame.f_code.co_filename).name}:{line}" for frame, line in found[-8:]]


def _unredactable(event: EventDict, error: Exception) -> EventDict:
    kept = {name: event[name] for name in _KEPT_WITHOUT_REDACTION if _is_plain(event.get(name))}
    name = event.get("event")
    return {"event": name if _is_plain(name) else "withheld", "unredactable": _name(error), **kept}


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return _is_safe(value) is not None or is_random_id(value)
    return isinstance(value, int) and abs(value) < _LARGE


def _kind(value: object) -> str:
    return f"<{_name(value)}>"


def _name(value: object) -> str:
    return type(value).__name__
