"""Every registered report: nothing in it runs, and the folder listing is the registry."""

from __future__ import annotations

import csv
import io
from pkgutil import iter_modules

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import api.reports
from api.cells import csv_text, guarded
from tests.api.specimens import REPORTS

HOSTILE = [
    '=HYPERLINK("http://x.example","click")', "+1+1", "-2+3", "@SUM(A1)", "|cmd", "%0A=1", "\t=1+1", "\r=1",
    "＝1+1", "＋1", "－1", "＠x", " =1+1", "\u3000=1+1", "{=1+1}", "\x00=1",
]  # fmt: skip
RUNS = set("=+-@|%\t\r\n＝＋－＠｜％")


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
                    assert cell.value.lstrip(" \u3000")[:1] not in RUNS, (page.title, cell.coordinate, cell.value)
        assert texts > 5


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_csv_runs(text):
    (head, row) = csv.reader(io.StringIO(csv_text([text, "n"], [{text: text, "n": -5}])))
    for cell in (head[0], row[0]):
        assert cell.lstrip(" \u3000")[:1] not in RUNS
    assert row[1] == "-5"


@pytest.mark.parametrize("text", ["限時優惠 5 折", "-5", "+886", "3.5%", "a=b", "https://example.com", ""])
def test_ordinary_text_and_numbers_stay_as_they_are(text):
    assert guarded(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_the_guard_takes_any_text_and_is_done_once(text):
    once = guarded(text)
    assert guarded(once) == once
    assert "\x00" not in once
