"""Decides what ``adcue copy-check`` takes and how it tells which ads may not run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import out, progress, say, say_json, say_wrapped, table
from api.cli.words import language, word
from api.values import read_date

_MOST_REMARKS = 8  # the file has the rest, row by row
_STYLE = {"block": "bold red", "review": "yellow", "pass": "green"}


def check_copy_file(
    file: Annotated[Path, typer.Argument(help=word("copy.file"), metavar="FILE")],
    out_file: Annotated[Path | None, typer.Option("--out", help=word("copy.out"), metavar="OUT")] = None,
    on: Annotated[str | None, typer.Option("--on", help=word("copy.on"), metavar="DATE")] = None,
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Screens every row, keeps the answer, and writes OUT in the form its suffix names."""
    from api.cli.doors import known_account, open_account
    from api.copy_files import read_copy
    from api.copy_out import check_suffix, copy_bytes
    from api.dates import today
    from api.services.screenings import check_copy, screening_row
    from api.speech import told
    from api.writing import write_whole

    day, form = read_date(on, "--on") if on else None, ""
    if out_file is not None:
        form = check_suffix(out_file, file)
    rows = read_copy(file)
    into = known_account(account) if account else open_account()
    with progress(word("copy.progress")):
        stored, screenings = check_copy(into, rows, file.name, day)
    told_rows = [screening_row(one, language()) for one in screenings]
    if out_file is not None:
        results = list(zip(rows, told_rows, strict=True))
        write_whole(out_file, copy_bytes(results, form, today(), language()))
    if as_json:
        say_json(told(stored, language()))
        return
    tell_screening(told_rows, written=out_file is not None)
    if out_file is not None:
        say(word("copy.written", file=str(out_file)))


def tell_screening(rows: Sequence[dict[str, Any]], most: int = 12, *, written: bool = True) -> None:
    """The counts first, then the ads that may not run or need a person, the gravest first."""
    from api.finding_words import draft_text, gravest_first, unsettled

    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in _STYLE}
    say(word("copy.done", rows=len(rows), **counts), _STYLE["block"] if counts["block"] else "bold")
    shown = sorted((r for r in rows if r["verdict"] != "pass"), key=lambda r: r["verdict"] != "block")
    lines = []
    for row in shown[:most]:
        first = next(iter(gravest_first(row["findings"])), None)
        words = (row["text"][first["span"][0] : first["span"][1]] or first["field"] or "") if first else ""
        lines.append(
            (
                str(row["row_id"]),
                word(f"verdict.{row['verdict']}"),
                _printable(words[:24] or row["text"][:24]),
                _cited(first) if first else "",
                first["message"] if first else "",
            )
        )
    titles = [word(f"copy.column.{name}") for name in ("row", "verdict", "words", "law", "why")]
    if lines:
        out().print(table([(title, "left") for title in titles], lines))
    for caveat in unsettled([finding for row in shown for finding in row["findings"]]):
        say_wrapped(caveat, "dim", indent=2, hang=2)
    for remark in list(dict.fromkeys(remark for row in rows for remark in row["remarks"]))[:_MOST_REMARKS]:
        say_wrapped(remark, "dim", indent=2, hang=2)
    drafts = [row for row in shown[:most] if (row.get("draft") or {}).get("text")]
    for row in drafts:
        say_wrapped(word("copy.draft", row=row["row_id"], text=draft_text(row)), "", indent=2, hang=2)
    if drafts:
        say_wrapped(drafts[0]["draft"]["remark"], "dim", indent=2, hang=2)
    if len(shown) > most:
        say(word("copy.more" if written else "copy.more_unwritten", count=len(shown) - most))


def _printable(text: str) -> str:
    """The text without direction marks and controls, which would turn the rest of the table round."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _cited(finding: Mapping[str, Any]) -> str:
    """The article, with how sure it is where it is not verified."""
    from api.finding_words import article

    sure = finding["certainty"]
    named = article(finding)
    return named if sure == "verified" or not named else f"{named} ({word(f'certainty.{sure}')})"
