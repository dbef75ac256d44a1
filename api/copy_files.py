"""Decides how a file of ad copy is read: JSON lines, CSV or XLSX with columns text, product and maybe facts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from api.services.screenings import CopyRow
from compliance.findings import CopyItem
from engine.ingest.faults import FaultList
from engine.ingest.sniffing import read_content
from engine.messages import Message
from engine.settings import Settings, settings

# What people head the columns with -> the field.
NAMES: Mapping[str, str] = {
    "text": "text",
    "copy": "text",
    "文案": "text",
    "廣告文案": "text",
    "product": "product",
    "類別": "product",
    "產品類別": "product",
    "商品類別": "product",
    "facts": "facts",
    "事實": "facts",
    "row_id": "row_id",
    "id": "row_id",
    "編號": "row_id",
}
Line = tuple[int, dict[str, Any]]


def read_copy(path: Path, limits: Settings | None = None) -> list[CopyRow]:
    """The rows of ``path``. Raises FileFaults with every faulty row, 1-based as the file counts."""
    chosen = limits or settings()
    faults = FaultList(path.name)
    lines = _lines_of(path, chosen, faults)
    rows = [row for number, given in lines if (row := _row(number, given, faults)) is not None]
    faults.raise_any()
    if not rows:
        raise faults.stop(Message("api.copy.no_rows"))
    return rows


def _lines_of(path: Path, limits: Settings, faults: FaultList) -> list[Line]:
    suffix = path.suffix.lower()
    if suffix in {".jsonl", ".ndjson"}:
        return list(_json_lines(_text(path, limits, faults), faults))
    content = read_content(path, limits, faults)
    if content.kind == "workbook":
        from api.copy_workbook import workbook_lines

        return _named(workbook_lines(content.data, limits, faults), faults)
    delimiter = "\t" if b"\t" in content.data.split(b"\n", 1)[0] else ","
    return _named(_csv_lines(content.data.decode("utf-8"), delimiter, limits, faults), faults)


def _text(path: Path, limits: Settings, faults: FaultList) -> str:
    if not path.is_file():
        raise faults.stop(Message("api.copy.no_file"))
    if path.stat().st_size > limits.max_file_bytes:
        raise faults.stop(Message("api.copy.too_big", {"limit": limits.max_file_bytes}))
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        raise faults.stop(Message("api.copy.not_utf8"), row=row) from error


def _json_lines(text: str, faults: FaultList) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            faults.add(Message("api.copy.not_json"), row=number)
            continue
        if not isinstance(given, dict):
            faults.add(Message("api.copy.not_json"), row=number)
            continue
        yield number, given


def _csv_lines(text: str, delimiter: str, limits: Settings, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    try:
        for count, cells in enumerate(reader):
            if count > limits.max_rows:
                raise faults.stop(Message("api.copy.too_many_rows", {"limit": limits.max_rows}))
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise faults.stop(Message("api.copy.broken_csv"), row=begins) from error


def _named(lines: Iterator[tuple[int, Sequence[str]]], faults: FaultList) -> list[Line]:
    """Lines under their headers; the original header stays the name of a column that is not one of ours."""
    header_row, headers = next(lines, (1, []))
    fields = [NAMES.get(head.strip().lower(), head.strip()) for head in headers]
    for needed in ("text", "product"):
        if needed not in fields:
            faults.add(Message("api.copy.no_column", {"name": needed}), row=header_row)
    doubled = {field for field in fields if field and fields.count(field) > 1}
    for name in sorted(doubled):
        faults.add(Message("api.copy.column_twice", {"name": name}), row=header_row)
    faults.raise_any()
    out: list[Line] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(fields) and any(cell.strip() for cell in cells[len(fields) :]):
            faults.add(Message("api.copy.long_row", {"cells": len(cells), "columns": len(fields)}), row=number)
        out.append((number, dict(zip(fields, [*cells, *[""] * len(fields)], strict=False))))
    return out


def _row(number: int, given: Mapping[str, Any], faults: FaultList) -> CopyRow | None:
    text, product, facts = given.get("text"), given.get("product"), given.get("facts")
    if not isinstance(text, str) or not text.strip():
        faults.add(Message("api.copy.no_text"), row=number, column="text")
        return None
    if not isinstance(product, str) or not product.strip():
        faults.add(Message("api.copy.no_product"), row=number, column="product")
        return None
    if isinstance(facts, str):
        facts = _facts(facts)
    if facts is None:
        facts = {}
    if not isinstance(facts, dict):
        faults.add(Message("api.copy.facts"), row=number, column="facts")
        return None
    row_id = given.get("row_id")
    return CopyRow(CopyItem(str(row_id) if row_id else str(number), text, product.strip(), facts), dict(given))


def _facts(text: str) -> object:
    """A cell of facts: a JSON object, or nothing."""
    if not text.strip():
        return {}
    try:
        loaded: object = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text
    return loaded
