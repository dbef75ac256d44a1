"""Decides how an XLSX becomes lines of text, once its archive was found safe to open."""

from __future__ import annotations

import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from engine.ingest.archive import checked_archive
from engine.ingest.delimited import HEAD_RECORDS, grid_of
from engine.ingest.faults import FaultList, say
from engine.ingest.grid import Grid
from engine.ingest.layout import find_header
from engine.ingest.limits import passed
from engine.ingest.mapping import UserMapping
from engine.ingest.sniffing import Content
from engine.ingest.source import Source
from engine.settings import Settings

# What the archive, XML and workbook readers raise on damaged bytes; none of them says more than "damaged".
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
_OVERLAP = 200


def open_workbook(content: Content, mapping: UserMapping | None, limits: Settings, faults: FaultList) -> Source:
    """The sheet whose header is understood best. Raises FileFaults for what is no safe, whole workbook."""
    archive = checked_archive(content.data, limits, faults)
    try:
        book = _open(content.data)
        best: tuple[int, str, list[list[str]], int] | None = None
        names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.sheetnames
        for name in names:
            records = _head(book[name], limits, faults)
            index, known = find_header(records, mapping)
            if index >= 0 and (best is None or known > best[0]):
                best = (known, name, records, index)
    except _BROKEN as error:
        raise faults.stop(say("workbook.cut")) from error
    if best is None:
        raise faults.stop(say("workbook.no_table"))
    _, name, records, index = best
    others = tuple(other for other in names if other != name and _holds_lines(book[other], limits, faults))

    def load(headers: tuple[str, ...], labels: Collection[int], numbers: Collection[int]) -> Grid:
        try:
            lines = _lines(book[name], index, limits, faults)
            merged = _merged_ranges(archive, book, name)
        except _BROKEN as error:
            raise faults.stop(say("workbook.cut")) from error
        _fill_merged(lines, index, merged, labels)
        grid = grid_of([*[[]] * (index + 1), *lines], index, headers, labels, numbers)
        grid.short.clear()  # A sheet does not keep the empty cells at the end of a row, so none is short.
        return grid

    return Source(records, index, "", True, load, others)


def _open(data: bytes) -> Any:
    with warnings.catch_warnings():
        # openpyxl warns of styles and extensions it leaves out; the values are all that is wanted here.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)


def workbook_rows(content: Content, limits: Settings, faults: FaultList) -> Iterator[list[str]]:
    """Every row of the first sheet, as texts. Raises FileFaults for what is no safe, whole workbook."""
    checked_archive(content.data, limits, faults)
    try:
        yield from _rows(_open(content.data).worksheets[0], limits, faults)
    except _BROKEN as error:
        raise faults.stop(say("workbook.cut")) from error


def _rows(sheet: Any, limits: Settings, faults: FaultList) -> Iterator[list[str]]:
    """Every row from the first one on, as texts, blank ones at the end of a row left out; blank rows are there too.

    The dimensions that a sheet declares are not believed. What it holds is counted: cells, also the blank ones that
    are filled in before a far one, and the bytes its texts would have in a CSV, since one shared text may stand in
    every cell.
    """
    sheet.reset_dimensions()
    cells = size = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > limits.max_rows + HEAD_RECORDS:
                raise faults.stop(passed(limits, "max_rows", number))
            cells += len(row)
            if cells > limits.max_cells:
                raise faults.stop(passed(limits, "max_cells", cells), row=number)
            texts = [_text(value) for value in row]
            while texts and not texts[-1]:
                texts.pop()
            if len(texts) > limits.max_columns:
                raise faults.stop(passed(limits, "max_columns", len(texts)), row=number)
            joined = "".join(texts)
            if len(joined) > limits.max_cell_chars and (longest := max(map(len, texts))) > limits.max_cell_chars:
                raise faults.stop(passed(limits, "max_cell_chars", longest), row=number)
            size += len(joined) if joined.isascii() else len(joined.encode("utf-8", "surrogatepass"))
            if size > limits.max_file_bytes:
                raise faults.stop(passed(limits, "max_file_bytes", size), row=number)
            yield texts


def _head(sheet: Any, limits: Settings, faults: FaultList) -> list[list[str]]:
    return list(itertools.islice(_rows(sheet, limits, faults), HEAD_RECORDS))


def _holds_lines(sheet: Any, limits: Settings, faults: FaultList) -> bool:
    return sum(1 for row in _head(sheet, limits, faults) if sum(1 for cell in row if cell.strip()) > 1) > 1


def _lines(sheet: Any, index: int, limits: Settings, faults: FaultList) -> list[list[str]]:
    lines = []
    for number, row in enumerate(_rows(sheet, limits, faults)):
        if number > index:
            lines.append(row)
        if len(lines) > limits.max_rows:
            raise faults.stop(passed(limits, "max_rows", len(lines)))
    return lines


def _text(value: object) -> str:
    """A cell as an export would write it: no idle decimals, ISO dates, no binary tails."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else f"{Decimal(repr(value)):f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _merged_ranges(archive: zipfile.ZipFile, book: Any, name: str) -> list[tuple[int, int, int, int]]:
    """Merged cells that go down several rows: (first column, first row, last column, last row), 1-based."""
    path = next((p for p in (book[name]._worksheet_path,) if p), "").lstrip("/")
    found = []
    with archive.open(path) as part:
        tail = b""
        while piece := part.read(1 << 20):
            window = tail + piece
            found += [match.decode() for match in _MERGE.findall(window)]
            cut = window.rfind(b"<")
            tail = window[cut:] if cut >= len(window) - _OVERLAP else b""
    spans = []
    for ref in dict.fromkeys(found):
        left, top, right, bottom = range_boundaries(ref)
        if left and top and right and bottom and bottom > top:
            spans.append((left, top, right, bottom))
    return spans


def _fill_merged(
    lines: list[list[str]], index: int, merged: list[tuple[int, int, int, int]], labels: Collection[int]
) -> None:
    """A name merged over several rows belongs to each of them; a number so merged is left where it stands."""
    filled: dict[int, int] = {}
    for column, top, last_column, bottom in sorted(merged):
        # Spreadsheets never merge a cell twice; a file that does would have the same rows walked again and again.
        if column != last_column or column - 1 not in labels or top <= filled.get(column, 0):
            continue
        filled[column] = bottom
        first = top - index - 2
        if first < 0 or first >= len(lines) or column - 1 >= len(lines[first]):
            continue
        for line in lines[first + 1 : bottom - index - 1]:
            if any(line) and column - 1 < len(line) and not line[column - 1]:
                line[column - 1] = lines[first][column - 1]
