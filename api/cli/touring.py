"""Decides what ``adcue tour`` shows: the whole work once, on a sample, ending with where the files are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import progress, say
from api.cli.words import language, word
from api.money_words import money, number

if TYPE_CHECKING:
    from api.sample import Truth
    from engine.store.account import AccountStore

WEEKS = 13
_STEPS = ("sample", "import", "propose", "night", "copy", "cue")


def take_tour(
    folder: Annotated[Path, typer.Option(help=word("tour.folder"))] = Path("sample"),
    seed: Annotated[int, typer.Option(help=word("tour.seed"))] = 1,
) -> None:
    """Runs every stage on the sample; a second run changes nothing and shows the same."""
    from api.cli.doors import open_account

    truth = _write_sample(folder, seed)
    account = open_account()
    received = date.fromisoformat(truth.end) + timedelta(days=1)
    _import(account, truth, received)
    proposal_id = _propose(account, received)
    _run_night(account, received)
    checked = _check_copy(account, folder)
    sheets = _write_sheets(account, proposal_id, folder)
    say("")
    say(word("tour.files"), "bold")
    for path in [folder / "exports", checked, *sheets]:
        say(f"  {path}")


def _step(name: str) -> None:
    say("")
    title = word(f"tour.{name}")
    say(word("tour.step", number=_STEPS.index(name) + 1, count=len(_STEPS), title=title), "bold cyan")


def _write_sample(folder: Path, seed: int) -> Truth:
    from api.sample import write_sample

    _step("sample")
    with progress(word("sample.progress")) as on_progress:
        truth = write_sample(folder, seed, on_progress=on_progress)
    say(word("sample.done", start=truth.start, end=truth.end, creatives=len(truth.creatives)))
    return truth


def _import(account: AccountStore, truth: Truth, received: date) -> None:
    from api.media import platform_name
    from api.services.imports import import_file

    _step("import")
    for path in truth.exports:
        with progress(word("import.progress", file=path.name)) as on_progress:
            report = import_file(account, path, received, on_progress=on_progress).report
        values = {
            "file": report.file,
            "platform": platform_name(report.platform, language()),
            "grain": word(f"grain.{report.grain or 'other'}"),
            "rows": number(report.rows_kept),
            "spend": money(str(report.sums.get("spend", 0)), report.currency),
        }
        say(word("tour.imported", **values))


def _propose(account: AccountStore, today: date) -> str:
    from api.cli.telling import tell_proposal
    from api.services.night_stages import WEEKS_AHEAD, recent_spend
    from api.services.proposals import ProposalRequest, make_proposal
    from api.speech import told

    _step("propose")
    snapshot = account.snapshot()
    pace = recent_spend(snapshot.facts, snapshot.currency or "TWD") * WEEKS / WEEKS_AHEAD
    start = today + timedelta(days=(7 - today.weekday()) % 7)
    request = ProposalRequest(round(pace, -4), start, start + timedelta(days=7 * WEEKS - 1))
    with progress(word("propose.progress")):
        stored = make_proposal(account, request)
    tell_proposal(told(stored, language()))
    return stored.short_id


def _run_night(account: AccountStore, as_of: date) -> None:
    from api.cli.nightly import tell_night
    from api.services.nights import run_night

    _step("night")
    with progress(word("nightly.progress")) as on_progress:
        night = run_night(account, as_of, on_stage=lambda _, done, total: on_progress(done, total))
    tell_night(night.as_dict(language()))


def _check_copy(account: AccountStore, folder: Path) -> Path:
    from api.cli.copying import tell_screening
    from api.copy_files import read_copy
    from api.copy_out import copy_bytes
    from api.dates import today
    from api.services.screenings import check_copy, screening_row
    from api.writing import write_whole

    _step("copy")
    rows = read_copy(folder / "copy.csv")
    with progress(word("copy.progress")):
        _, screenings = check_copy(account, rows, "copy.csv")
    told = [screening_row(one, language()) for one in screenings]
    tell_screening(told, most=8)
    path = folder / "copy-checked.xlsx"
    write_whole(path, copy_bytes(list(zip(rows, told, strict=True)), path.suffix, today()))
    return path


def _write_sheets(account: AccountStore, proposal_id: str, folder: Path) -> list[Path]:
    from api.services.cue_sheets import cue_sheet_of
    from api.writing import write_whole

    _step("cue")
    written = []
    for name, internal in (("cue-sheet.xlsx", False), ("cue-sheet-internal.xlsx", True)):
        sheet, content = cue_sheet_of(account, proposal_id, internal=internal)
        write_whole(folder / name, content)
        written.append(folder / name)
        if not internal:
            say(word("cue.written", file=str(folder / name), due=money(sheet.totals().due, sheet.currency)))
            if sheet.undecided:
                say(word("cue.draft", count=sheet.undecided), "yellow")
    return written
