"""Decides which text is read as a problem at all: UTF-8, JSON, every name once in its object, one object outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from optimizer.doors.faults import Faults


class _Pairs(list[tuple[str, Any]]):
    """The names of an object with their values, as often as they stand there."""


def read_document(data: bytes, faults: Faults) -> dict[str, Any]:
    """The outermost object of ``data``; every number is a float, NaN and infinity too.

    Raises ProblemFaults for what cannot be read; names that stand twice are added to ``faults``.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise faults.stop("", "not_text", row=row) from error
    repeated = False

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        repeated = repeated or len(found) != len(pairs)
        return found

    try:
        read = json.loads(text, parse_int=float, object_pairs_hook=once)
        if repeated:
            for place, name in _repeated(json.loads(text, object_pairs_hook=_Pairs, parse_int=float), ""):
                faults.add(place, "repeated", name=name[:80])
    except json.JSONDecodeError as error:
        raise faults.stop("", "not_json", row=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise faults.stop("", "too_deep") from error
    if not isinstance(read, dict):
        raise faults.stop("", "not_object")
    return read


def _repeated(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Where names stand twice in one object."""
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, inner in value:
            here = f"{place}.{name}" if place else name
            if name in seen:
                yield here, name
            seen.add(name)
            yield from _repeated(inner, here)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _repeated(inner, f"{place}[{number}]")
