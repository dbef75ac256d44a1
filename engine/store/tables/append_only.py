"""Decides how a table is closed to all but new rows: the database itself refuses what the program never does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import DDL, event
from sqlalchemy.sql.expression import FromClause


def refuse_changes(table: FromClause, statements: Mapping[str, Sequence[str]]) -> None:
    """Runs the statements of a dialect once the table is made."""
    for dialect, texts in statements.items():
        for text in texts:
            made = DDL(text)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
