"""Decides what stands above and below the lines of a cue sheet: client, period, status; totals, notes, signature."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from api.cue import CueSheet
from api.workbook import ACCENT, ALERT, LINE, MUTED, PALE, SHADE, Book, put_merged, put_text

HEAD_ROW = 6


def write_head(book: Book, page: Any, sheet: CueSheet, width: int, *, internal: bool) -> None:
    """Title, status and the facts of the plan; ``width`` is how many columns the table has."""
    page.set_row(0, 30)
    title = book.style(bold=True, font_size=18, font_color=ACCENT)
    put_text(page, 0, 0, "媒體廣告排程表" + ("（對內）" if internal else ""), title)
    status, alert = status_line(sheet)
    colour = {"font_color": "#ffffff", "bg_color": ALERT} if alert else {"font_color": ACCENT, "bg_color": PALE}
    put_merged(page, 0, 8, min(15, width - 1), status, book.style(bold=True, align="center", border=0, **colour))
    label, fact = book.style(font_color=MUTED), book.style(bold=True)
    left = (("客戶", sheet.client), ("走期", _period(sheet)), ("成效指標", sheet.result_label))
    right = (("提案編號", sheet.proposal_id), ("版本", sheet.version), ("製表日期", f"{sheet.made_on:%Y/%m/%d}"))
    for offset, (name, value) in enumerate(left):
        put_text(page, 1 + offset, 0, name, label)
        put_text(page, 1 + offset, 1, value, fact)
    for offset, (name, value) in enumerate(right):
        put_text(page, 1 + offset, 4, name, book.style(font_color=MUTED, align="right"))
        put_text(page, 1 + offset, 5, value, fact)
    put_text(page, 4, 0, "幣別", label)
    put_text(page, 4, 1, f"{sheet.currency}　金額皆為未稅媒體淨額，另計服務費與營業稅", fact)


def status_line(sheet: CueSheet) -> tuple[str, bool]:
    """What the sheet says of its own standing, and whether that is a warning."""
    if sheet.undecided:
        return f"草稿 DRAFT — 尚有 {sheet.undecided} 則禁止刊登的文案未裁決，不得對外送出", True
    if sheet.final:
        return "定稿 FINAL — 請客戶確認", False
    return "草稿 DRAFT", False


def _period(sheet: CueSheet) -> str:
    return f"{sheet.period.start:%Y/%m/%d} – {sheet.period.end:%Y/%m/%d}（{sheet.period.days} 天）"


def write_foot(
    book: Book, page: Any, row: int, rows: tuple[int, int], sheet: CueSheet, amount_at: int, *, internal: bool
) -> None:
    """Fee, tax and the sum due as formulas over the lines, then notes and the line to sign on."""
    totals = sheet.totals()
    digits = 0 if sheet.step == 1 else 2
    lines = _cells(amount_at, rows)
    fee_rate, tax_rate = xl_rowcol_to_cell(row + 1, amount_at - 1), xl_rowcol_to_cell(row + 3, amount_at - 1)
    media, fee, net, tax = (xl_rowcol_to_cell(row + i, amount_at) for i in range(4))
    parts: tuple[tuple[str, Decimal | None, str, Decimal], ...] = (
        ("媒體費合計", None, f"=SUM({lines})", totals.media),
        ("服務費", sheet.fee_rate, f"=ROUND({media}*{fee_rate},{digits})", totals.fee),
        ("未稅合計", None, f"={media}+{fee}", totals.before_tax),
        ("營業稅", sheet.tax_rate, f"=ROUND({net}*{tax_rate},{digits})", totals.tax),
        ("含稅總計", None, f"={net}+{tax}", totals.due),
    )
    for offset, (name, rate, formula, cached) in enumerate(parts):
        strong = offset == len(parts) - 1
        _write_part(book, page, row + offset, amount_at, sheet, (name, rate, formula, cached), strong=strong)
    _write_notes(book, page, row, sheet)
    if not internal:
        sign = book.style(font_color=MUTED, top=1, top_color=LINE)
        put_merged(page, row + 7, 8, 11, "客戶確認（簽章）", sign)
        put_merged(page, row + 7, 13, 15, "日期", sign)
        page.set_row(row + 6, 30)


def _cells(column: int, rows: tuple[int, int]) -> str:
    name = xl_col_to_name(column)
    return f"{name}{rows[0] + 1}:{name}{rows[1] + 1}"


def _write_part(
    book: Book,
    page: Any,
    row: int,
    amount_at: int,
    sheet: CueSheet,
    part: tuple[str, Decimal | None, str, Decimal],
    *,
    strong: bool,
) -> None:
    name, rate, formula, cached = part
    look: dict[str, Any] = {"border": 1, "border_color": LINE, "align": "right"}
    look |= {"bold": True, "bg_color": PALE, "font_color": ACCENT, "font_size": 11} if strong else {"bg_color": SHADE}
    put_merged(page, row, amount_at - 3, amount_at - 2, name, book.style(**look))
    if rate is None:
        page.write_blank(row, amount_at - 1, None, book.style(**look))
    else:
        page.write_number(row, amount_at - 1, rate, book.style(num_format="0.##%", **look))
    sign = "NT$" if sheet.currency == "TWD" else sheet.currency + " "
    shape = "#,##0" if sheet.step == 1 else "#,##0.00"
    number = book.style(num_format=f'"{sign}"{shape}', **look)
    page.write_formula(row, amount_at, formula, number, int(cached) if cached == int(cached) else float(cached))


def _write_notes(book: Book, page: Any, row: int, sheet: CueSheet) -> None:
    put_text(page, row, 0, "說明", book.style(bold=True))
    look = book.style(font_color=MUTED, font_size=9)
    for offset, note in enumerate(sheet.notes):
        put_text(page, row + 1 + offset, 0, f"{offset + 1}. {note}", look)


def write_reasons(book: Book, sheet: CueSheet) -> None:
    """A second page for the agency: why each channel gets what it gets."""
    page = book.sheet("配置依據")
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 16)
    page.set_column(2, 2, 90)
    head = book.style(bold=True, font_color="#ffffff", bg_color=ACCENT, border=1, border_color=LINE)
    for at, title in enumerate(("媒體／系統", "媒體金額", "理由")):
        put_text(page, 0, at, title, head)
    cell = book.style(border=1, border_color=LINE, text_wrap=True)
    money = book.style(border=1, border_color=LINE, num_format="#,##0" if sheet.step == 1 else "#,##0.00")
    for at, line in enumerate(sheet.lines, start=1):
        page.set_row(at, 36)
        put_text(page, at, 0, line.media, cell)
        page.write_number(at, 1, line.amount, money)
        put_text(page, at, 2, sheet.reasons.get(line.channel, ""), cell)
    page.freeze_panes(1, 0)
