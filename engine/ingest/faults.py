"""Decides how the faults of one file are gathered, so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.errors import Fault, FileFaults
from engine.messages import Message, Value

KEPT = 200


@dataclass(slots=True)
class FaultList:
    """The faults of ``file`` so far: the first 200 and how many there are."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, message: Message, row: int | None = None, column: str | None = None) -> None:
        """One more fault."""
        self.count += 1
        if len(self.faults) < KEPT:
            self.faults.append(Fault(message, row, column))

    def add_rows(self, message: Message, rows: Iterable[int], column: str | None = None) -> None:
        """The same fault on several rows."""
        for row in rows:
            self.add(message, row, column)

    def stop(self, message: Message, row: int | None = None, column: str | None = None) -> FileFaults:
        """The error for a fault after which nothing more can be read; to be raised by the caller."""
        self.add(message, row, column)
        return self.error()

    def error(self) -> FileFaults:
        """The error that carries every fault, in the order of the rows."""
        ordered = sorted(self.faults, key=lambda fault: fault.row or 0)
        return FileFaults(self.file, ordered, self.count)

    def raise_any(self) -> None:
        """Raises FileFaults when there is at least one fault."""
        if self.count:
            raise self.error()


def say(name: str, **values: Value) -> Message:
    """The message ``engine.ingest.<name>``."""
    return Message(f"engine.ingest.{name}", values)
