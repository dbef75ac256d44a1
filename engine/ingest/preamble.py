"""Decides what the lines above the header say: the report's title, the range of days it covers, keys and values."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.ingest.dates import read_dates
from engine.ingest.headers import normalise
from engine.ingest.platform import common

_ISH = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_EN1 = r"[A-Za-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}"
_EN2 = r"\d{1,2}\s+[A-Za-z]{3,9}\.?\s+\d{4}"
_NUM = r"\d{1,2}/\d{1,2}/\d{4}"
_PACKED = r"\d{8}"
_FULL = rf"(?:{_ISH}|{_EN1}|{_EN2}|{_NUM}|{_PACKED})"
_TAIL = r"(?:\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)"
_BETWEEN = r"\s*(?:-|–|—|~|〜|to|至|到)\s*"
_RANGE = re.compile(rf"(?<!\d)({_FULL}){_BETWEEN}({_FULL}|{_TAIL})(?!\d)", re.IGNORECASE)
_ONE_DAY = re.compile(rf"^({_FULL})$")
_START = re.compile(rf"(?:start\s*date|開始日期|起始日期?)\s*[:：]?\s*({_FULL})", re.IGNORECASE)
_END = re.compile(rf"(?:end\s*date|結束日期|截止日期)\s*[:：]?\s*({_FULL})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preamble:
    """What stands above the header."""

    titles: frozenset[str] = frozenset()
    period: tuple[date, date] | None = None
    values: dict[str, str] = field(default_factory=dict)


def read_preamble(records: Sequence[Sequence[str]]) -> Preamble:
    """What the records above the header say."""
    titles: set[str] = set()
    values: dict[str, str] = {}
    keys = {normalise(key): field for field, names in common().block_keys.items() for key in names}
    start = end = None
    period = None
    for record in records:
        cells = [unicodedata.normalize("NFKC", cell).strip().lstrip("#").strip() for cell in record]
        joined = ", ".join(cell for cell in cells if cell)
        for key, value in itertools.pairwise(cells):
            field = keys.get(normalise(key)) if key else None
            if field and value and field not in values:
                values[field] = value
        titles.update(normalise(cell) for cell in cells if cell)
        period = period or stated_range(joined)
        for pattern, which in ((_START, "start"), (_END, "end")):
            found = pattern.search(" ".join(cells))
            day = _one(found[1]) if found else None
            if day and which == "start":
                start = start or day
            elif day:
                end = end or day
    if period is None and start and end and start <= end:
        period = (start, end)
    return Preamble(frozenset(titles), period, values)


def stated_range(text: str) -> tuple[date, date] | None:
    """The range of days a line states; an end without a year takes the year of the start, or the one after.

    >>> stated_range("2026年 3月 13日 - 4月 9日")
    (datetime.date(2026, 3, 13), datetime.date(2026, 4, 9))
    """
    found = _RANGE.search(text)
    if found is None:
        only = _ONE_DAY.match(text.strip())
        day = _one(only[1]) if only else None
        return (day, day) if day else None
    both = read_dates([found[1], found[2]]).days
    start, end = both.get(found[1]), both.get(found[2])
    if start is None:
        return None
    if end is None:
        short = read_dates([found[2]], within=(start, date(start.year, 12, 31)))
        later = read_dates([found[2]], within=(date(start.year + 1, 1, 1), date(start.year + 1, 12, 31)))
        end = next((day for written in (short, later) for day in written.days.values() if day >= start), None)
    return (start, end) if end is not None and start <= end else None


def _one(text: str) -> date | None:
    """One full date, or None where it is not full or could be two different days."""
    return next(iter(read_dates([text]).days.values()), None)
