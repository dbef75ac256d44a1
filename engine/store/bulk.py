"""Decides how many rows go in and out fast: driver batches on SQLite, COPY on PostgreSQL, whole-number arrays out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import ARRAY, ColumnElement, Connection, Select, String, any_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.store.tables import Owned
from engine.store.tables.base import now
from engine.store.tenancy import TALLY, TENANT, narrow
from engine.store.types import Ints, instant_to_int

CHUNK = 20_000
Progress = Callable[[int], None]
Item = TypeVar("Item")


def insert_rows(
    session: Session,
    table: type[Owned],
    columns: Mapping[str, Sequence[Any]],
    same: Mapping[str, Any],
    on_rows: Progress | None = None,
) -> None:
    """Inserts rows given as columns; ``same`` holds what is equal on all of them. The account is the session's."""
    connection = session.connection()
    session.info[TALLY].changed.add(table.__tablename__)  # type: ignore[attr-defined]  # every mapped class has it
    instant = now() if connection.dialect.name == "postgresql" else instant_to_int(now())
    constants = {**same, "tenant": session.info[TENANT], "created_at": instant}
    names = [*columns, *constants]
    rows = zip(*columns.values(), *(repeat(value) for value in constants.values()), strict=False)
    quoted = ", ".join(f'"{name}"' for name in names)
    target = f'"{table.__tablename__}" ({quoted})'  # type: ignore[attr-defined]  # every mapped class has it
    for chunk in _chunks(rows):
        if connection.dialect.name == "postgresql":
            _copy(connection, target, chunk)
        else:
            marks = ", ".join("?" * len(names))
            connection.exec_driver_sql(f"INSERT INTO {target} VALUES ({marks})", chunk)  # noqa: S608  (names of columns)
        if on_rows is not None:
            on_rows(len(chunk))


def read_columns(session: Session, statement: Select[Any]) -> dict[str, Ints]:
    """The columns of a statement that yields whole numbers only, straight from the driver.

    The session's own rows cost four times as much; the account's criterion is put on all the same. The result must
    not be streamed: it would hold back the first rows.
    """
    result = session.connection().execute(narrow(statement, session.info[TENANT]))
    names = list(result.keys())
    cursor: Any = result.cursor
    parts = [np.empty((0, len(names)), dtype=np.int64)]
    while rows := cursor.fetchmany(CHUNK):
        parts.append(np.array(rows, dtype=np.int64))
    result.close()
    table = np.concatenate(parts)
    return {name: np.ascontiguousarray(table[:, place]) for place, name in enumerate(names)}


def one_of(session: Session, column: InstrumentedAttribute[str], texts: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column holds one of very many texts, which go over as one value and not as one each."""
    if session.connection().dialect.name == "postgresql":
        return column == any_(bindparam(None, list(texts), type_=ARRAY(String)))
    return column.in_(select(func.json_each(json.dumps(list(texts))).table_valued("value").c.value))


def slices(values: Ints, size: int = 5_000) -> Iterator[list[int]]:
    """The values in lists short enough for one statement's parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size].tolist()


def parts(values: Sequence[Item], size: int = 500) -> Iterator[Sequence[Item]]:
    """The same for anything in a row."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _copy(connection: Connection, target: str, rows: list[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
