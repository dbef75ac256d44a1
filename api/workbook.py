"""Decides how every XLSX of the product looks and is written: guarded text, plain numbers, one set of formats."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

from api.cells import guarded

FONT = "Microsoft JhengHei"
INK, MUTED, LINE, SHADE, ACCENT, PALE = "#1f2933", "#6b7280", "#c9d1d9", "#f3f5f7", "#14524a", "#e6f0ee"
ALERT = "#a4262c"
_LINE_POINTS, _HIGHEST_ROW = 14.0, 400.0  # of a row; Excel takes 409 at most
_MOST_WEIGHED = 2_000  # characters: more are higher than any row


class Book:
    """One workbook in memory: ``sheet`` adds a page, ``style`` names a format, ``finish`` gives the bytes."""

    def __init__(self, title: str, made_on: date) -> None:
        self._buffer = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.workbook = xlsxwriter.Workbook(self._buffer, options)
        self.workbook.set_properties({"title": title, "created": datetime.combine(made_on, time(0))})
        self.workbook.set_calc_mode("auto")
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}

    def sheet(self, name: str) -> Any:
        """A new page, gridlines off, A4 landscape, one page wide unless the report sets its own scale."""
        page = self.workbook.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer("&L&8&F&R&8&P / &N")
        return page

    def style(self, **properties: Any) -> Any:
        """A cell format; equal wishes share one format."""
        wishes: Mapping[str, Any] = {
            "font_name": FONT,
            "font_size": 10,
            "font_color": INK,
            "valign": "vcenter",
        } | properties
        key = tuple(sorted(wishes.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format(dict(wishes))
        return self._styles[key]

    def finish(self) -> bytes:
        """The finished file."""
        self.workbook.close()
        return self._buffer.getvalue()


def row_height(cells: Iterable[tuple[str, int]]) -> float:
    """Points that a row of cells (text, width of the column) needs; viewers do not all fit rows by themselves."""
    lines = max(sum(_lines(part, width) for part in text.split("\n")) for text, width in cells)
    return min(_LINE_POINTS * lines + 4, _HIGHEST_ROW)


def _lines(text: str, width: int) -> int:
    """Lines in a column of ``width`` characters; a Chinese character takes nearly two."""
    taken = sum(1.9 if unicodedata.east_asian_width(char) in "WFA" else 1.0 for char in text[:_MOST_WEIGHED])
    return max(1, math.ceil(taken / (width - 1.5)))


def put_text(page: Any, row: int, column: int, text: str, style: Any) -> None:
    """Writes ``text`` as text, whatever it looks like."""
    page.write_string(row, column, guarded(text), style)


def put_merged(page: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    """Writes ``text`` over several columns of one row."""
    if first == last:
        put_text(page, row, first, text, style)
        return
    page.merge_range(row, first, row, last, "", style)
    page.write_string(row, first, guarded(text), style)
