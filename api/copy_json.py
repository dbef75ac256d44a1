"""Decides how JSON lines of ad copy are read: one object a line, within the same limits as a table."""

from __future__ import annotations

import json
from typing import Any

from engine.ingest.faults import FaultList
from engine.ingest.kinds import refuse_name, refuse_other_kinds
from engine.ingest.limits import passed
from engine.messages import Message
from engine.settings import Settings

Line = tuple[int, dict[str, Any]]


def json_lines(data: bytes, limits: Settings, faults: FaultList) -> list[Line]:
    """Each object with its line. Raises FileFaults for bytes that are no UTF-8 text and for a limit that is passed."""
    refuse_other_kinds(data, faults)
    refuse_name(faults, "JSON")
    lines: list[Line] = []
    for number, text in enumerate(_text(data, faults).split("\n"), start=1):
        if not text.strip():
            continue
        given = read_json(text, otherwise=None)
        if not isinstance(given, dict):
            faults.add(Message("api.copy.not_json"), row=number)
            continue
        if "\\u" in text and not _is_text(given):
            faults.add(Message("api.copy.half_character"), row=number)
            continue
        check_count(len(lines) + 1, limits, faults)
        if len(given) > limits.max_columns:
            raise faults.stop(passed(limits, "max_columns", len(given)), row=number)
        if len(text) > limits.max_cell_chars:
            _check_values(number, given, limits, faults)
        lines.append((number, given))
    return lines


def check_count(rows: int, limits: Settings, faults: FaultList) -> None:
    """Raises FileFaults when ``rows`` are more than one file or one check of copy may have."""
    setting = min("max_copy_rows", "max_rows", key=lambda name: int(getattr(limits, name)))
    if rows > getattr(limits, setting):
        raise faults.stop(passed(limits, setting, rows))


def read_json(text: str, otherwise: object) -> object:
    """What ``text`` stands for, or ``otherwise`` where it is no JSON: NaN is none, nor is a number of 5,000 digits."""
    try:
        loaded: object = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return otherwise
    return loaded


def _text(data: bytes, faults: FaultList) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise faults.stop(Message("api.copy.not_utf8"), row=data.count(b"\n", 0, error.start) + 1) from error


def _is_text(given: dict[str, Any]) -> bool:
    """Half of a surrogate pair can be escaped in JSON but is no character, and nothing can store it."""
    try:
        json.dumps(given, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _check_values(number: int, given: dict[str, Any], limits: Settings, faults: FaultList) -> None:
    for name, value in given.items():
        cell = value if isinstance(value, str) else json.dumps(value)
        if (longest := max(len(name), len(cell))) > limits.max_cell_chars:
            raise faults.stop(passed(limits, "max_cell_chars", longest), row=number)


def _no_number(constant: str) -> float:
    raise ValueError(constant)
