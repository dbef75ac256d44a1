"""Decides the bytes of a LINE Ads export under its connector's column names: CSV or XLSX, no totals, CTR in percent."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from api.sample.exports.delimited import join_lines, plain
from api.sample.exports.sheet import Sheet

HEADERS = (
    "day", "ad_account_name", "campaign_name", "campaign_objective", "ad_group_name", "ad_name", "impressions", "cpm",
    "clicks", "ctr", "cpc", "cv", "cvr", "cpa", "cost", "currency", "reach_estimated",
)  # fmt: skip
NUMBERS = frozenset({"impressions", "cpm", "clicks", "ctr", "cpc", "cv", "cvr", "cpa", "cost", "reach_estimated"})


def _lines(sheet: Sheet) -> list[list[str]]:
    return [
        [
            row.day.isoformat(),
            sheet.account,
            row.campaign,
            row.campaign_type,
            row.ad_group,
            row.ad_name,
            str(row.impressions),
            plain(row.spend * 10, row.impressions, 2) if row.impressions else "0",
            str(row.clicks),
            plain(row.clicks * 100, row.impressions, 2) if row.impressions else "0",
            plain(row.spend, 100 * row.clicks, 2) if row.clicks else "0",
            str(row.orders // 2),
            plain(row.orders * 50, row.clicks, 2) if row.clicks else "0",
            plain(row.spend, 50 * row.orders, 2) if row.orders else "0",
            plain(row.spend, 100, 2),
            sheet.currency,
            str(row.reach),
        ]
        for row in sheet.rows
    ]


def write_ad_days_csv(sheet: Sheet) -> bytes:
    """Ads by day as UTF-8 comma-separated text with CRLF line ends."""
    return join_lines([HEADERS, *_lines(sheet)], ",", "\r\n").encode("utf-8")


def write_ad_days_xlsx(sheet: Sheet) -> bytes:
    """Ads by day as a workbook with numbers as numbers; the same rows give the same bytes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime(sheet.end.year, sheet.end.month, sheet.end.day)})
    page = book.add_worksheet("report")
    page.write_row(0, 0, HEADERS)
    for index, line in enumerate(_lines(sheet), start=1):
        for column, (header, cell) in enumerate(zip(HEADERS, line, strict=True)):
            if header in NUMBERS:
                page.write_number(index, column, float(cell))
            else:
                page.write_string(index, column, cell)
    book.close()
    return file.getvalue()
