"""Decides how a file of ad copy is read: JSON lines, CSV or XLSX with columns text, product and maybe facts."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import regex

from api.copy_fields import placement_of
from api.copy_json import Line, check_count, json_lines, read_json
from api.services.screenings import CopyRow
from api.table_files import table_lines
from compliance.categories import categories, category_faults
from compliance.findings import CopyItem
from engine.ingest.faults import FaultList
from engine.ingest.limits import passed
from engine.ingest.sniffing import read_bytes
from engine.messages import Message
from engine.settings import Settings, settings

Titles = Mapping[str, str]
_FACT = regex.compile(r"(?P<name>[A-Za-z_]{1,40})\s{0,4}[:：=＝]\s{0,4}+(?P<value>.+)")
_LONGEST_TOLD = 120  # characters of a header row in a message
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


def read_copy(path: Path, limits: Settings | None = None, name: str | None = None) -> list[CopyRow]:
    """The rows of ``path``. ``name`` is what the file is called where it came from, if it lies under another here.

    Raises FileFaults with every faulty row, 1-based as the file counts.
    """
    chosen = limits or settings()
    faults = FaultList(name or path.name)
    lines, titles = _lines_of(path, chosen, faults)
    rows = [row for number, given in lines if (row := _row(number, given, titles, chosen, faults)) is not None]
    faults.raise_any()
    if not rows:
        raise faults.stop(Message("api.copy.no_rows"))
    return rows


def _lines_of(path: Path, limits: Settings, faults: FaultList) -> tuple[list[Line], Titles]:
    """Lines as the bytes say, and what the file heads our columns with.

    The name only tells JSON lines from the JSON of a web page.
    """
    data = read_bytes(path, limits, faults)
    named_json = PurePath(faults.file).suffix.lower() in {".jsonl", ".ndjson"}
    if data[:400].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") or (named_json and data[:2] != b"PK"):
        return json_lines(data, limits, faults), {}
    return _named(table_lines(data, limits, faults), limits, faults)


def _named(
    lines: Iterator[tuple[int, Sequence[str]]], limits: Settings, faults: FaultList
) -> tuple[list[Line], Titles]:
    """Lines under their headers; the original header stays the name of a column that is not one of ours."""
    header_row, headers = next(lines, (1, []))
    if len(headers) > limits.max_columns:
        raise faults.stop(passed(limits, "max_columns", len(headers)), row=header_row)
    fields = [NAMES.get(head.strip().lower(), head.strip()) for head in headers]
    for needed in ("text", "product"):
        if needed not in fields:
            found = ", ".join(head.strip() for head in headers)[:_LONGEST_TOLD] or "—"
            faults.add(Message("api.copy.no_column", {"name": needed, "found": found}), row=header_row)
    doubled = {field for field in fields if field and fields.count(field) > 1}
    for name in sorted(doubled):
        faults.add(Message("api.copy.column_twice", {"name": name}), row=header_row)
    faults.raise_any()
    out: list[Line] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        check_count(len(out) + 1, limits, faults)
        if (len(out) + 1) * len(fields) > limits.max_cells:
            raise faults.stop(passed(limits, "max_cells", (len(out) + 1) * len(fields)), row=number)
        if len(cells) > len(fields) and any(cell.strip() for cell in cells[len(fields) :]):
            faults.add(Message("api.copy.long_row", {"cells": len(cells), "columns": len(fields)}), row=number)
        out.append((number, dict(zip(fields, [*cells, *[""] * len(fields)], strict=False))))
    return out, {field: head.strip() for field, head in zip(fields, headers, strict=True) if field != head.strip()}


def _row(number: int, given: Mapping[str, Any], titles: Titles, limits: Settings, faults: FaultList) -> CopyRow | None:
    """The row, or None where anything is wrong with it: every fault is told, under the header the file has."""
    before = faults.count

    def wrong(field: str, message: Message) -> None:
        faults.add(message, row=number, column=titles.get(field, field))

    text, product, facts = given.get("text"), given.get("product"), given.get("facts")
    if not isinstance(text, str) or not text.strip():
        wrong("text", Message("api.copy.no_text"))
        text = ""
    elif len(text) > limits.max_copy_chars:
        wrong("text", passed(limits, "max_copy_chars", len(text)))
    if not isinstance(product, str) or not product.strip():
        wrong("product", Message("api.copy.no_product"))
        product = ""
    product = _in_chinese().get(product.strip(), product)
    facts = _facts(facts) if isinstance(facts, str) else facts
    if not isinstance(facts, dict | None):
        wrong("facts", Message("api.copy.facts"))
        facts = {}
    row_id = given.get("row_id")
    placement = placement_of(number, given, faults)
    item = CopyItem(str(row_id) if row_id else str(number), text, product.strip(), facts or {}, placement)
    for fault in category_faults([item]):
        if text and product and fault.column in ("product", "format", "fields"):
            wrong(fault.column, fault.message)
    return CopyRow(item, dict(given), titles) if faults.count == before else None


@cache
def _in_chinese() -> dict[str, str]:
    """Product categories by the names people know them by: 一般食品 is food, 健康食品（小綠人） also 健康食品."""
    return {known: key for key, said in categories().items() for known in (said["zh-TW"], said["zh-TW"].split("（")[0])}


def _facts(text: str) -> object:
    """A cell of facts: a JSON object, a line each (origin: 南投), or nothing; else the text itself."""
    if not text.strip():
        return {}
    stated = [_FACT.fullmatch(line.strip()) for line in text.splitlines() if line.strip()]
    if all(stated):
        return {fact["name"]: fact["value"] for fact in stated if fact}
    return read_json(text, otherwise=text)
