"""What is no report is refused with its name and its mend, whatever it is called, and nothing is read of it."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import FileFaults, InputError
from engine.ingest.reading import read_export
from engine.ingest.report import Hints
from engine.settings import Settings

TODAY = date(2026, 11, 23)
GOOD = "Day,Campaign,Cost,Impr.\n2026-11-03,Alpha,5,100\n"


def refusal(path: Path, **limits: int) -> list[str]:
    with pytest.raises(FileFaults) as caught:
        read_export(path, limits=Settings(**limits), today=TODAY)
    assert path.name in caught.value.text("zh-TW")
    return [fault.message.id.removeprefix("engine.ingest.") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\n  \n", "empty"),
        (b"%PDF-1.7\n", "kind.pdf"),
        (b"\x89PNG\r\n\x1a\n", "kind.image"),
        (b"\xff\xd8\xff\xe0", "kind.image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "kind.xls"),
        (b"\x1f\x8b\x08rest", "kind.gzip"),
        (b"PAR1rest", "kind.parquet"),
        (b"SQLite format 3\x00", "kind.database"),
        (b"7z\xbc\xaf\x27\x1c", "kind.zip"),
        (b"PK\x05\x06" + b"\x00" * 18, "kind.zip"),
        (b"PK\x03\x04 and no more", "workbook.cut"),
        (b"<!DOCTYPE html><html>login</html>", "kind.markup"),
        (b'<?xml version="1.0"?><Workbook/>', "kind.markup"),
        (json.dumps({"error": "expired"}).encode(), "kind.json"),
        (b"[\n{}]", "kind.json"),
        (bytes(range(256)) * 20, "kind.binary"),
        (b"Day,Cost\n2026-11-03,\x00\x00\x00", "kind.binary"),
        ("Day,Größe\n".encode("latin-1") + b"\xff\xfe\xfd,1\n", "encoding"),
        (b"hello\nthere\n", "no_header"),
        (b"Day,Campaign,Cost,Impr.\n", "header_only"),
        (b"Day,Campaign,Cost,Impr.\n\n  \n,,,\n", "header_only"),
    ],
)
@pytest.mark.parametrize("name", ["report.csv", "report.xlsx", "報表"])
def test_content_decides_and_not_the_name(tmp_path, data, code, name):
    (tmp_path / name).write_bytes(data)
    assert refusal(tmp_path / name) == [code]


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    assert refusal(tmp_path / "none.csv") == ["no_file"]
    assert refusal(tmp_path) == ["no_file"]


def test_two_gigabytes_are_refused_unread(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2_000_000_000)
    assert refusal(path) == ["too_big"]


def test_too_many_rows_and_columns_are_refused(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(GOOD + "2026-11-03,Alpha,5,100\n" * 30)
    assert refusal(path, max_rows=10) == ["too_many_rows"]
    path.write_text(GOOD.replace("Impr.", "Impr." + ",x" * 30))
    assert refusal(path, max_columns=20) == ["too_many_columns"]


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_archives_that_are_no_workbooks_are_named(tmp_path):
    assert refusal(_zip(tmp_path / "a.xlsx", {"report.csv": GOOD.encode()})) == ["kind.zip"]
    assert refusal(_zip(tmp_path / "b.xlsx", {"mimetype": b"x", "content.xml": b"<a/>"})) == ["kind.ods"]
    assert refusal(_zip(tmp_path / "c.xlsx", {"xl/workbook.bin": b""})) == ["kind.xlsb"]
    assert refusal(_zip(tmp_path / "d.xlsx", {"word/document.xml": b""})) == ["kind.document"]


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path):
    bomb = _zip(tmp_path / "bomb.xlsx", {"xl/workbook.xml": b"<a/>", "xl/sheet.xml": b"0" * 30_000_000})
    assert bomb.stat().st_size < 100_000
    assert refusal(bomb) == ["workbook.ratio"]
    assert refusal(bomb, max_zip_ratio=10**6, max_unzipped_bytes=10**6) == ["workbook.bomb"]


def test_a_workbook_with_entities_is_not_opened(tmp_path):
    laughs = b'<!DOCTYPE a [<!ENTITY l "ha">]><a>&l;</a>'
    assert refusal(_zip(tmp_path / "e.xlsx", {"xl/workbook.xml": laughs})) == ["workbook.entities"]


def test_a_truncated_workbook_is_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Day", "Campaign", "Cost", "Impr."])
    book.active.append(["2026-11-03", "Alpha", 5, 100])
    buffer = io.BytesIO()
    book.save(buffer)
    path = tmp_path / "cut.xlsx"
    for part in (0.3, 0.6, 0.95):
        path.write_bytes(buffer.getvalue()[: int(len(buffer.getvalue()) * part)])
        assert refusal(path) == ["workbook.cut"]


def test_a_damaged_part_of_a_workbook_is_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Day", "Campaign", "Cost", "Impr."])
    book.active.append(["2026-11-03", "Alpha", 5, 100])
    buffer = io.BytesIO()
    book.save(buffer)
    parts = {name: zipfile.ZipFile(buffer).read(name) for name in zipfile.ZipFile(buffer).namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-200]
    assert refusal(_zip(tmp_path / "torn.xlsx", parts)) == ["workbook.cut"]


def test_an_unknown_platform_is_told_with_those_known(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(GOOD)
    with pytest.raises(InputError) as caught:
        read_export(path, Hints(platform="myspace"), today=TODAY)
    assert caught.value.code == "engine.ingest.platform.unknown"
    assert "google_ads" in caught.value.text("zh-TW")


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"Cost": "money"}, "mapping.field"),
        ({"Cost": "spent@TV"}, "mapping.field"),
        ({"Cost": "spend@"}, "mapping.field"),
        ({"$colour": "red"}, "mapping.constant"),
        ({"$year": "last"}, "mapping.constant"),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path, mapping, code):
    path = tmp_path / "a.csv"
    path.write_text(GOOD)
    with pytest.raises(InputError) as caught:
        read_export(path, Hints(mapping=mapping), today=TODAY)
    assert caught.value.code == f"engine.ingest.{code}"


_PIECES = st.sampled_from(
    [
        *(
            b"Day",
            b"Campaign",
            b"Cost",
            b"Impr.",
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r\n",
            b"\r",
            b'"',
            b"2026-11-03",
            b"1,2",
        ),
        *(
            b"--",
            b"Total: Account",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\x00",
            "總計：帳戶".encode(),
            b"#",
            b"PK\x03\x04",
            b" ",
        ),
    ]
)


_ANY_BYTES = given(st.one_of(st.binary(max_size=400), st.lists(_PIECES, max_size=60).map(b"".join)))
_IN_FOLDER = [HealthCheck.function_scoped_fixture]


@settings(max_examples=150, deadline=None, suppress_health_check=_IN_FOLDER)
@_ANY_BYTES
def test_any_bytes_end_in_a_reading_or_in_faults(tmp_path, data):
    _read_or_refuse(tmp_path / "any.csv", data)


@pytest.mark.soak
@settings(max_examples=5000, deadline=None, suppress_health_check=_IN_FOLDER)
@_ANY_BYTES
def test_very_many_bytes_end_in_a_reading_or_in_faults(tmp_path, data):
    _read_or_refuse(tmp_path / "any.csv", data)


def _read_or_refuse(path, data):
    path.write_bytes(data)
    try:
        reading = read_export(path, today=TODAY)
    except InputError as error:
        assert error.text("zh-TW")
    else:
        assert len(reading.table)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_workbook_with_one_wrong_byte_ends_in_a_reading_or_in_faults(tmp_path, place, byte):
    path = tmp_path / "any.xlsx"
    if not (tmp_path / "good").exists():
        book = openpyxl.Workbook()
        book.active.append(["Day", "Campaign", "Cost", "Impr."])
        book.active.append(["2026-11-03", "Alpha", 5, 100])
        book.save(tmp_path / "good")
    data = bytearray((tmp_path / "good").read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data)
    try:
        assert len(read_export(path, today=TODAY).table) == 1
    except InputError as error:
        assert error.text("en")
