"""Workbooks: true numbers and dates, preambles, blank and merged cells, the right sheet of several."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.errors import FileFaults
from engine.ingest.reading import read_export

TODAY = date(2026, 11, 23)


def save(path: Path, sheets: dict[str, list[list[Any]]], merged: dict[str, list[str]] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for ref in (merged or {}).get(name, ()):
            sheet.merge_cells(ref)
    book.save(path)
    return path


HEADER = ["By Day", "Campaign name", "Cost", "Impressions", "Clicks (destination)", "CTR (destination)", "Currency"]


def test_true_numbers_dates_and_percentages(tmp_path):
    rows = [
        HEADER,
        [datetime(2026, 11, 1), "T", 820.25, 30000, 410, 0.0137, "TWD"],
        [date(2026, 11, 2), "T", 0.1, 1, 0, 0, "TWD"],
        ["Total of 2 results", "-", 820.35, 30001, 410, 0.0137, "TWD"],
    ]
    reading = read_export(save(tmp_path / "t.xlsx", {"Sheet": rows}), today=TODAY)
    report = reading.report
    assert (report.platform, report.encoding, report.currency) == ("tiktok", "xlsx", "TWD")
    assert report.sums == {"spend": Decimal("820.35"), "impressions": 30001, "clicks": 410}
    assert all(check.agrees for check in report.totals_check) and report.totals_check
    assert [str(day.date()) for day in reading.table["date_day"]] == ["2026-11-01", "2026-11-02"]


def test_preamble_blank_lines_and_excel_day_numbers(tmp_path):
    rows = [
        ["Campaign report"],
        ["1 November 2026 - 2 November 2026"],
        [],
        ["Day", "Campaign", "Cost", "Impr.", "Conversions"],
        [46327, "Alpha", "1,234.50", 100, None],
        [],
        [46328, "Alpha", 5, 10, 2.5],
    ]
    reading = read_export(save(tmp_path / "g.xlsx", {"Report": rows}), today=TODAY)
    assert reading.report.header_row == 4
    assert reading.report.period == (date(2026, 11, 1), date(2026, 11, 2))
    assert reading.report.sums["spend"] == Decimal("1239.5")
    assert list(reading.table["source_row"]) == [5, 7]
    assert reading.table["conversions"].isna().tolist() == [True, False]


def test_a_name_merged_over_rows_belongs_to_each(tmp_path):
    rows = [
        ["報表"],
        ["廣告活動", "日期", "花費", "曝光"],
        ["甲", date(2026, 11, 1), 10, 100],
        [None, date(2026, 11, 2), 20, 200],
        ["乙", date(2026, 11, 1), 5, 50],
    ]
    path = save(tmp_path / "m.xlsx", {"工作表1": rows}, {"工作表1": ["A3:A4", "A1:D1"]})
    assert list(read_export(path, today=TODAY).table["campaign_name"]) == ["甲", "甲", "乙"]


def test_the_sheet_with_the_report_is_taken_and_the_others_are_named(tmp_path):
    notes = [["Notes"], ["made by", "somebody"], ["for", "you"]]
    rows = [HEADER, [date(2026, 11, 1), "T", 8, 30, 4, 0.1, "TWD"]]
    report = read_export(save(tmp_path / "s.xlsx", {"Notes": notes, "Data": rows}), today=TODAY).report
    assert report.sums["spend"] == 8
    assert [w.id for w in report.warnings] == ["engine.ingest.warn.other_sheets"]
    assert report.warnings[0].values["sheets"] == "Notes"


def test_faults_name_the_row_of_the_sheet(tmp_path):
    rows = [HEADER, [date(2026, 11, 1), "T", "abc", 30, 4, 0.1, "TWD"], [None, "T", 8, 30, 4, 0.1, "TWD"]]
    with pytest.raises(FileFaults) as caught:
        read_export(save(tmp_path / "f.xlsx", {"Data": rows}), today=TODAY)
    assert [(f.message.id.rpartition(".")[2], f.row, f.column) for f in caught.value.faults] == [
        ("unread", 2, "Cost"),
        ("missing", 3, "By Day"),
    ]


@pytest.mark.parametrize("rows", [[], [["only", "words"]], [HEADER]])
def test_an_empty_workbook_is_refused(tmp_path, rows):
    with pytest.raises(FileFaults):
        read_export(save(tmp_path / "e.xlsx", {"Data": rows}), today=TODAY)
