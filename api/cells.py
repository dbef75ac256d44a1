"""Decides how text leaves for a spreadsheet: a cell that a program could run as a formula is made plain text.

Spreadsheets run cells that begin with ``= + - @``, a tab or a carriage return, some also ``|`` and ``%`` and the
full-width forms, also behind blanks. Such a text gets an apostrophe in front (OWASP ASVS 5.0, 1.2.10); NUL and other
control characters, which no spreadsheet shows, are left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

_TRIGGERS = frozenset("=+-@|%\t\r\n＝＋－＠｜％﹢﹣﹦﹫")
_KEPT_CONTROLS = frozenset("\t\n\r")
CELL_LIMIT = 32_767  # characters an Excel cell holds


def guarded(text: str) -> str:
    """``text`` as it may stand in a cell of a CSV or XLSX file."""
    clean = "".join(c for c in text if c.isprintable() or c in _KEPT_CONTROLS or c in "\u3000\u00a0 ")
    head = clean.lstrip(" \u3000\u00a0")
    if head and head[0] in _TRIGGERS and not _is_number(head):
        clean = "'" + clean
    return clean[:CELL_LIMIT]


def _is_number(text: str) -> bool:
    """A plain negative or signed number runs nothing and stays a number people can add up."""
    return text.isascii() and text[:1] in "+-" and text[1:].replace(".", "", 1).isdigit()


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A CSV table, CRLF line ends, every header and text cell guarded; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([guarded(c) for c in columns])
    for row in rows:
        writer.writerow([_cell(row.get(c)) for c in columns])
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else value
