"""Decides what ``adcue propose`` and ``adcue cue-sheet`` take and how a plan is told: the conclusion first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import progress, say, say_json
from api.cli.words import language, word
from api.money_words import money
from api.values import read_amounts, read_date, read_fractions, read_money

if TYPE_CHECKING:
    from engine.store.account import AccountStore


def propose(
    budget: Annotated[str, typer.Option(help=word("propose.budget"), metavar="AMOUNT")],
    start: Annotated[str, typer.Option(help=word("propose.start"), metavar="DATE")],
    end: Annotated[str, typer.Option(help=word("propose.end"), metavar="DATE")],
    result: Annotated[str, typer.Option(help=word("propose.result"))] = "conversions",
    minimum: Annotated[list[str] | None, typer.Option("--min", help=word("propose.min"), metavar="CH=AMOUNT")] = None,
    maximum: Annotated[list[str] | None, typer.Option("--max", help=word("propose.max"), metavar="CH=AMOUNT")] = None,
    share_cap: Annotated[
        list[str] | None, typer.Option("--share-cap", help=word("propose.share_cap"), metavar="CH=0.4")
    ] = None,
    credit: Annotated[list[str] | None, typer.Option(help=word("propose.credit"), metavar="PLATFORM=0.8")] = None,
    cue_sheet: Annotated[Path | None, typer.Option(help=word("propose.cue_sheet"), metavar="OUT.xlsx")] = None,
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Plans the budget over channels and weeks, keeps the plan and tells it."""
    from api.cli.doors import known_account
    from api.cli.telling import tell_proposal
    from api.services.proposals import ProposalRequest, make_proposal
    from api.speech import told

    request = ProposalRequest(
        budget=read_money(budget, "--budget"),
        start=read_date(start, "--start"),
        end=read_date(end, "--end"),
        result=result,
        minimums=read_amounts(minimum or [], "--min"),
        maximums=read_amounts(maximum or [], "--max"),
        share_caps=read_fractions(share_cap or [], "--share-cap"),
        credit=read_fractions(credit or [], "--credit", most=None),
    )
    store = known_account(account)
    with progress(word("propose.progress")):
        stored = make_proposal(store, request)
    document = told(stored, language())
    if as_json:
        say_json(document)
    else:
        tell_proposal(document)
    if cue_sheet is not None:
        _write(store, stored.short_id, cue_sheet, quiet=as_json)


def write_cue_sheet_file(
    proposal_id: Annotated[str, typer.Argument(help=word("cue.proposal"), metavar="PROPOSAL_ID")],
    out_file: Annotated[Path, typer.Option("--out", help=word("cue.out"), metavar="OUT.xlsx")],
    internal: Annotated[bool, typer.Option("--internal", help=word("cue.internal"))] = False,
    final: Annotated[bool, typer.Option("--final", help=word("cue.final"))] = False,
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
) -> None:
    """Writes the cue sheet of a kept proposal."""
    from api.cli.doors import known_account

    _write(known_account(account), proposal_id, out_file, internal=internal, final=final)


def _write(
    store: AccountStore,
    proposal_id: str,
    path: Path,
    *,
    internal: bool = False,
    final: bool = False,
    quiet: bool = False,
) -> None:
    from api.services.cue_sheets import cue_sheet_of
    from api.writing import write_whole

    sheet, content = cue_sheet_of(store, proposal_id, internal=internal, final=final)
    write_whole(path, content)
    if quiet:
        return
    say(word("cue.written", file=str(path), due=money(sheet.totals().due, sheet.currency)))
    if sheet.undecided:
        say(word("cue.draft", count=sheet.undecided), "yellow")
