"""Decides how a workbook of ad copy is read: its first page with text in it, sizes checked before it is opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from engine.ingest.faults import FaultList
from engine.messages import Message
from engine.settings import Settings


def workbook_lines(data: bytes, limits: Settings, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    """Each row of the first page with its number, cells as text. Raises FileFaults for a broken or oversize file."""
    _check_size(data, limits, faults)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise faults.stop(Message("api.copy.broken_workbook")) from error
    try:
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            if number > limits.max_rows:
                raise faults.stop(Message("api.copy.too_many_rows", {"limit": limits.max_rows}))
            yield number, [_cell(cell) for cell in cells]
    finally:
        book.close()


def _check_size(data: bytes, limits: Settings, faults: FaultList) -> None:
    """Compares declared sizes with the limits before anything is unpacked."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise faults.stop(Message("api.copy.broken_workbook")) from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > limits.max_unzipped_bytes or unpacked / packed > limits.max_zip_ratio:
        raise faults.stop(Message("api.copy.zip_bomb", {"limit": limits.max_unzipped_bytes}))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
