"""Decides what can go wrong, in one tree, and what each error tells the person.

    AdcueError
    |-- InputError            what was handed in cannot be used; the person can mend it
    |   |-- FileFaults        one file, all its faults at once, each with row and column
    |   |-- PackError         a YAML pack that does not keep to its schema
    |   |-- DemandError       a budget request that cannot be met (explained in money)
    |   `-- SettingError      a setting or environment variable out of its range
    |-- NotFoundError         no such thing in this account
    |-- ConflictError         the thing exists with another content, or was changed meanwhile
    |-- AccessError           no key, wrong key, or a role that may not do this
    |-- StoreError            the database refused or is away
    |-- InferenceError        the rule engine lost, doubled or refused a fact; nothing of it was kept
    `-- MissingPartError      a program or library this machine lacks

Every error carries a Message, so it says what, where and how to mend it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.messages import Language, Message, Value, render


class AdcueError(Exception):
    """Base of every error the product raises on purpose; ``code`` is stable."""

    def __init__(self, code: str, **values: Value) -> None:
        self.message = Message(code, values)
        super().__init__(code)

    @property
    def code(self) -> str:
        """The stable code, which is the message id."""
        return self.message.id

    def text(self, language: Language = "zh-TW") -> str:
        """What, where and how to fix, in ``language``."""
        return render(self.message, language)

    def __str__(self) -> str:
        return self.text("en")


class InputError(AdcueError):
    """What was handed in cannot be used; the person can mend it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file: where it is (1-based row as a spreadsheet counts, column header) and what."""

    message: Message
    row: int | None = None
    column: str | None = None


class FileFaults(InputError):
    """One file with all its faults; ``faults`` keeps the first 200 and ``count`` says how many there are."""

    def __init__(self, file: str, faults: Sequence[Fault], count: int | None = None) -> None:
        self.file = file
        self.faults = tuple(faults[:200])
        self.count = count if count is not None else len(faults)
        super().__init__("engine.file_faults", file=file, count=self.count)

    def lines(self, language: Language = "zh-TW") -> list[str]:
        """One line a fault: ``file:row [column] sentence``."""
        out = []
        for fault in self.faults:
            where = self.file if fault.row is None else f"{self.file}:{fault.row}"
            column = f" [{fault.column}]" if fault.column else ""
            out.append(f"{where}{column} {render(fault.message, language)}")
        return out

    def text(self, language: Language = "zh-TW") -> str:
        """The heading and every fault on its own line."""
        return "\n".join([render(self.message, language), *self.lines(language)])


class PackError(InputError):
    """A YAML pack that does not keep to its schema; ``details`` name every field at fault, where they are known."""

    details: tuple[Message, ...] = ()


class DemandError(InputError):
    """A budget request that cannot be met; ``details`` are the conflicts, each explained in money."""

    def __init__(self, code: str, details: Sequence[Message] = (), **values: Value) -> None:
        self.details = tuple(details)
        super().__init__(code, **values)

    def lines(self, language: Language = "zh-TW") -> list[str]:
        """One line a conflict, in the order of ``details``."""
        return [render(detail, language) for detail in self.details]

    def text(self, language: Language = "zh-TW") -> str:
        """The heading and every conflict on its own line."""
        return "\n".join([render(self.message, language), *self.lines(language)])


class SettingError(InputError):
    """A setting or environment variable out of its range."""


class NotFoundError(AdcueError):
    """No such thing in this account."""


class ConflictError(AdcueError):
    """The thing exists with another content, or was changed meanwhile."""


class AccessError(AdcueError):
    """No key, a wrong key, or a role that may not do this."""


class StoreError(AdcueError):
    """The database refused or is away."""


class InferenceError(AdcueError):
    """The rule engine lost, doubled or refused a fact; nothing of the batch was kept."""


class MissingPartError(AdcueError):
    """A program or library this machine lacks."""
