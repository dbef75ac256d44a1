"""Decides how days, instants and documents lie in a column, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

Ints = npt.NDArray[np.int64]

# A fact that still stands is known until this day.
OPEN_DAY = 99991231
BigKey = BigInteger().with_variant(Integer, "sqlite")
Document = JSON()
# The part of a document that is the same in every language, beside the parts that are not.
SHARED = ""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Spoken(TypeDecorator[dict[str, Any]]):
    """A document once a language; what is the same in all of them is kept once, under ``SHARED``, and read in each."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The document of every language, whole."""
        if value is None or SHARED not in value:
            return value
        shared = value[SHARED]
        return {language: shared | own for language, own in value.items() if language != SHARED}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant with its time zone: TIMESTAMPTZ on PostgreSQL, microseconds since 1970 UTC on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[int]:
        """The column type of the dialect."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        """Refuses an instant without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC) if dialect.name == "postgresql" else instant_to_int(value)

    def process_result_value(self, value: datetime | int | None, dialect: Dialect) -> datetime | None:
        """Gives the instant back in UTC."""
        if isinstance(value, int):
            return _EPOCH + timedelta(microseconds=value)
        return None if value is None else value.astimezone(UTC)


def instant_to_int(value: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (value - _EPOCH) // timedelta(microseconds=1)


def day_to_int(day: date) -> int:
    """A day as the number people would write: 20251103. Such numbers sort as days do, on any database."""
    return day.year * 10_000 + day.month * 100 + day.day


def int_to_day(value: int) -> date:
    """The day of such a number."""
    return date(value // 10_000, value // 100 % 100, value % 100)


def days_to_ints(days: npt.NDArray[np.datetime64]) -> Ints:
    """A whole column of days as numbers."""
    by_day = days.astype("datetime64[D]")
    months = by_day.astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    year = years.astype(np.int64) + 1970
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    day = (by_day - months.astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray(year * 10_000 + month * 100 + day, dtype=np.int64)


def ints_to_days(values: Ints) -> npt.NDArray[np.datetime64]:
    """A whole column of such numbers as days."""
    months = ((values // 10_000 - 1970) * 12 + values // 100 % 100 - 1).astype("datetime64[M]")
    return (months.astype("datetime64[D]") + (values % 100 - 1)).astype("datetime64[us]")
