"""Decides what ``adcue import`` and ``adcue map`` take and how they tell what was understood."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import facts, out, progress, say, say_json, say_wrapped, table, tell_error
from api.cli.words import language, word
from api.money_words import money, number
from api.values import read_date
from engine.errors import AdcueError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from api.services.imports import Imported
    from engine.ingest.report import Hints

    OnProgress = Callable[[int, int], None]

_ORDERS = ("ymd", "mdy", "dmy")


def import_files(
    files: Annotated[list[Path], typer.Argument(help=word("import.files"), metavar="FILE…")],
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=word("import.dry_run"))] = False,
    received: Annotated[str | None, typer.Option(help=word("import.received"), metavar="DATE")] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help=word("import.map"), metavar="FILE.yaml")] = None,
    platform: Annotated[str | None, typer.Option(help=word("import.platform"))] = None,
    currency: Annotated[str | None, typer.Option(help=word("import.currency"))] = None,
    date_order: Annotated[str | None, typer.Option(help=word("import.date_order"), metavar="ymd|mdy|dmy")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> int:
    """Imports each file on its own; one that cannot be used leaves nothing behind and the others go on."""
    from api.dates import today
    from api.problems import exit_code_of, problem

    on = read_date(received, "--received") if received else today()
    hints = _hints(platform, currency, date_order, map_file)
    take = _taker(account, on, hints, dry_run=dry_run)
    told: list[dict[str, Any]] = []
    code = 0
    for path in files:
        try:
            with progress(word("import.progress", file=path.name)) as on_progress:
                done = take(path, on_progress)
        except AdcueError as error:
            code = max(code, exit_code_of(error))
            told.append({"status": "refused", "file": path.name, "problem": problem(error, language())})
            if not as_json:
                tell_error(error)
            continue
        told.append(done.as_dict(language()))
        if not as_json:
            _tell(told[-1])
    if as_json:
        say_json({"items": told})
    return code


def _taker(name: str | None, on: date, hints: Hints, *, dry_run: bool) -> Callable[[Path, OnProgress], Imported]:
    """What is done with each file. A dry run makes no account: it reads as for a new one where there is none."""
    from api.cli.doors import ACTOR, open_account, open_store
    from api.services.imports import import_file, try_file
    from engine.settings import settings

    if not dry_run:
        into = open_account(name)
        return lambda path, on_progress: import_file(into, path, on, hints, on_progress=on_progress)
    store, wanted = open_store(), name or settings().account
    account = store.account(wanted, ACTOR) if wanted in store.accounts() else None
    return lambda path, _: try_file(account, path, on, hints)


def _hints(platform: str | None, currency: str | None, date_order: str | None, map_file: Path | None) -> Hints:
    from engine.ingest.mapping import read_mapping
    from engine.ingest.report import Hints

    if date_order not in (None, *_ORDERS):
        raise InputError("api.value.choice", option="--date-order", given=date_order[:20], known=", ".join(_ORDERS))
    if map_file is not None and not map_file.is_file():
        raise InputError("api.value.no_file", option="--map", file=map_file.name)
    mapping = read_mapping(map_file) if map_file else None
    order = next((known for known in ("ymd", "mdy", "dmy") if known == date_order), None)
    return Hints(platform=platform, currency=currency, date_order=order, mapping=mapping)


def _tell(done: dict[str, Any]) -> None:
    from api.media import platform_name

    report = done["report"]
    say(
        word(
            f"import.done.{done['status']}",
            file=report["file"],
            platform=platform_name(report["platform"], language()),
            grain=word(f"grain.{report['grain'] or 'other'}"),
            rows=number(report["rows_kept"]),
            start=report["period"]["start"],
            end=report["period"]["end"],
        ),
        "bold",
    )
    lines = {
        word("import.bytes"): f"{report['encoding']}, {_delimiter(report['delimiter'])}",
        word("import.header_row"): str(report["header_row"]),
        word("import.currency_label"): report["currency"] or "–",
        word("import.rows"): word("import.rows_of", kept=number(report["rows_kept"]), read=number(report["rows_read"])),
    }
    if report["breakdown"]:
        lines[word("import.breakdown")] = report["breakdown"]
    for entry in report["dropped"]:
        before = lines.get(word("import.dropped"), "")
        joined = before + word("usage.between") if before else ""
        lines[word("import.dropped")] = f"{joined}{entry['reason']} × {entry['rows']}"
    if done["import_id"] is not None and done["status"] == "imported":
        changes = {k: number(done[k]) for k in ("rows_new", "rows_restated", "rows_unchanged", "rows_withdrawn")}
        lines[word("import.changes")] = word("import.changed", **changes)
    out().print(facts(lines))
    _tell_mapping(report)
    _tell_sums(report)
    for warning in report["warnings"]:
        say_wrapped("! " + warning["text"], "yellow", indent=2, hang=2)


def _delimiter(mark: str) -> str:
    names = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
    return word(f"delimiter.{names.get(mark, 'workbook')}")


def _tell_mapping(report: dict[str, Any]) -> None:
    pairs = "、".join(f"{header} → {field}" for header, field in report["mapping"].items())
    say_wrapped(word("because", name=word("import.mapping"), why=pairs), indent=2, hang=2)
    if report["unmapped"]:
        say_wrapped(word("because", name=word("import.unmapped"), why="、".join(report["unmapped"])), indent=2, hang=2)


def _tell_sums(report: dict[str, Any]) -> None:
    from engine.metrics import metrics

    checks = {entry["metric"]: entry for entry in report["totals_check"]}
    rows = []
    for name, value in report["sums"].items():
        metric = metrics()[name]
        shown = money(value, report["currency"]) if metric.kind == "money" else number(value, 0)
        check = checks.get(name)
        verdict = "" if check is None else word("import.agrees" if check["agrees"] else "import.differs")
        rows.append((metric.label[language()], name, shown, verdict))
    titles = ((word("import.metric"), "left"), ("", "left"), (word("import.sum"), "right"))
    out().print(table((*titles, (word("import.check"), "left")), rows))


def suggest_mapping(
    file: Annotated[Path, typer.Argument(help=word("map.file"), metavar="FILE")],
) -> None:
    """Prints a mapping file to start from: every header with the field it seems to be, for a person to correct."""
    import sys

    from engine.ingest.suggest import suggest_map

    sys.stdout.write(suggest_map(file))
