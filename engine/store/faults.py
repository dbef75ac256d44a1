"""Decides which sentence a person reads when the database is away, full, locked, damaged or may not be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.errors import ConflictError, StoreError

_SQLITE = {
    "SQLITE_READONLY": "read_only",
    "SQLITE_PERM": "read_only",
    "SQLITE_FULL": "full",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_CANTOPEN": "away",
    "SQLITE_IOERR": "away",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_CORRUPT": "damaged",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest prefix counts
_POSTGRES = {
    "08": "away",
    "57P": "away",
    "28": "away",
    "3D000": "away",
    "42501": "read_only",
    "25006": "read_only",
    "53100": "full",
    "53200": "full",
    "53300": "busy",
    "40": "busy",
    "55P03": "busy",
    "42P01": "not_upgraded",
    "42703": "not_upgraded",
    "XX001": "damaged",
    "XX002": "damaged",
}


@contextmanager
def store_errors(where: str) -> Iterator[None]:
    """Turns what the driver raises into a StoreError that says what, where and how to mend it."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreError("engine.store.busy", where=where, detail="connections") from error
    except IntegrityError as error:
        raise ConflictError("engine.store.conflict", where=where) from error
    except DBAPIError as error:
        raise StoreError(f"engine.store.{_kind(error)}", where=where, detail=_detail(error)) from error


def _kind(error: DBAPIError) -> str:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        name: str = getattr(original, "sqlite_errorname", None) or ""
        if name == "SQLITE_ERROR" and "no such" in str(original):
            return "not_upgraded"
        return next((kind for start, kind in _SQLITE.items() if name.startswith(start)), "failed")
    state: str | None = getattr(original, "sqlstate", None)
    if not state:
        return "away" if isinstance(error, OperationalError | InterfaceError) else "failed"
    for length in (5, 3, 2):
        if state[:length] in _POSTGRES:
            return _POSTGRES[state[:length]]
    return "failed"


def _detail(error: DBAPIError) -> str:
    """The kind of failure in the driver's words, without values: those may hold what people typed."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorname", None) or type(original).__name__
    return getattr(original, "sqlstate", None) or type(original).__name__
