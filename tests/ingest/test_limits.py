"""Every limit is a setting with a name, holds for every form of file, and says what was found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from api.copy_files import read_copy
from engine.errors import Fault, FileFaults
from engine.ingest import sniffing
from engine.ingest.limits import CODES
from engine.ingest.reading import read_export
from engine.ingest.suggest import suggest_map
from engine.messages import LANGUAGES, render
from engine.settings import Settings
from tests.ingest.workbooks import HEADER, LINE, book, changed

TODAY = date(2026, 11, 23)
COPY = ["text", "product"]


def _csv(path: Path, rows: list[list[object]]) -> Path:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    return path


def _xlsx(path: Path, rows: list[list[object]]) -> Path:
    path.write_bytes(book(rows))
    return path


def _jsonl(path: Path, rows: list[list[object]]) -> Path:
    lines = (json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) for row in rows[1:])
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


TABLES: dict[str, Callable[[Path, list[list[object]]], Path]] = {"a.csv": _csv, "a.xlsx": _xlsx}
COPIES = TABLES | {"a.jsonl": _jsonl}
# Setting -> rows of a report that pass a limit of this many.
IN_TABLES: dict[str, tuple[list[list[object]], int]] = {
    "max_rows": ([HEADER] + [LINE] * 30, 10),
    "max_columns": ([[*HEADER, *"abcdefgh"], [*LINE, *range(8)]], 10),
    "max_cells": ([HEADER] + [LINE] * 30, 100),
    "max_cell_chars": ([HEADER, LINE, ["2026-11-03", "長" * 300, 5, 100]], 200),
    "max_file_bytes": ([HEADER] + [LINE] * 30, 100),
}
# Setting -> parts changed in a good workbook, and the limit they pass.
IN_WORKBOOKS: dict[str, tuple[dict[str, bytes], int]] = {
    "max_unzipped_bytes": ({"xl/media/a.bin": bytes(20_000)}, 20_000),
    "max_zip_ratio": ({"xl/media/a.bin": bytes(3_000_000)}, 50),
    "max_zip_entries": ({f"xl/media/{n}.bin": b"x" for n in range(40)}, 30),
    "max_part_bytes": ({"xl/styles2.xml": b"<a>" + b" " * 200_000 + b"</a>"}, 100_000),
    "max_shared_texts": ({}, 4),
}
IN_COPY: dict[str, tuple[list[list[object]], int]] = {
    "max_copy_rows": ([COPY] + [["新鮮果汁", "food"]] * 30, 10),
    "max_copy_chars": ([COPY, ["好喝" * 100, "food"]], 150),
}


def test_every_limit_is_tried_here_or_at_its_door():
    limits = {name for name in Settings.model_fields if name.startswith("max_")}
    tried = {*IN_TABLES, *IN_WORKBOOKS, *IN_COPY}
    at_their_doors = {"max_request_bytes", "max_body_seconds", "max_problem_bytes", "max_problem_channels"}
    assert limits - tried == at_their_doors
    assert tried == set(CODES)


def _told(fault: Fault, setting: str, limit: int) -> None:
    assert fault.message.id == f"engine.ingest.{CODES[setting]}"
    assert fault.message.values["limit"] == limit
    assert int(fault.message.values["found"]) >= limit
    for language in LANGUAGES:
        text = render(fault.message, language)
        assert f"ADCUE_{setting.upper()}" in text and str(limit) in text, text


def _refused(read: Callable[[], object], setting: str, limit: int) -> Fault:
    with pytest.raises(FileFaults) as caught:
        read()
    fault = caught.value.faults[0]
    _told(fault, setting, limit)
    return fault


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("setting", IN_TABLES)
def test_a_report_over_a_limit_is_refused(tmp_path, setting, name):
    rows, limit = IN_TABLES[setting]
    path = TABLES[name](tmp_path / name, rows)
    limits = Settings(**{setting: limit})
    fault = _refused(lambda: read_export(path, limits=limits, today=TODAY), setting, limit)
    if setting == "max_cell_chars":
        assert fault.row == 3


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("setting", IN_TABLES)
def test_a_report_at_a_limit_is_read(tmp_path, setting, name):
    rows, _ = IN_TABLES[setting]
    path = TABLES[name](tmp_path / name, rows)
    exact = {
        "max_rows": len(rows) - 1,
        "max_columns": len(rows[0]),
        "max_cells": len(rows) * len(rows[0]),
        "max_cell_chars": max(len(str(cell)) for row in rows for cell in row),
        "max_file_bytes": path.stat().st_size + 10_000,
    }
    assert len(read_export(path, limits=Settings(**{setting: exact[setting]}), today=TODAY).table)


@pytest.mark.parametrize("door", ["import", "map", "copy"])
@pytest.mark.parametrize("setting", IN_WORKBOOKS)
def test_a_workbook_over_a_limit_is_opened_at_no_door(tmp_path, setting, door):
    changes, limit = IN_WORKBOOKS[setting]
    texts = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"<si><t>a</t></si>" * 9
    changes = changes or {"xl/sharedStrings.xml": texts + b"</sst>"}
    path = changed(tmp_path / "a.xlsx", changes)
    limits = Settings(**{setting: limit})
    doors = {
        "import": lambda: read_export(path, limits=limits, today=TODAY),
        "map": lambda: suggest_map(path, limits),
        "copy": lambda: read_copy(path, limits),
    }
    _refused(doors[door], setting, limit)


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("setting", IN_COPY)
def test_copy_over_a_limit_is_refused_in_every_form(tmp_path, setting, name):
    rows, limit = IN_COPY[setting]
    path = COPIES[name](tmp_path / name, rows)
    _refused(lambda: read_copy(path, Settings(**{setting: limit})), setting, limit)


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("setting", ["max_file_bytes", "max_cell_chars", "max_columns"])
def test_the_limits_of_a_file_hold_for_copy_too(tmp_path, setting, name):
    rows = [[*COPY, *"abcdefgh"], ["好喝" * 100, "food", *"12345678"]]
    path = COPIES[name](tmp_path / name, rows)
    limit = {"max_file_bytes": 100, "max_cell_chars": 150, "max_columns": 5}[setting]
    _refused(lambda: read_copy(path, Settings(**{setting: limit})), setting, limit)


def test_the_file_is_measured_before_it_is_read(tmp_path, monkeypatch):
    path = _csv(tmp_path / "a.csv", [HEADER, LINE])
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))
    _refused(lambda: suggest_map(path, Settings(max_file_bytes=10)), "max_file_bytes", 10)


def test_a_file_that_grows_while_it_is_read_is_told(tmp_path, monkeypatch):
    path = _csv(tmp_path / "a.csv", [HEADER, LINE])

    class Smaller:
        st_size = 10

    monkeypatch.setattr(sniffing.os, "fstat", lambda _: Smaller)
    with pytest.raises(FileFaults) as caught:
        read_export(path, today=TODAY)
    assert caught.value.faults[0].message.id == "engine.ingest.growing"


def test_a_line_of_delimiters_is_refused_before_it_becomes_a_list(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEADER) + "\n" + ",".join(map(str, LINE)) + "\n" + "," * 200_000 + "\n")
    limit = Settings().max_columns
    _refused(lambda: read_export(path, today=TODAY), "max_columns", limit)
    path.write_text("text,product\n新鮮果汁,food\n" + "," * 200_000 + "\n")
    _refused(lambda: read_copy(path), "max_columns", limit)


def test_a_quote_that_swallows_the_file_stops_at_the_limit_of_a_cell(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEADER) + '\n2026-11-03,"Alpha,5,100\n' + "2026-11-04,Beta,5,100\n" * 500)
    fault = _refused(
        lambda: read_export(path, limits=Settings(max_cell_chars=5000), today=TODAY), "max_cell_chars", 5000
    )
    assert fault.row == 2


def test_a_long_cell_between_two_quotes_too_many_is_told_and_not_unforeseen(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEADER) + '\n2026-11-03,"Al"pha,5,100\n2026-11-04,"' + "x" * 6000 + '",5,100\n"')
    _refused(lambda: read_export(path, limits=Settings(max_cell_chars=5000), today=TODAY), "max_cell_chars", 5000)


@pytest.mark.parametrize(
    "line", ['{"text": "x", "product": "food", "facts": {"n": NaN}}', '{"text": "\\ud800", "product": "food"}',
             '{"text": "x", "product": "food", "n": ' + "9" * 5000 + "}", "[" * 100_000],
)  # fmt: skip
def test_json_that_no_store_can_hold_is_told_with_its_line(tmp_path, line):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "新鮮", "product": "food"}\n' + line)
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    expected = "api.copy.half_character" if "ud800" in line else "api.copy.not_json"
    assert [(f.message.id, f.row) for f in caught.value.faults] == [(expected, 2)]
