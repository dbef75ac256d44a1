"""Every file for a spreadsheet: nothing in it runs, the folder is the registry, and no other code writes one."""

from __future__ import annotations

import ast
import csv
import io
import json
from datetime import date
from pathlib import Path
from pkgutil import iter_modules

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import api.reports
from api.cells import csv_text, guarded
from api.copy_out import SUFFIXES, copy_bytes
from api.services.screenings import CopyRow
from compliance.findings import CopyItem
from tests.api.specimens import REPORTS, copy_row

HOSTILE = [
    '=HYPERLINK("http://x.example","click")', "+1+1", "-2+3", "@SUM(A1)", "|cmd", "%0A=1", "\t=1+1", "\r=1",
    "＝1+1", "＋1", "－1", "＠x", " =1+1", "\u3000=1+1", "{=1+1}", "\x00=1", "\n=1+1", "\r\n=1+1", " \t=1+1",
    "\u00a0=1", "\u3000 \u00a0=1", "\u200b=1", "\ufeff=1", "\u2003=1", "\u2028=1", "\x0b=1", "\x1f=1", "\x00\t=1",
    "﹦1+1", "﹢1", "-", "-1+1", "+1.2.3", "-٣", "--5", "-5%", "=", "@",
]  # fmt: skip
RUNS = set("=+-@|%\t\r\n＝＋－＠｜％﹢﹣﹦﹫")
BLANKS = " \u3000\u00a0"
# Digits a person wrote as text: an account number, a telephone number, a code that looks like a power of ten.
NUMBERS = ["-5", "+886912345678", "-0.5", "007", "1e5", "12345678901234567890", "1/2", "0x1F"]


def test_every_report_is_tried():
    assert {entry.name for entry in iter_modules(api.reports.__path__)} == set(REPORTS)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("report", sorted(REPORTS))
def test_no_text_becomes_a_formula_or_a_link(report, text):
    for content in REPORTS[report](text):
        book = openpyxl.load_workbook(io.BytesIO(content))
        texts = 0
        for page in book.worksheets:
            for cell in (cell for row in page.iter_rows() for cell in row):
                assert cell.hyperlink is None
                if cell.data_type == "f":
                    assert str(cell.value).startswith(("=SUM(", "=ROUND(", "=SUMPRODUCT(ROUND(", "='排程表", "=P"))
                    assert "HYPERLINK" not in str(cell.value)
                elif isinstance(cell.value, str):
                    texts += 1
                    assert cell.value.lstrip(BLANKS)[:1] not in RUNS, (page.title, cell.coordinate, cell.value)
        assert texts > 5


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_csv_runs(text):
    (head, row) = csv.reader(io.StringIO(csv_text([text, "n"], [{text: text, "n": -5}])))
    for cell in (head[0], row[0]):
        assert cell.lstrip(BLANKS)[:1] not in RUNS
    assert row[1] == "-5"


def _results(text: str) -> list[tuple[CopyRow, dict[str, object]]]:
    given, screening = copy_row(text)
    return [(CopyRow(CopyItem("1", text, "food", {}), given), screening)]


def test_every_form_of_copy_that_goes_out_is_tried_here():
    assert set(SUFFIXES) == {".csv", ".xlsx", ".jsonl"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_copy_as_csv_runs(text):
    told = copy_bytes(_results(text), ".csv", date(2026, 11, 15)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told, newline="")))
    assert [len(row) for row in rows] == [7, 7]
    for cell in (cell for row in rows for cell in row):
        assert cell.lstrip(BLANKS)[:1] not in RUNS, cell


@pytest.mark.parametrize("text", HOSTILE)
def test_json_lines_keep_every_text_as_it_came(text):
    (line,) = copy_bytes(_results(text), ".jsonl", date(2026, 11, 15)).decode().rstrip("\n").split("\n")
    told = json.loads(line)
    assert told[text] == told["text"] == told["remarks"][0] == told["findings"][0]["message"] == text


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("report", sorted(REPORTS))
def test_digits_written_as_text_stay_text(report, text):
    for content in REPORTS[report](text):
        cells = [
            cell
            for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets
            for row in page.iter_rows()
            for cell in row
            if cell.data_type != "f" and str(cell.value) == text
        ]
        assert cells and {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("text", ["限時優惠 5 折", "-5", "+886", "3.5%", "a=b", "https://example.com", ""])
def test_ordinary_text_and_numbers_stay_as_they_are(text):
    assert guarded(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_the_guard_takes_any_text_and_is_done_once(text):
    once = guarded(text)
    assert guarded(once) == once
    assert "\x00" not in once


PRODUCT = ("engine", "rules", "optimizer", "compliance", "api")
MAKES_FILES = {"writer", "DictWriter", "Workbook", "to_csv", "to_excel", "to_clipboard", "write_csv", "CSVWriter"}
WRITES_CELLS = {
    "merge_range", "write_string", "write_rich_string", "write_row", "write_column", "write_url", "write_comment",
    "write_array_formula", "write_dynamic_array_formula", "insert_textbox", "data_validation", "add_table",
}  # fmt: skip
FORMS = ("text/csv", "tab-separated-values", "spreadsheetml")
# Everything that makes a file for spreadsheets, puts text into its cells, or sends one off; the tests above try each.
# The sample's exports are left out: they stand for what platforms send, so they come in and never go out, keep the
# platforms' own bytes, and hold no text that a person wrote.
REGISTERED = {
    "api/cells.py": {"writer"},
    "api/workbook.py": {"Workbook", "merge_range", "write_string"},
    "api/reports/copy_findings.py": {"write_rich_string", "write_string"},  # only text that the guard leaves alone
    "api/console/recommendations.py": {"text/csv"},  # sends what api/bulk wrote through the guard
    "api/v1/proposals.py": {"spreadsheetml"},
    "engine/store/bulk.py": {"write_row"},  # of the database's own bulk copy
}
SAMPLE = "api/sample/exports/"


def _writes(source: str) -> set[str]:
    """What in ``source`` makes a file for spreadsheets or puts text into its cells."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found |= {name} & (MAKES_FILES | WRITES_CELLS)
            if name == "write" and len(node.args) > 2:
                found.add("write")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {form for form in FORMS if form in node.value}
    return found


def test_nothing_else_in_the_product_writes_for_spreadsheets():
    root = Path(__file__).resolve().parents[2]
    found = {}
    for path in (path for package in PRODUCT for path in sorted((root / package).rglob("*.py"))):
        place = path.relative_to(root).as_posix()
        if not place.startswith(SAMPLE) and (writes := _writes(path.read_text(encoding="utf-8"))):
            found[place] = writes
    assert found == REGISTERED, "guard every text of a new writer (api/cells.py), try it above, then register it here"


@pytest.mark.parametrize(
    "source",
    ["csv.writer(out)", "frame.to_csv(path)", "xlsxwriter.Workbook(path)", "page.write(0, 0, text)",
     "page.write_string(0, 0, text)", "page.write_url(0, 0, text)", "Response(text, mimetype='text/csv')",
     "openpyxl.Workbook()", "pyarrow.csv.write_csv(table, path)"],
)  # fmt: skip
def test_a_new_writer_would_be_found(source):
    assert _writes(source)
