"""Decides how screened copy looks as XLSX: every row as it came in, the verdict and the findings beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.cells import guarded
from api.finding_words import (
    CERTAINTIES,
    DRAFT,
    SEVERITIES,
    VERDICTS,
    Told,
    articles,
    certainty,
    draft_text,
    in_field,
    merged_spans,
    reference,
    sentences,
    unsettled,
)
from api.workbook import ACCENT, ALERT, LINE, Book, put_text, row_height

Row = tuple[Mapping[str, Any], Told]
_LOOKS = {"block": (ALERT, "#fbe3e4"), "review": ("#7a4f00", "#fff3d1"), "pass": ("#1d6b4f", "#e3f3ea")}
_WIDTHS = {"text": 32, "product": 11, "facts": 16, "row_id": 8}
_OWN = 14  # characters of a column that is not one of ours
_TOLD = (("判定", 11), ("法條", 22), ("確定程度", 12), ("說明", 44), (DRAFT, 26), ("未定事項", 30))
_DETAIL = (
    ("列", 8), ("判定", 11), ("程度", 8), ("來源", 10), ("代碼", 22), ("起", 6), ("迄", 6), ("片段", 22), ("法規", 22),
    ("條", 7), ("項", 6), ("確定程度", 12), ("說明", 40), ("建議", 40), ("欄位", 12), ("規格來源", 30),
    ("未定事項", 34),
)  # fmt: skip


def write_copy_findings(rows: Sequence[Row], made_on: date, titles: Mapping[str, str] | None = None) -> bytes:
    """The XLSX file; each row is what came in (column -> value) and its screening as JSON-ready data.

    ``titles`` are the headers of the file that came in where they differ from the columns.

    The first page keeps the rows with the words in question in red, the second has one line a finding.
    """
    book = Book("文案檢核結果", made_on)
    _write_rows(book, rows, titles or {})
    _write_details(book, rows)
    return book.finish()


def _write_rows(book: Book, rows: Sequence[Row], titles: Mapping[str, str]) -> None:
    page = book.sheet("文案檢核")
    given = list(dict.fromkeys(name for row, _ in rows for name in row))
    columns = [(titles.get(name, name), _WIDTHS.get(name, _OWN)) for name in given]
    widths = _head(book, page, [*columns, *_TOLD])
    cell = book.style(border=1, border_color=LINE, text_wrap=True, valign="top")
    for number, (row, screening) in enumerate(rows, start=1):
        texts = [_plain(row.get(name)) for name in given]
        for at, (name, text) in enumerate(zip(given, texts, strict=True)):
            if name == "text":
                _write_marked(book, page, number, at, text, screening["findings"], cell)
            else:
                put_text(page, number, at, text, cell)
        told = _told(screening)
        put_text(page, number, len(given), told[0], _verdict_style(book, screening["verdict"]))
        for at, text in enumerate(told[1:], start=len(given) + 1):
            put_text(page, number, at, text, cell)
        page.set_row(number, row_height(zip([*texts, *told], widths, strict=True)))
    page.freeze_panes(1, given.index("text") + 1 if "text" in given[:2] else 0)
    page.autofilter(0, 0, max(len(rows), 1), len(widths) - 1)


def _told(screening: Told) -> tuple[str, ...]:
    """What stands beside an ad, in the order of ``_TOLD``."""
    found = screening["findings"]
    return (
        VERDICTS[screening["verdict"]],
        "\n".join(articles(found)),
        certainty(found),
        "\n".join(sentences(screening)),
        draft_text(screening),
        "\n".join(unsettled(found)),
    )


def _head(book: Book, page: Any, columns: Sequence[tuple[str, int]]) -> list[int]:
    """Writes the headers, repeated on every printed page, and gives the widths of the columns."""
    style = book.style(bold=True, font_color="#ffffff", bg_color=ACCENT, border=1, border_color=LINE, text_wrap=True)
    for at, (name, width) in enumerate(columns):
        put_text(page, 0, at, name, style)
        page.set_column(at, at, width)
    page.set_row(0, row_height(columns))
    page.repeat_rows(0)
    return [width for _, width in columns]


def _verdict_style(book: Book, verdict: str) -> Any:
    ink, shade = _LOOKS[verdict]
    look = {"font_color": ink, "bg_color": shade, "bold": True, "align": "center", "valign": "top"}
    return book.style(border=1, border_color=LINE, text_wrap=True, **look)


def _plain(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _write_marked(book: Book, page: Any, row: int, column: int, text: str, findings: Sequence[Told], cell: Any) -> None:
    """The text with the words in question in red; a text that the guard had to change stays in one colour."""
    safe = guarded(text)
    spans = merged_spans(findings, len(text))
    if safe != text or not spans or text.strip() != text:
        put_text(page, row, column, text, cell)
        return
    red, plain = book.style(font_color=ALERT, bold=True), book.style()
    parts: list[Any] = []
    at = 0
    for start, end in spans:
        parts += [plain, text[at:start]] if start > at else []
        parts += [red, text[start:end]]
        at = end
    parts += [plain, text[at:]] if at < len(text) else []
    if len(parts) < 4:
        whole = book.style(border=1, border_color=LINE, text_wrap=True, valign="top", font_color=ALERT, bold=True)
        page.write_string(row, column, text, whole)
        return
    page.write_rich_string(row, column, *parts, cell)


def _write_details(book: Book, rows: Sequence[Row]) -> None:
    page = book.sheet("明細")
    widths = _head(book, page, _DETAIL)
    cell = book.style(border=1, border_color=LINE, text_wrap=True, valign="top")
    found = [(screening, finding) for _, screening in rows for finding in screening["findings"]]
    for line, (screening, finding) in enumerate(found, start=1):
        values = _detail(screening, finding)
        for at, value in enumerate(values):
            if isinstance(value, int):
                page.write_number(line, at, value, cell)
            else:
                put_text(page, line, at, value, cell)
        page.set_row(line, row_height(zip(map(str, values), widths, strict=True)))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(found), 1), len(widths) - 1)


def _allowed(finding: Told) -> list[str]:
    """Permitted wording nearest to the words, where there is any."""
    wordings = finding.get("allowed") or ()
    return ["可用的詞句：" + "、".join(wordings)] if wordings else []


def _detail(screening: Told, finding: Told) -> tuple[str | int, ...]:
    start, end = finding["span"]
    return (
        screening["row_id"],
        VERDICTS[screening["verdict"]],
        SEVERITIES[finding["severity"]],
        finding["source"],
        finding["code"],
        int(start),
        int(end),
        screening["text"][start:end] or in_field(finding),
        finding["law"] or "",
        finding["article"] or "",
        finding["paragraph"] or "",
        CERTAINTIES[finding["certainty"]],
        finding["message"],
        "\n".join([finding["suggestion"], *_allowed(finding)]),
        finding.get("field") or "",
        reference(finding),
        "\n".join(finding["caveats"]),
    )
