"""Decides in which form screened copy is written: JSON lines, CSV or XLSX, by the suffix of the file asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from api.cells import CELL_LIMIT, csv_text
from api.finding_words import DRAFT, draft_text, gravest_first
from api.reports.copy_findings import write_copy_findings
from api.services.screenings import CopyRow
from engine.errors import InputError
from engine.messages import Language, Message, render

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


def copy_bytes(results: Sequence[Result], suffix: str, made_on: date, language: Language = "zh-TW") -> bytes:
    """Every row as it came in with its verdict and findings; what a cell cannot hold is told in the remarks."""
    if suffix == ".xlsx":
        titles = results[0][0].titles if results else {}
        told = [(row.given, _with_cuts(row, screening, language)) for row, screening in results]
        return write_copy_findings(told, made_on, titles)
    if suffix == ".csv":
        return b"\xef\xbb\xbf" + _csv(results, language).encode("utf-8", "replace")
    lines = (json.dumps(_line(row, screening), ensure_ascii=False) for row, screening in results)
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _line(row: CopyRow, screening: Mapping[str, Any]) -> dict[str, Any]:
    answer = {key: screening[key] for key in ("verdict", "findings", "remarks")}
    draft = {"draft": screening["draft"]} if screening.get("draft") else {}
    return dict(row.given) | {"row_id": screening["row_id"]} | answer | draft


def _with_cuts(row: CopyRow, screening: Mapping[str, Any], language: Language) -> Mapping[str, Any]:
    """The screening with a remark for every column whose cell holds the beginning of its text only."""
    cut = [
        Message("api.copy.text_cut", {"name": row.titles.get(name, name), "length": len(value), "limit": CELL_LIMIT})
        for name, value in row.given.items()
        if isinstance(value, str) and len(value) > CELL_LIMIT
    ]
    return screening if not cut else {**screening, "remarks": [*screening["remarks"], *_said(cut, language)]}


def _said(messages: Sequence[Message], language: Language) -> list[str]:
    return [render(message, language) for message in messages]


def _findings_cell(findings: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """As many findings as a cell holds, whole and the gravest first where not all fit; and how many."""
    whole = json.dumps(findings, ensure_ascii=False)
    if len(whole) <= CELL_LIMIT:
        return whole, len(findings)
    kept: list[str] = []
    room = CELL_LIMIT - 2
    for finding in gravest_first(findings):
        piece = json.dumps(finding, ensure_ascii=False)
        if len(piece) + 2 > room:
            break
        kept.append(piece)
        room -= len(piece) + 2
    return f"[{', '.join(kept)}]", len(kept)


def _csv(results: Sequence[Result], language: Language) -> str:
    own = list(dict.fromkeys(name for row, _ in results for name in row.given))
    titles = results[0][0].titles if results else {}
    rows = []
    for row, screening in results:
        cells = {
            titles.get(name, name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in row.given.items()
        }
        findings, kept = _findings_cell(screening["findings"])
        said = _with_cuts(row, screening, language)["remarks"]
        if kept < (count := len(screening["findings"])):
            said = [*said, *_said([Message("api.copy.findings_cut", {"count": count, "kept": kept})], language)]
        remarks = "\n".join(said)
        told = {"verdict": screening["verdict"], "findings": findings, "remarks": remarks, DRAFT: draft_text(screening)}
        rows.append(cells | told)
    columns = [titles.get(name, name) for name in own]
    return csv_text([*columns, "verdict", "findings", "remarks", DRAFT], rows)
