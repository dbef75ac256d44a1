"""Decides how the cue sheet (媒體廣告排程表) looks as XLSX: the client's form, or with ``internal`` the agency's own.

Columns follow a Taiwanese agency's form. Totals are formulas whose cached values are the exact decimals, so that the
sheet reads the same in Excel, in a viewer that does not calculate, and in our own tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from api.cue import CueLine, CueSheet
from api.cue_frame import HEAD_ROW, write_foot, write_head, write_reasons
from api.cue_weeks import write_weeks
from api.workbook import ACCENT, LINE, Book, put_text

Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its two-line heading, its width, how numbers show, and what a line puts there."""

    key: str
    zh: str
    en: str
    width: float
    shows: str
    value: Callable[[CueSheet, CueLine], Value]


def _dates(sheet: CueSheet, line: CueLine) -> str:
    active = sorted(week for week, amount in line.weekly.items() if amount)
    if not active:
        return "—"
    return f"{sheet.period.start:%Y/%m/%d}–\n{sheet.period.end:%Y/%m/%d}"


_MARK = {"assumed": "※"}

COMMON = (
    Column("category", "類別", "Type", 9, "text", lambda s, n: n.category),
    Column("media", "媒體／系統", "System", 17, "text", lambda s, n: n.media + _MARK.get(n.basis, "")),
    Column("placement", "版位", "Position", 17, "text", lambda s, n: n.placement),
    Column("section", "頻道", "Channel", 17, "text", lambda s, n: n.section),
    Column("size", "規格", "Size", 22, "text", lambda s, n: n.size.replace("、", "\n")),
    Column("form", "格式", "Format", 14, "text", lambda s, n: n.form),
    Column("rotation", "輪替／固定", "R/F", 9.5, "centre", lambda s, n: n.rotation),
    Column("buy_type", "計價方式", "Buy type", 8.5, "centre", lambda s, n: n.buy_type),
    Column("impressions", "預估曝光", "Est. impr.", 11.5, "count", lambda s, n: n.est_impressions),
    Column("ctr", "預估點擊率", "Est. CTR", 8, "percent", lambda s, n: n.ctr),
    Column("clicks", "預估點擊", "Est. clicks", 9, "count", lambda s, n: n.est_clicks),
    Column("result", "預估{result}", "Est. results", 9, "one", lambda s, n: n.est_result),
    Column("period", "刊登期間", "Period", 12, "centre", _dates),
    Column("days", "天數", "Days", 5.5, "count", lambda s, n: s.period.days if any(n.weekly.values()) else 0),
    Column("deadline", "素材提供期限", "Assets due", 11, "date", lambda s, n: n.deadline),
    Column("amount", "媒體金額（未稅）", "Net media", 13, "money", lambda s, n: n.amount),
)
INTERNAL = (
    Column("fee_rate", "服務費率", "Fee %", 7, "percent", lambda s, n: s.fee_rate),
    Column("fee", "服務費", "Fee", 10, "money", lambda s, n: s.line_fee(n)),
    Column("paid", "付媒體金額", "Paid to media", 12, "money", lambda s, n: n.amount),
    Column("profit", "利潤", "Profit", 10, "money", lambda s, n: s.line_fee(n)),
    Column("margin", "利潤率", "Margin", 7, "percent", lambda s, n: _margin(s, n)),
)
ADDED = frozenset({"impressions", "clicks", "result", "amount", "fee", "paid", "profit"})


def _margin(sheet: CueSheet, line: CueLine) -> Decimal | None:
    charged = line.amount + sheet.line_fee(line)
    return sheet.line_fee(line) / charged if charged else None


def write_cue_sheet(sheet: CueSheet, *, internal: bool = False) -> bytes:
    """The XLSX file. The external form shows no fee, margin or reason of ours per line."""
    book = Book(f"媒體廣告排程表 {sheet.proposal_id}", sheet.made_on)
    page = book.sheet("排程表（對內）" if internal else "排程表")
    columns = COMMON + (INTERNAL if internal else ())
    _set_widths(page, columns)
    write_head(book, page, sheet, len(columns), internal=internal)
    _write_titles(book, page, sheet, columns)
    first = HEAD_ROW + 1
    for offset, line in enumerate(sheet.lines):
        _write_line(book, page, first + offset, sheet, line, columns)
    last = first + max(len(sheet.lines), 1) - 1
    _write_sums(book, page, last + 1, (first, last), sheet, columns)
    write_foot(book, page, last + 2, (first, last), sheet, [c.key for c in columns].index("amount"), internal=internal)
    page.freeze_panes(HEAD_ROW + 1, 2)
    page.repeat_rows(HEAD_ROW)
    write_weeks(book, sheet, (page.get_name(), first, [c.key for c in columns].index("amount")))
    if internal and sheet.reasons:
        write_reasons(book, sheet)
    return book.finish()


def _set_widths(page: Any, columns: tuple[Column, ...]) -> None:
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width)


def _write_titles(book: Book, page: Any, sheet: CueSheet, columns: tuple[Column, ...]) -> None:
    look = book.style(
        bold=True, font_color="#ffffff", bg_color=ACCENT, border=1, border_color=LINE, align="center", text_wrap=True
    )
    page.set_row(HEAD_ROW, 34)
    for at, column in enumerate(columns):
        put_text(page, HEAD_ROW, at, f"{column.zh.format(result=sheet.result_label)}\n{column.en}", look)


def _look(book: Book, shows: str, sheet: CueSheet, **more: Any) -> Any:
    money = "#,##0" if sheet.step == 1 else "#,##0.00"
    shape: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True, "indent": 1},
        "centre": {"align": "center", "text_wrap": True},
        "count": {"num_format": "#,##0", "align": "right"},
        "one": {"num_format": "#,##0.0", "align": "right"},
        "percent": {"num_format": "0.00%", "align": "right"},
        "date": {"num_format": "yyyy/mm/dd", "align": "center"},
        "money": {"num_format": money, "align": "right"},
    }
    return book.style(border=1, border_color=LINE, **shape[shows], **more)


def _write_line(book: Book, page: Any, row: int, sheet: CueSheet, line: CueLine, columns: tuple[Column, ...]) -> None:
    page.set_row(row, 48)
    for at, column in enumerate(columns):
        _put(page, row, at, column.value(sheet, line), _look(book, column.shows, sheet))


def _put(page: Any, row: int, column: int, value: Value, look: Any) -> None:
    if value is None:
        page.write_blank(row, column, None, look)
    elif isinstance(value, str):
        put_text(page, row, column, value, look)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, look)
    else:
        page.write_number(row, column, value, look)


def _write_sums(
    book: Book, page: Any, row: int, rows: tuple[int, int], sheet: CueSheet, columns: tuple[Column, ...]
) -> None:
    """The row under the lines: one SUM a column that may be added."""
    bold = {"bold": True, "bg_color": "#f3f5f7"}
    page.set_row(row, 22)
    for at, column in enumerate(columns):
        if column.key not in ADDED:
            text = "小計" if at == 0 else ""
            put_text(page, row, at, text, _look(book, "text", sheet, **bold))
            continue
        values = [column.value(sheet, line) for line in sheet.lines]
        total = sum((Decimal(v) for v in values if isinstance(v, int | Decimal)), Decimal(0))
        _put_sum(page, row, at, rows, total, _look(book, column.shows, sheet, **bold))


def _put_sum(page: Any, row: int, column: int, rows: tuple[int, int], total: Decimal, look: Any) -> None:
    name = xl_col_to_name(column)
    cells = f"{name}{rows[0] + 1}:{name}{rows[1] + 1}"
    page.write_formula(row, column, f"=SUM({cells})", look, _cached(total))


def _cached(total: Decimal) -> int | float:
    return int(total) if total == total.to_integral_value() else float(total)
