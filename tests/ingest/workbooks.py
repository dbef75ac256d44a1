"""Workbooks made for tests: a good one, and one whose archive or parts were changed by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

HEADER = ["Day", "Campaign", "Cost", "Impr."]
LINE: list[Any] = ["2026-11-03", "Alpha", 5, 100]
SHEET = "xl/worksheets/sheet1.xml"
_X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(rows: Sequence[Sequence[Any]] = (HEADER, LINE)) -> bytes:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """Each part of a workbook by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, parts: Mapping[str, bytes], more: Sequence[tuple[str, bytes]] = ()) -> Path:
    """A workbook of ``parts``; ``more`` are put in as they stand, whatever their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*parts.items(), *more]:
            archive.NameToInfo.clear()  # it would warn of a name that is there already, which is the point
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return path


def changed(path: Path, changes: Mapping[str, bytes], rows: Sequence[Sequence[Any]] = (HEADER, LINE)) -> Path:
    """A good workbook with some parts in place of its own, or beside them."""
    return packed(path, parts_of(book(rows)) | changes)


def sheet(inside: str, before: str = "") -> bytes:
    """The XML of a sheet with ``inside`` as its rows."""
    return f'<worksheet xmlns="{_X}">{before}<sheetData>{inside}</sheetData></worksheet>'.encode()


def row_xml(number: int, cells: Sequence[object]) -> str:
    """One row of inline texts."""
    inside = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{inside}</row>'


def rows_xml(*rows: Sequence[object]) -> str:
    """Rows of inline texts from the first one on."""
    return "".join(row_xml(number, cells) for number, cells in enumerate(rows, start=1))


def declare(path: Path, name: str, size: int) -> None:
    """Writes another unpacked size for ``name`` into both headers of the archive."""
    data = bytearray(path.read_bytes())
    written = name.encode()
    for magic, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = data.find(magic)
        while data[at + at_name : at + at_name + len(written)] != written:
            at = data.find(magic, at + 1)
        struct.pack_into("<I", data, at + at_size, size)
    path.write_bytes(data)
