"""Decides how the weekly flight of a cue sheet is laid out: one row a placement, one column a week."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from api.cue import CueSheet
from api.workbook import ACCENT, LINE, MUTED, SHADE, Book, put_text

TOP = 3


def write_weeks(book: Book, sheet: CueSheet, schedule: tuple[str, int, int]) -> None:
    """The page 走期分配; ``schedule`` is where the amounts stand: page name, first row, column."""
    page = book.sheet("走期分配")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 13)
    page.set_column(2, 1 + len(sheet.weeks), 10)
    put_text(page, 0, 0, "走期分配（每週媒體金額，未稅）", book.style(bold=True, font_size=14, font_color=ACCENT))
    put_text(page, 1, 0, f"{sheet.client}　{sheet.proposal_id}　{sheet.version}", book.style(font_color=MUTED))
    _write_heads(book, page, sheet)
    last = TOP + len(sheet.lines)
    _write_rows(book, page, sheet, schedule)
    _write_sums(book, page, sheet, last)
    if sheet.lines and sheet.weeks:
        scale = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": "#9fcac2"}
        page.conditional_format(TOP + 1, 2, last, 1 + len(sheet.weeks), scale)
    page.freeze_panes(TOP + 1, 2)
    page.repeat_rows(TOP)


def _write_heads(book: Book, page: Any, sheet: CueSheet) -> None:
    look = book.style(
        bold=True, font_color="#ffffff", bg_color=ACCENT, border=1, border_color=LINE, align="center", text_wrap=True
    )
    page.set_row(TOP, 34)
    put_text(page, TOP, 0, "媒體／系統\nSystem", look)
    put_text(page, TOP, 1, "合計\nTotal", look)
    for offset, week in enumerate(sheet.weeks):
        begins = max(week, sheet.period.start)
        put_text(page, TOP, 2 + offset, f"{begins:%m/%d} 起\nW{offset + 1}", look)


def _money(book: Book, sheet: CueSheet, **more: Any) -> Any:
    shape = "#,##0" if sheet.step == 1 else "#,##0.00"
    return book.style(border=1, border_color=LINE, align="right", num_format=f"{shape};-{shape};–", **more)


def _write_rows(book: Book, page: Any, sheet: CueSheet, schedule: tuple[str, int, int]) -> None:
    name, first, amount_at = schedule
    for offset, line in enumerate(sheet.lines):
        row = TOP + 1 + offset
        page.set_row(row, 22)
        put_text(page, row, 0, line.media, book.style(border=1, border_color=LINE))
        total = f"='{name}'!{xl_rowcol_to_cell(first + offset, amount_at)}"
        page.write_formula(row, 1, total, _money(book, sheet, bold=True), _cached(line.amount))
        for at, week in enumerate(sheet.weeks):
            page.write_number(row, 2 + at, line.weekly.get(week, Decimal(0)), _money(book, sheet))


def _write_sums(book: Book, page: Any, sheet: CueSheet, last: int) -> None:
    put_text(page, last + 1, 0, "合計", book.style(border=1, border_color=LINE, bold=True, bg_color=SHADE))
    page.set_row(last + 1, 22)
    totals = [sheet.totals().media, *(sheet.week_total(week) for week in sheet.weeks)]
    for at, total in enumerate(totals, start=1):
        cells = f"{xl_rowcol_to_cell(TOP + 1, at)}:{xl_rowcol_to_cell(max(last, TOP + 1), at)}"
        page.write_formula(
            last + 1, at, f"=SUM({cells})", _money(book, sheet, bold=True, bg_color=SHADE), _cached(total)
        )


def _cached(total: Decimal) -> int | float:
    return int(total) if total == total.to_integral_value() else float(total)
