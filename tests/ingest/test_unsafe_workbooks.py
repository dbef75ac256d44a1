"""Archives that lie, point elsewhere or grow are refused by both readers of workbooks before anything is parsed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from api.copy_files import read_copy
from engine.errors import FileFaults
from engine.ingest.reading import read_export
from engine.settings import Settings
from tests.ingest.workbooks import (
    HEADER,
    LINE,
    SHEET,
    book,
    changed,
    declare,
    packed,
    parts_of,
    row_xml,
    rows_xml,
    sheet,
)

TODAY = date(2026, 11, 23)
DOORS: dict[str, Callable[[Path, Settings], object]] = {
    "import": lambda path, limits: read_export(path, limits=limits, today=TODAY),
    "copy": read_copy,
}


def refusal(path: Path, door: str = "import", **limits: int) -> str:
    with pytest.raises(FileFaults) as caught:
        DOORS[door](path, Settings(**limits))
    assert len(caught.value.faults) == 1
    return caught.value.faults[0].message.id.removeprefix("engine.ingest.")


DOCTYPE = b'<!DOCTYPE a [<!ENTITY l "ha">]>'
MANIFEST = parts_of(book())["[Content_Types].xml"]
RELATIONS = parts_of(book())["xl/_rels/workbook.xml.rels"]
UNSAFE: dict[str, tuple[dict[str, bytes], list[tuple[str, bytes]], str]] = {
    "macros": ({"xl/vbaProject.bin": b"\xd0\xcf"}, [], "workbook.macros"),
    "macros of Excel 4": ({"xl/macrosheets/sheet1.xml": b"<a/>"}, [], "workbook.macros"),
    "macros by type": (
        {"[Content_Types].xml": MANIFEST.replace(b"officedocument.spreadsheetml.sheet.main", b"macroEnabled.main")},
        [],
        "workbook.macros",
    ),
    "the same name twice": ({}, [(SHEET, b"<a/>")], "workbook.doubled"),
    "the same name in capitals": ({}, [(SHEET.upper(), b"<a/>")], "workbook.doubled"),
    "a way up": ({}, [("xl/../../../etc/passwd", b"x")], "workbook.paths"),
    "an absolute path": ({}, [("/etc/passwd", b"x")], "workbook.paths"),
    "a drive": ({}, [("C:windows", b"x")], "workbook.paths"),
    "a backslash": ({}, [("xl\\..\\evil", b"x")], "workbook.paths"),
    "a name that ends early": ({}, [("xl/media/a\0.bin", b"x")], "workbook.paths"),
    "a zip inside": ({"xl/embeddings/a.bin": b"PK\x03\x04rest"}, [], "workbook.nested"),
    "a gzip inside": ({"xl/media/a.png": b"\x1f\x8b\x08rest"}, [], "workbook.nested"),
    "entities": ({"xl/styles.xml": DOCTYPE + b"<a>&l;</a>"}, [], "workbook.entities"),
    "entities after a long comment": (
        {"xl/styles.xml": b"<!--" + b"x" * 300_000 + b"-->" + DOCTYPE + b"<a/>"},
        [],
        "workbook.entities",
    ),
    "entities in UTF-16": (
        {"xl/styles.xml": (DOCTYPE + b"<a>&l;</a>").decode().encode("utf-16")},
        [],
        "workbook.entities",
    ),
    "entities under another ending": ({"xl/theme/theme1.bin": b" " + DOCTYPE + b"<a/>"}, [], "workbook.entities"),
    "an outside document type": ({"xl/styles.xml": b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}, [],
                                 "workbook.entities"),
    "the workbook elsewhere": (
        {"[Content_Types].xml": MANIFEST.replace(b"/xl/workbook.xml", b"/xl/worksheets/big.xml")},
        [],
        "workbook.paths",
    ),
    "a sheet read whole as a chart": (
        {"xl/_rels/workbook.xml.rels": RELATIONS.replace(b"relationships/worksheet", b"relationships/chartsheet")},
        [],
        "workbook.paths",
    ),
    "half a part": ({"xl/styles.xml": b"<a><b>"}, [], "workbook.cut"),
    "no relations": ({"xl/_rels/workbook.xml.rels": b""}, [], "workbook.cut"),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", UNSAFE)
def test_an_unsafe_workbook_is_opened_at_no_door(tmp_path, what, door, monkeypatch):
    changes, more, code = UNSAFE[what]
    path = packed(tmp_path / "a.xlsx", parts_of(book()) | changes, more)
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_args, **_options: pytest.fail("opened"))
    assert refusal(path, door) == code


def test_an_encrypted_part_and_an_encrypted_workbook_are_told_as_such(tmp_path):
    path = tmp_path / "a.xlsx"
    data = bytearray(book())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert refusal(path) == "workbook.encrypted"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(path) == "workbook.encrypted"


@pytest.mark.parametrize("door", DOORS)
def test_a_part_that_unpacks_to_more_than_it_declares_is_never_in_memory(tmp_path, door):
    path = changed(tmp_path / "a.xlsx", {"xl/media/a.bin": bytes(100_000_000)})
    declare(path, "xl/media/a.bin", 1000)
    tracemalloc.start()
    try:
        assert refusal(path, door) == "workbook.cut"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_very_many_entries_are_counted_before_they_are_listed(tmp_path):
    path = packed(tmp_path / "a.xlsx", parts_of(book()), [(f"x/{n}", b"") for n in range(6000)])
    assert refusal(path) == "workbook.entries"


def _copy_sheet(inside: str, before: str = "") -> dict[str, bytes]:
    return {SHEET: sheet(inside, before)}


def test_declared_dimensions_are_not_believed(tmp_path):
    lie = '<dimension ref="A1:XFD1048576"/>'
    path = changed(tmp_path / "a.xlsx", _copy_sheet(rows_xml(HEADER, LINE), lie))
    assert len(read_export(path, today=TODAY).table) == 1
    path = changed(tmp_path / "b.xlsx", _copy_sheet(rows_xml(["text", "product"], ["新鮮", "food"]), lie))
    assert len(read_copy(path)) == 1


@pytest.mark.parametrize("door", DOORS)
def test_blank_cells_before_a_far_one_count_as_cells(tmp_path, door):
    head = ["text", "product"] if door == "copy" else HEADER
    far = "".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(2, 300))
    path = changed(tmp_path / "a.xlsx", _copy_sheet(row_xml(1, head) + far))
    assert refusal(path, door, max_cells=1_000_000) == "too_many_cells"


@pytest.mark.parametrize("door", DOORS)
def test_blank_rows_before_a_far_one_count_as_rows(tmp_path, door):
    head = ["text", "product"] if door == "copy" else HEADER
    path = changed(tmp_path / "a.xlsx", _copy_sheet(rows_xml(head, LINE[: len(head)]) + row_xml(999_999_999, LINE)))
    assert refusal(path, door, max_rows=1000) == "too_many_rows"


@pytest.mark.parametrize("door", DOORS)
def test_one_text_shared_by_every_cell_counts_each_time(tmp_path, door):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    head = ["text", "product", "x", "y"] if door == "copy" else HEADER
    texts = "".join(f"<si><t>{text}</t></si>" for text in [*head, "x" * 50_000])
    cells = ['<c t="s"><v>4</v></c>'] * 4
    rows = '<row r="1">' + "".join(f'<c t="s"><v>{n}</v></c>' for n in range(4)) + "</row>"
    rows += "".join(f'<row r="{n}">{"".join(cells)}</row>' for n in range(2, 60))
    manifest = MANIFEST.replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    changes = {SHEET: sheet(rows), "xl/sharedStrings.xml": f"<sst {space}>{texts}</sst>".encode()}
    if b"sharedStrings" not in MANIFEST:
        changes["[Content_Types].xml"] = manifest
    path = changed(tmp_path / "a.xlsx", changes)
    assert refusal(path, door, max_file_bytes=1_000_000) == "too_big"


def test_a_row_of_very_many_elements_is_refused_unbuilt(tmp_path):
    path = changed(tmp_path / "a.xlsx", _copy_sheet("<row>" + "<c/>" * 300_001 + "</row>"))
    assert refusal(path, max_zip_ratio=10_000) == "workbook.crowded"


def test_a_text_far_over_the_limit_is_refused_unbuilt(tmp_path):
    path = changed(tmp_path / "a.xlsx", _copy_sheet(rows_xml(HEADER, ["x" * 30_000, *LINE[1:]])))
    assert refusal(path, max_cell_chars=1000) == "huge_cell"


def test_cells_merged_again_and_again_are_walked_once(tmp_path):
    rows = rows_xml(["Campaign", "Day", "Cost", "Impr."], ["甲", "2026-11-01", 1, 1], ["", "2026-11-02", 1, 1])
    merged = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A3:A900000"/></mergeCells>'
    data = sheet(rows).replace(b"</sheetData>", b"</sheetData>" + merged.encode())
    path = changed(tmp_path / "a.xlsx", {SHEET: data})
    assert list(read_export(path, today=TODAY).table["campaign_name"]) == ["甲", "甲"]


def test_a_workbook_of_excel_itself_with_many_parts_is_read(tmp_path):
    beside = {
        "docProps/custom.bin": b"\0\1\2",
        "xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "xl/drawings/vmlDrawing1.vml": b"<xml><br></xml>",
        "xl/printerSettings/printerSettings1.bin": bytes(300),
    }
    path = changed(tmp_path / "a.xlsx", beside)
    assert len(read_export(path, today=TODAY).table) == 1
