"""Decides in which form screened copy is written: JSON lines, CSV or XLSX, by the suffix of the file asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from api.cells import csv_text
from api.finding_words import DRAFT, draft_text
from api.reports.copy_findings import write_copy_findings
from api.services.screenings import CopyRow
from engine.errors import InputError

Result = tuple[CopyRow, Mapping[str, Any]]
SUFFIXES = (".jsonl", ".csv", ".xlsx")


def check_suffix(path: Path, source: Path | None = None) -> str:
    """The form a file is written in: its suffix, or that of the file that came in where it has none.

    Raises InputError for a name whose form is not known, before any work is done.
    """
    suffix = (path.suffix or (source.suffix if source else "")).lower()
    if suffix not in SUFFIXES:
        raise InputError("api.copy.out_suffix", file=path.name)
    return suffix


def copy_bytes(results: Sequence[Result], suffix: str, made_on: date) -> bytes:
    """Every row as it came in with its verdict and findings."""
    if suffix == ".xlsx":
        titles = results[0][0].titles if results else {}
        return write_copy_findings([(row.given, screening) for row, screening in results], made_on, titles)
    if suffix == ".csv":
        return b"\xef\xbb\xbf" + _csv(results).encode("utf-8", "replace")
    lines = (json.dumps(_line(row, screening), ensure_ascii=False) for row, screening in results)
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _line(row: CopyRow, screening: Mapping[str, Any]) -> dict[str, Any]:
    answer = {key: screening[key] for key in ("verdict", "findings", "remarks")}
    draft = {"draft": screening["draft"]} if screening.get("draft") else {}
    return dict(row.given) | {"row_id": screening["row_id"]} | answer | draft


def _csv(results: Sequence[Result]) -> str:
    own = list(dict.fromkeys(name for row, _ in results for name in row.given))
    titles = results[0][0].titles if results else {}
    rows = []
    for row, screening in results:
        cells = {
            titles.get(name, name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in row.given.items()
        }
        findings = json.dumps(screening["findings"], ensure_ascii=False)
        remarks = "\n".join(screening["remarks"])
        told = {"verdict": screening["verdict"], "findings": findings, "remarks": remarks, DRAFT: draft_text(screening)}
        rows.append(cells | told)
    columns = [titles.get(name, name) for name in own]
    return csv_text([*columns, "verdict", "findings", "remarks", DRAFT], rows)
