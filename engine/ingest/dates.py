"""Decides which days a column of written dates means, its order settled by the whole column or asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.ingest.platform import common
from engine.ingest.report import DateOrder

_ISO = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ,]+(.*))?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,]+(.*))?")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2})")
_MONTH_ONLY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|([A-Za-z]{3,9})\.?\s+(\d{4})")
_CLOCK = re.compile(r"\d{1,2}(:\d{2}){0,2}(\.\d+)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?")
_WEEKDAY = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+|[\s,]*\(?(?:星期|週|周|禮拜)[一二三四五六日天]\)?\s*$",
    re.IGNORECASE,
)
_BRACKETED_DAY = re.compile(r"\s*\([一二三四五六日]\)\s*$")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_ERA = re.compile(r"(?:民國|中華民國)\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


@dataclass(frozen=True, slots=True)
class Written:
    """The distinct texts of a date column as days; ``order`` is what settled day and month, None if nothing had to."""

    days: dict[str, date]
    unread: tuple[str, ...]
    ambiguous: bool
    without_year: bool
    with_clock: bool
    order: DateOrder | None


def read_dates(
    texts: Sequence[str],
    order: DateOrder | None = None,
    within: tuple[date, date] | None = None,
    serials: bool = False,
    months: bool = False,
) -> Written:
    """Days of the distinct ``texts``.

    ``within`` is the range that the file states: it gives the year to dates without one and can settle the order.
    ``serials`` allows Excel's day numbers, ``months`` allows ``2026-11`` for the month's first day.
    """
    forms = {text: _form(text) for text in texts}
    numeric = [parts for kind, parts in forms.values() if kind == "numeric"]
    settled = order if order in ("mdy", "dmy") else _settle(numeric, within)
    days: dict[str, date] = {}
    unread: list[str] = []
    no_year = clock = False
    for text, (kind, parts) in forms.items():
        found: date | None = None
        if kind == "short":
            found = _with_year(parts, within)
            no_year |= found is None
        elif kind == "numeric":
            found = _ordered(parts, settled) if settled else None
        elif kind in ("full", "clock"):
            found = _day(*parts)
            clock |= kind == "clock"
        elif kind == "serial" and serials:
            found = _EXCEL_EPOCH + timedelta(days=parts[0])
        elif kind == "month" and months:
            found = _day(parts[0], parts[1], 1)
        if found is None:
            unread.append(text)
        else:
            days[text] = found
    ambiguous = bool(numeric) and settled is None
    return Written(days, tuple(unread), ambiguous, no_year, clock, settled if numeric else None)


def _form(text: str) -> tuple[str, tuple[int, ...]]:
    """The kind of writing and its numbers."""
    clean = unicodedata.normalize("NFKC", text).strip().strip("'\"")
    clean = _BRACKETED_DAY.sub("", _WEEKDAY.sub("", clean)).strip()
    era = _ERA.fullmatch(clean)
    if era:
        return "full", (int(era[1]) + 1911, int(era[2]), int(era[3]))
    for pattern in (_ISO, _NUMERIC):
        found = pattern.fullmatch(clean)
        if not found:
            continue
        rest = (found[4] or "").strip()
        if rest and not _CLOCK.fullmatch(rest):
            continue
        parts = (int(found[1]), int(found[2]), int(found[3]))
        if pattern is _NUMERIC:
            return "numeric", (*parts[:2], parts[2] + 2000 if parts[2] < 100 else parts[2])
        return ("clock" if rest.strip("0:.") else "full"), parts
    compact = _COMPACT.fullmatch(clean)
    if compact:
        return "full", (int(compact[1]), int(compact[2]), int(compact[3]))
    worded = _worded(clean)
    if worded:
        return "full", worded
    short = _SHORT.fullmatch(clean)
    if short:
        return "short", (int(short[1]), int(short[2]))
    month = _MONTH_ONLY.fullmatch(clean)
    if month and month[1]:
        return "month", (int(month[1]), int(month[2]))
    if month and month[3].casefold() in common().months:
        return "month", (int(month[4]), common().months[month[3].casefold()])
    serial = _SERIAL.fullmatch(clean)
    if serial and 36526 <= int(serial[1]) <= 73050:
        return "serial", (int(serial[1]),)
    return "unknown", ()


def _worded(clean: str) -> tuple[int, int, int] | None:
    for pattern, name, day, year in ((_MONTH_FIRST, 1, 2, 3), (_DAY_FIRST, 2, 1, 3)):
        found = pattern.fullmatch(clean)
        if found and found[name].casefold() in common().months:
            written = int(found[year])
            return (
                written + 2000 if written < 100 else written,
                common().months[found[name].casefold()],
                int(found[day]),
            )
    return None


def _settle(parts: Sequence[tuple[int, ...]], within: tuple[date, date] | None) -> DateOrder | None:
    """The one order in which every date of the column exists and, where the file states a range, lies in it."""
    possible: list[DateOrder] = []
    for order in ("mdy", "dmy"):
        days = [_ordered(part, order) for part in parts]
        if all(day is not None and (within is None or within[0] <= day <= within[1]) for day in days):
            possible.append(order)
    if len(possible) == 2 and all(part[0] == part[1] for part in parts):
        return "mdy"
    return possible[0] if len(possible) == 1 else None


def _ordered(parts: tuple[int, ...], order: DateOrder | str) -> date | None:
    first, second, year = parts
    return _day(year, first, second) if order == "mdy" else _day(year, second, first)


def _with_year(parts: tuple[int, ...], within: tuple[date, date] | None) -> date | None:
    """The year in which a month and day lie inside the stated range."""
    if within is None:
        return None
    years = range(within[0].year, within[1].year + 1)
    days = [day for year in years if (day := _day(year, *parts)) and within[0] <= day <= within[1]]
    if len(days) == 1:
        return days[0]
    return _day(within[0].year, *parts) if not days and within[0].year == within[1].year else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return datetime(year, month, day).date()
    except ValueError:
        return None
