"""Decides how the faults of a problem file are gathered: each at its place, all told at once, in the file's order."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.errors import Fault, FileFaults
from engine.messages import Message, Value

LONGEST = 40  # characters of a value that are told back
KEPT = 2_000  # faults kept to be put in order, of which the first are told
_NUMBERS = re.compile(r"(\d+)")


class ProblemFaults(FileFaults):
    """A problem file with all its faults; the ``column`` of a fault is its place, such as ``channels[3].lb``."""

    def __init__(self, file: str, faults: list[Fault], count: int) -> None:
        super().__init__(file, faults, count)
        self.message = Message("optimizer.problem.faults", {"file": file, "count": count})


class Faults:
    """The faults of ``file`` so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Fault] = []
        self.count = 0

    @property
    def told(self) -> bool:
        """Whether the next fault is kept; the ones after are only counted."""
        return self.count < KEPT

    def add(self, place: str, name: str, /, **values: Value) -> None:
        """One more fault: the sentence ``optimizer.problem.<name>`` at ``place``, or in the line ``row``."""
        if self.told:
            line = values.get("row")
            row = line if isinstance(line, int) else None
            self._found.append(Fault(Message(f"optimizer.problem.{name}", values), row, place or None))
        self.count += 1

    def stop(self, place: str, name: str, /, **values: Value) -> ProblemFaults:
        """The error for a fault after which nothing more can be read; to be raised by the caller."""
        self.add(place, name, **values)
        return self.error()

    def error(self) -> ProblemFaults:
        """The error that carries every fault, in the order of their places."""
        ordered = sorted(self._found, key=lambda fault: _in_order(fault.column or ""))
        return ProblemFaults(self.file, ordered, self.count)

    def raise_any(self) -> None:
        """Raises ProblemFaults when there is at least one fault."""
        if self._found:
            raise self.error()


def shown(value: Any) -> str:
    """A value of the file as it stands there, cut short; objects and lists by their kind."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = json.dumps(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _in_order(place: str) -> tuple[tuple[int, int | str], ...]:
    """Places by their parts, numbers as numbers."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in _NUMBERS.split(place))
