"""Decides which days every line covers: a day, or a longer period that is kept as a period."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from engine.ingest.dates import read_dates
from engine.ingest.faults import FaultList, say
from engine.ingest.grid import Bools, Ints, Labels
from engine.ingest.platform import common
from engine.ingest.preamble import stated_range
from engine.ingest.report import DateOrder

Days = npt.NDArray[np.datetime64]
EARLIEST = date(2000, 1, 1)
_QUARTER = re.compile(r"(?:Q([1-4])[\s-]*(\d{4})|(\d{4})[\s-]*Q([1-4]))", re.IGNORECASE)
_NO_DAY = np.datetime64("NaT", "D")


@dataclass(slots=True)
class When:
    """First and last day of every line (NaT where it could not be read), and what is to be said about it."""

    start: Days
    end: Days
    key: Labels | None
    column: str | None
    ambiguous: str | None = None
    without_year: bool = False
    with_clock: bool = False

    @property
    def dated(self) -> Bools:
        """Which lines have a day of their own."""
        return ~np.isnat(self.start)


def read_when(
    labels: Mapping[str, Labels],
    headers: Mapping[str, str],
    lines: int,
    stated: tuple[date, date] | None,
    order: DateOrder | None,
    year: int | None,
    serials: bool,
) -> When:
    """The days of every line; ``labels`` are the date columns by field, ``headers`` what they are called."""
    for name in ("date", "timestamp"):
        if name in labels:
            return _days(labels[name], headers[name], stated, order, serials)
    if "period_start" in labels:
        return _periods(labels, headers, stated, order, serials)
    if "period" in labels:
        return _ranges(labels["period"], headers["period"])
    for name, read in (("week", None), ("month", _month), ("quarter", _quarter), ("year", _year)):
        if name in labels and not (name == "year" and "month_name" in labels):
            return _longer(labels[name], headers[name], stated, order, serials, read)
    if "month_name" in labels and "day_of_month" in labels:
        return _from_parts(labels, headers, lines, year)
    if stated is None:
        raise ValueError("a file without a date column states its period above the header")
    start, end = (np.full(lines, np.datetime64(day, "D")) for day in stated)
    return When(start, end, None, None)


def _days(
    column: Labels, header: str, stated: tuple[date, date] | None, order: DateOrder | None, serials: bool
) -> When:
    written = read_dates(column.values, order, stated, serials)
    start = _spread(column, {text: day for text, day in written.days.items()})
    example = next((text for text in written.unread if re.search(r"\d{1,2}[-/.]\d{1,2}[-/.]\d", text)), None)
    return When(
        start,
        start.copy(),
        column,
        header,
        example if written.ambiguous else None,
        written.without_year,
        written.with_clock,
    )


def _periods(
    labels: Mapping[str, Labels],
    headers: Mapping[str, str],
    stated: tuple[date, date] | None,
    order: DateOrder | None,
    serials: bool,
) -> When:
    first = labels["period_start"]
    last = labels.get("period_end", first)
    both = read_dates((*first.values, *last.values), order, stated, serials)
    start, end = _spread(first, both.days), _spread(last, both.days)
    ambiguous = next(iter(both.unread), None) if both.ambiguous else None
    return When(start, end, first, headers["period_start"], ambiguous, both.without_year)


def _ranges(column: Labels, header: str) -> When:
    """Cells that hold both ends, such as 2026/11/01-2026/11/11."""
    found = {text: days for text in column.values if (days := stated_range(text)) is not None}
    start = _spread(column, {text: days[0] for text, days in found.items()})
    end = _spread(column, {text: days[1] for text, days in found.items()})
    return When(start, end, column, header)


def _longer(
    column: Labels,
    header: str,
    stated: tuple[date, date] | None,
    order: DateOrder | None,
    serials: bool,
    read: Callable[[str], tuple[date, date] | None] | None,
) -> When:
    """Weeks, months, quarters and years: by their own writing, or by the first day that the cell names."""
    within = (stated[0] - timedelta(days=366), stated[1]) if stated else None
    written = read_dates(column.values, order, within, serials, months=True)
    starts: dict[str, date] = {}
    ends: dict[str, date] = {}
    for text in column.values:
        found = read(text) if read else None
        if found is None and text in written.days:
            found = _length(written.days[text], read)
        if found:
            starts[text], ends[text] = found
    ambiguous = next(iter(written.unread), None) if written.ambiguous else None
    return When(_spread(column, starts), _spread(column, ends), column, header, ambiguous)


def _length(start: date, read: Callable[[str], tuple[date, date] | None] | None) -> tuple[date, date]:
    if read is None:
        return start, start + timedelta(days=6)
    return _span(start.year, start.month, 1 if read is _month else 3 if read is _quarter else 12)


def _span(year: int, month: int, months: int) -> tuple[date, date]:
    beyond = year * 12 + month - 1 + months
    return date(year, month, 1), date(beyond // 12, beyond % 12 + 1, 1) - timedelta(days=1)


def _month(text: str) -> tuple[date, date] | None:
    found = re.fullmatch(r"(\d{4})(\d{2})", text)
    return _span(int(found[1]), int(found[2]), 1) if found and 1 <= int(found[2]) <= 12 else None


def _quarter(text: str) -> tuple[date, date] | None:
    found = _QUARTER.fullmatch(text)
    if found is None:
        return None
    quarter, year = (found[1], found[2]) if found[1] else (found[4], found[3])
    return _span(int(year), 3 * int(quarter) - 2, 3)


def _year(text: str) -> tuple[date, date] | None:
    found = re.fullmatch(r"(\d{4})年?", text)
    return _span(int(found[1]), 1, 12) if found and int(found[1]) > 0 else None


def _from_parts(labels: Mapping[str, Labels], headers: Mapping[str, str], lines: int, year: int | None) -> When:
    """Month and day in columns of their own, the year in a third one or from the person."""
    months, days = labels["month_name"], labels["day_of_month"]
    years = labels.get("year")
    start = np.full(lines, _NO_DAY)
    key = np.stack([months.codes, days.codes, years.codes if years else np.zeros(lines, np.int32)], axis=1)
    combos, place = np.unique(key, axis=0, return_inverse=True)
    found = np.full(len(combos), _NO_DAY)
    for index, (month_code, day_code, year_code) in enumerate(combos):
        month, day = months.values[month_code], days.values[day_code]
        number = common().months.get(month.casefold()) or (int(month) if month.isdigit() else 0)
        in_year = int(years.values[year_code]) if years and years.values[year_code].isdigit() else year
        try:
            found[index] = np.datetime64(date(in_year or 2000, number, int(day)), "D")
        except ValueError:
            continue
    start = found[place.reshape(-1)] if (years or year) else start
    return When(start, start.copy(), months, headers["month_name"], None, not (years or year))


def _spread(column: Labels, days: Mapping[str, date]) -> Days:
    table = np.array([np.datetime64(days[text], "D") if text in days else _NO_DAY for text in column.values])
    return table.astype("datetime64[D]")[column.codes]


def check_when(
    when: When, rows: Ints, kept: Bools, stated: tuple[date, date] | None, today: date, faults: FaultList
) -> None:
    """Faults of the kept lines: no date, a date nobody can read, one outside what is possible or stated."""
    if when.ambiguous is not None and (np.isnat(when.start) & kept).any():
        faults.add(say("date.ambiguous", example=when.ambiguous), column=when.column)
        return
    if when.without_year and (np.isnat(when.start) & kept).any():
        faults.add(say("date.no_year", header=when.column or ""), column=when.column)
        return
    broken = (np.isnat(when.start) | np.isnat(when.end)) & kept
    for line in np.flatnonzero(broken):
        text = when.key.at(int(line)) if when.key else ""
        message = say("date.unread", text=text) if text else say("date.missing")
        faults.add(message, int(rows[line]), when.column)
    whole = kept & ~broken
    latest = today + timedelta(days=366)
    _check_range(whole & (when.start < np.datetime64(EARLIEST)), "date.too_early", when, rows, faults, limit=EARLIEST)
    _check_range(whole & (when.end > np.datetime64(latest)), "date.too_late", when, rows, faults, limit=latest)
    _check_range(whole & (when.end < when.start), "date.reversed", when, rows, faults)
    if stated is not None and when.key is not None and when.column is not None:
        outside = whole & ((when.end < np.datetime64(stated[0])) | (when.start > np.datetime64(stated[1])))
        _check_range(outside, "date.outside", when, rows, faults, start=stated[0], end=stated[1])


def _check_range(mask: Bools, name: str, when: When, rows: Ints, faults: FaultList, **values: date) -> None:
    texts = {key: day.isoformat() for key, day in values.items()}
    for line in np.flatnonzero(mask):
        faults.add(say(name, day=str(when.start[line]), **texts), int(rows[line]), when.column)
