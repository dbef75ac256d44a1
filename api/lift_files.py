"""Decides how a file of lift tests is read: one row a test, its columns the fields of ``lift_tests`` or their names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.field_faults import field_words
from api.plan_files import plain_value
from api.services.demands import lift_report
from api.services.plan_rules import LiftRule
from api.table_files import table_lines
from api.v1.plan_parts import LiftTestFields
from api.values import read_date
from engine.errors import InputError
from engine.ingest.faults import FaultList
from engine.ingest.sniffing import read_bytes
from engine.messages import Message
from engine.settings import Settings, settings

# What people head the columns with -> the field.
NAMES: Mapping[str, str] = {
    **{name: name for name in LiftTestFields.model_fields},
    "通路": "channel",
    "開始日": "start",
    "開始日期": "start",
    "結束日": "end",
    "結束日期": "end",
    "花費": "spend",
    "未測試時花費": "spend_without",
    "對照花費": "spend_without",
    "成效": "result",
    "增量": "lift",
    "增量成效": "lift",
    "增量轉換": "lift",
    "incremental": "lift",
    "標準誤": "standard_error",
    "se": "standard_error",
    "下限": "low",
    "上限": "high",
    "信賴水準": "level",
    "涵蓋率": "coverage",
    "幣別": "currency",
    "來源": "source",
}
NEEDED = tuple(name for name, field in LiftTestFields.model_fields.items() if field.is_required())
_DAYS = ("start", "end")
TEXTS = ("channel", "result", "currency", "source")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_ANY = "TWD"  # where no row says its currency there is none to differ from


def read_lift_tests(path: Path, option: str = "--lift-tests", limits: Settings | None = None) -> list[dict[str, Any]]:
    """The tests of ``path`` as a body has them. Raises FileFaults with every faulty row, 1-based as the file counts."""
    if not path.is_file():
        raise InputError("api.value.no_file", option=option, file=str(path))
    chosen, faults = limits or settings(), FaultList(path.name)
    lines = table_lines(read_bytes(path, chosen, faults), chosen, faults)
    head_row, head = next(lines, (1, []))
    fields = _fields(head, head_row, faults)
    faults.raise_any()
    found: list[dict[str, Any]] = []
    for row, cells in lines:
        if any(cell.strip() for cell in cells) and (test := _checked(row, fields, cells, faults)) is not None:
            found.append(test)
    faults.raise_any()
    if not found:
        raise faults.stop(Message("api.lift.no_rows"))
    return found


def _fields(head: Sequence[str], row: int, faults: FaultList) -> list[str]:
    fields = [NAMES.get(name.strip().lower(), name.strip()) for name in head]
    while fields and not fields[-1]:
        fields.pop()
    for name in NEEDED:
        if name not in fields:
            faults.add(Message("api.lift.no_column", {"name": name, "needed": "、".join(NEEDED)}), row=row)
    for name in sorted(set(fields)):
        if name not in LiftTestFields.model_fields:
            known = "、".join(LiftTestFields.model_fields)
            faults.add(Message("api.lift.unknown_column", {"name": name[:40], "known": known}), row=row)
        if fields.count(name) > 1:
            faults.add(Message("api.copy.column_twice", {"name": name[:40]}), row=row)
    return fields


def _checked(row: int, fields: Sequence[str], cells: Sequence[str], faults: FaultList) -> dict[str, Any] | None:
    """The test of a row; None where it has faults, which are added."""
    before, unread = faults.count, set[str]()
    if any(cell.strip() for cell in cells[len(fields) :]):
        faults.add(Message("api.lift.long_row", {"cells": len(cells), "columns": len(fields)}), row=row)
    test: dict[str, Any] = {}
    for name, cell in zip(fields, cells, strict=False):
        if not (text := cell.strip()):
            continue
        try:
            test[name] = _cell(text, name)
        except InputError as error:
            unread.add(name)
            faults.add(error.message, row=row, column=name)
    for column, fault in _faults(test):
        if column not in unread:
            faults.add(fault, row=row, column=column)
    return test if faults.count == before else None


def _cell(text: str, name: str) -> Any:
    """A cell as a body has it."""
    if name in _DAYS:
        return read_date(text, name).isoformat()
    value = plain_value(text.upper() if name == "currency" else text, name)
    # As a number, one that is too small or too large is told as such; as text it would only be no number.
    return float(value) if name not in TEXTS and _NUMBER.fullmatch(value) else value


def _faults(test: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    """Every fault of a test by itself, with its column."""
    from optimizer.check_lift import report_faults

    try:
        fields = LiftTestFields.model_validate_json(json.dumps(test))
    except ValidationError as error:
        yield from field_words(error)
        return
    rule = LiftRule(**fields.model_dump())
    report = lift_report(rule, "", _ANY)
    for fault in report_faults(report, report.spend.currency):
        yield str(fault.values.get("field", "")), fault
