"""Decides in which form screened copy is written: JSON lines, CSV or XLSX, by the suffix of the file asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from api.cells import csv_text
from api.reports.copy_findings import write_copy_findings
from api.services.screenings import CopyRow
from engine.errors import InputError

Result = tuple[CopyRow, Mapping[str, Any]]
SUFFIXES = (".jsonl", ".csv", ".xlsx")


def check_suffix(path: Path) -> None:
    """Raises InputError for a file name whose form is not known, before any work is done."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("api.copy.out_suffix", file=path.name)


def copy_bytes(results: Sequence[Result], suffix: str, made_on: date) -> bytes:
    """Every row as it came in with its verdict and findings."""
    if suffix == ".xlsx":
        return write_copy_findings([(row.given, screening) for row, screening in results], made_on)
    if suffix == ".csv":
        return b"\xef\xbb\xbf" + _csv(results).encode("utf-8", "replace")
    lines = (json.dumps(_line(row, screening), ensure_ascii=False) for row, screening in results)
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _line(row: CopyRow, screening: Mapping[str, Any]) -> dict[str, Any]:
    answer = {key: screening[key] for key in ("verdict", "findings", "remarks")}
    return dict(row.given) | {"row_id": screening["row_id"]} | answer


def _csv(results: Sequence[Result]) -> str:
    given = list(dict.fromkeys(name for row, _ in results for name in row.given))
    columns = [*given, "verdict", "findings", "remarks"]
    rows = []
    for row, screening in results:
        cells = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in row.given.items()
        }
        findings = json.dumps(screening["findings"], ensure_ascii=False)
        remarks = "\n".join(screening["remarks"])
        rows.append(cells | {"verdict": screening["verdict"], "findings": findings, "remarks": remarks})
    return csv_text(columns, rows)
