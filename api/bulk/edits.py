"""Decides what one approved change needs to become a row of a file, and which cells a row may hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from api.cells import CELL_LIMIT, guarded
from engine.messages import Message


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one entity. ``traits`` are cells of its own row that name it, by header."""

    level: str
    field: str
    after: str | None
    ids: Mapping[str, str]
    names: Mapping[str, str]
    traits: Mapping[str, str] = dataclasses.field(default_factory=dict)


Row = Mapping[str, str]
# The row of an edit, or why there is none.
RowOf = Callable[[Edit], Row | Message]


@dataclass(frozen=True, slots=True)
class BulkForm:
    """What one platform's tool takes in: its columns, in order, and the row of an edit."""

    platform: str
    columns: tuple[str, ...]
    row_of: RowOf


def checked(row: Row) -> Row | Message:
    """The row, unless a cell would be read as something else than its text: a formula, or the sign for "erase"."""
    for header, cell in row.items():
        if guarded(cell) != cell or len(cell) > CELL_LIMIT:
            return Message("api.bulk.unsafe_cell", {"column": header})
        if cell.strip() == "[]":
            return Message("api.bulk.erases", {"column": header})
    return row


def cell_of(
    edit: Edit, words: Mapping[str, str], status_of: Mapping[str, str], money_of: Mapping[tuple[str, str], str]
) -> dict[str, str] | Message:
    """The one cell that changes, or why there is none: ``words`` of a status, columns by level, by level and field."""
    word = words.get(edit.after or "") if edit.field == "status" else None
    if word is not None and edit.level in status_of:
        return {status_of[edit.level]: word}
    column = money_of.get((edit.level, edit.field))
    if column is None:
        return Message("api.bulk.no_column", {})
    return {column: str(edit.after)} if _is_money(edit.after) else Message("api.bulk.no_value", {})


def _is_money(text: str | None) -> bool:
    """Whether a value can be written as an amount."""
    try:
        return text is not None and Decimal(text) > 0
    except ArithmeticError:
        return False
