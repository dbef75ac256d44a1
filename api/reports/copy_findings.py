"""Decides how screened copy looks as XLSX: every row as it came in, the verdict and the findings beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.cells import guarded
from api.workbook import ACCENT, ALERT, LINE, Book, put_text
from compliance.law_words import article_label

VERDICTS = {"block": "禁止刊登", "review": "需人工複核", "pass": "通過"}
SEVERITIES = {"block": "禁止", "warn": "注意", "note": "提醒"}
CERTAINTIES = {"verified": "已對照所存條文", "secondary": "二手來源", "unverified": "未查證"}
_WIDE = 60  # characters
_COLOURS = {"block": ALERT, "review": "#8a5a00", "pass": "#1d6b4f"}
_DETAIL = (
    ("列", 8), ("判定", 11), ("程度", 8), ("來源", 8), ("代碼", 26), ("起", 6), ("迄", 6), ("片段", 24), ("法規", 26),
    ("條", 7), ("項", 6), ("確定程度", 11), ("說明", 60), ("建議", 50), ("欄位", 14), ("規格來源", 40),
    ("未定事項", 50),
)  # fmt: skip


def write_copy_findings(
    rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], made_on: date, titles: Mapping[str, str] | None = None
) -> bytes:
    """The XLSX file; each row is what came in (column -> value) and its screening as JSON-ready data.

    ``titles`` are the headers of the file that came in where they differ from the columns.

    The first page keeps the rows with the words in question in red, the second has one line a finding.
    """
    book = Book("文案檢核結果", made_on)
    _write_rows(book, rows, titles or {})
    _write_details(book, rows)
    return book.finish()


def _head(book: Book) -> Any:
    return book.style(bold=True, font_color="#ffffff", bg_color=ACCENT, border=1, border_color=LINE, text_wrap=True)


def _write_rows(
    book: Book, rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], titles: Mapping[str, str]
) -> None:
    page = book.sheet("文案檢核")
    given = list(dict.fromkeys(name for row, _ in rows for name in row))
    columns = [*given, "判定", "法條", "確定程度", "說明", "未定事項"]
    for at, name in enumerate(columns):
        put_text(page, 0, at, titles.get(name, name), _head(book))
        page.set_column(at, at, {"text": _WIDE, "說明": _WIDE, "法條": 30, "未定事項": 44}.get(name, 14))
    cell = book.style(border=1, border_color=LINE, text_wrap=True, valign="top")
    for number, (row, screening) in enumerate(rows, start=1):
        for at, name in enumerate(given):
            if name == "text":
                _write_marked(book, page, number, at, str(row[name]), screening["findings"], cell)
            else:
                put_text(page, number, at, _plain(row.get(name)), cell)
        verdict = screening["verdict"]
        look = book.style(
            border=1, border_color=LINE, bold=True, font_color=_COLOURS[verdict], align="center", valign="top"
        )
        put_text(page, number, len(given), VERDICTS[verdict], look)
        put_text(page, number, len(given) + 1, "\n".join(_articles(screening["findings"])), cell)
        sentences = [f"{SEVERITIES[f['severity']]}：{f['message']}" for f in screening["findings"]]
        why = "\n".join([*sentences, *screening["remarks"]])
        open_points = "\n".join(unsettled(screening["findings"]))
        for at, value in enumerate((certainty(screening["findings"]), why, open_points), start=len(given) + 2):
            put_text(page, number, at, value, cell)
        page.set_row(number, _height(str(row.get("text", "")), why, open_points))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    page.repeat_rows(0)


def _height(*texts: str) -> float:
    """Points that the longest of ``texts`` needs in a wide column; viewers do not all fit rows by themselves."""
    lines = max(sum(1 + len(part) // (_WIDE // 2) for part in text.split("\n")) for text in texts)
    return min(15.0 * lines, 400.0)


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _articles(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(article(finding) for finding in findings if finding["law"]))


def certainty(findings: Sequence[Mapping[str, Any]]) -> str:
    """How sure the articles of an ad's findings are, by the weakest; empty where none is cited."""
    cited = [finding["certainty"] for finding in findings if finding["law"]]
    return CERTAINTIES[max(cited, key=list(CERTAINTIES).index)] if cited else ""


def unsettled(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a reviewer still has to look up about the articles of an ad, each once."""
    return list(dict.fromkeys(caveat for finding in findings for caveat in finding["caveats"]))


def reference(finding: Mapping[str, Any]) -> str:
    """Where the limit of a format was read, with its date; empty for what rests on a law."""
    page = finding.get("reference")
    if page is None:
        return ""
    return "\n".join([f"{page['format']}（{page['checked'] or page['read_on']}）", *page["urls"]])


def _in_field(finding: Mapping[str, Any]) -> str:
    """Which letters of its field a finding means."""
    span = finding.get("field_span")
    return f"{finding['field']} {span[0]}–{span[1]}" if span else ""


def article(finding: Mapping[str, Any]) -> str:
    """``食品安全衛生管理法 §28 第1項`` as people cite it."""
    text = finding["law"] or ""
    if finding["article"] and not finding["article"][0].isdigit():
        return f"{text}{article_label(finding['article'], finding['paragraph'], 'zh-TW')}"
    if finding["article"]:
        text += f" §{finding['article']}"
    if finding["paragraph"]:
        text += f" 第{finding['paragraph']}項"
    return text


def _write_marked(
    book: Book, page: Any, row: int, column: int, text: str, findings: Sequence[Mapping[str, Any]], cell: Any
) -> None:
    """The text with the words in question in red; a text that the guard had to change stays in one colour."""
    safe = guarded(text)
    spans = merged_spans(findings, len(text))
    if safe != text or not spans or text.strip() != text:
        put_text(page, row, column, text, cell)
        return
    red = book.style(font_color=ALERT, bold=True)
    parts: list[Any] = []
    at = 0
    for start, end in spans:
        parts += [text[at:start]] if start > at else []
        parts += [red, text[start:end]]
        at = end
    parts += [text[at:]] if at < len(text) else []
    if len(parts) < 3:
        page.write_string(row, column, text, book.style(border=1, border_color=LINE, text_wrap=True, font_color=ALERT))
        return
    page.write_rich_string(row, column, *parts, cell)


def merged_spans(findings: Sequence[Mapping[str, Any]], length: int) -> list[tuple[int, int]]:
    """The parts of the text that any finding points at, in order and without overlap."""
    out: list[tuple[int, int]] = []
    for start, end in sorted((f["span"][0], min(f["span"][1], length)) for f in findings):
        if end <= start:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _write_details(book: Book, rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    page = book.sheet("明細")
    for at, (name, width) in enumerate(_DETAIL):
        put_text(page, 0, at, name, _head(book))
        page.set_column(at, at, width)
    cell = book.style(border=1, border_color=LINE, text_wrap=True, valign="top")
    line = 0
    for _, screening in rows:
        for finding in screening["findings"]:
            line += 1
            for at, value in enumerate(_detail(screening, finding)):
                if isinstance(value, int):
                    page.write_number(line, at, value, cell)
                else:
                    put_text(page, line, at, value, cell)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)


def _allowed(finding: Mapping[str, Any]) -> list[str]:
    """Permitted wording nearest to the words, where there is any."""
    wordings = finding.get("allowed") or ()
    return ["可用的詞句：" + "、".join(wordings)] if wordings else []


def _detail(screening: Mapping[str, Any], finding: Mapping[str, Any]) -> tuple[str | int, ...]:
    start, end = finding["span"]
    return (
        screening["row_id"],
        VERDICTS[screening["verdict"]],
        SEVERITIES[finding["severity"]],
        finding["source"],
        finding["code"],
        int(start),
        int(end),
        screening["text"][start:end] or _in_field(finding),
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
