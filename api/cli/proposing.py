"""Decides what ``adcue propose`` and ``adcue cue-sheet`` take and how a plan is told: the conclusion first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import progress, say, say_json
from api.cli.words import language, word
from api.money_words import money
from engine.errors import InputError

if TYPE_CHECKING:
    from api.services.plan_request import ProposalRequest
    from engine.store.account import AccountStore


def _one(option: str, kind: str, told: str = "") -> Any:
    return typer.Option(option, help=word(f"propose.{told or option[2:].replace('-', '_')}"), metavar=kind)


def propose(
    context: typer.Context,
    plan: Annotated[Path | None, _one("--plan", "PLAN.yaml")] = None,
    budget: Annotated[str | None, _one("--budget", "AMOUNT")] = None,
    start: Annotated[str | None, _one("--start", "DATE")] = None,
    end: Annotated[str | None, _one("--end", "DATE")] = None,
    result: Annotated[str | None, _one("--result", "RESULT")] = None,
    goal: Annotated[str | None, _one("--goal", "most|least-spend")] = None,
    target: Annotated[list[str] | None, _one("--target", "RESULT=N")] = None,
    on_top: Annotated[str | None, _one("--on-top", "AMOUNT")] = None,
    current: Annotated[list[str] | None, _one("--current", "CH=AMOUNT")] = None,
    minimum: Annotated[list[str] | None, _one("--min", "CH=AMOUNT")] = None,
    maximum: Annotated[list[str] | None, _one("--max", "CH=AMOUNT")] = None,
    lock: Annotated[list[str] | None, _one("--lock", "CH=AMOUNT")] = None,
    share_cap: Annotated[list[str] | None, _one("--share-cap", "CH=40%")] = None,
    share_floor: Annotated[list[str] | None, _one("--share-floor", "CH=10%")] = None,
    group: Annotated[list[str] | None, _one("--group", "NAME=CH+CH:max=AMOUNT")] = None,
    min_if_active: Annotated[list[str] | None, _one("--min-if-active", "CH=AMOUNT")] = None,
    fewest_channels: Annotated[str | None, _one("--fewest-channels", "N")] = None,
    most_channels: Annotated[str | None, _one("--most-channels", "N")] = None,
    held: Annotated[list[str] | None, _one("--held", "CH")] = None,
    cpa: Annotated[str | None, _one("--cpa", "AMOUNT")] = None,
    roas: Annotated[str | None, _one("--roas", "X")] = None,
    marginal_cpa: Annotated[str | None, _one("--marginal-cpa", "AMOUNT")] = None,
    marginal_roas: Annotated[str | None, _one("--marginal-roas", "X")] = None,
    margin: Annotated[str | None, _one("--margin", "30%")] = None,
    weight: Annotated[list[str] | None, _one("--weight", "RESULT=W")] = None,
    then: Annotated[list[str] | None, _one("--then", "RESULT")] = None,
    flight: Annotated[list[str] | None, _one("--flight", "CH=DATE..DATE")] = None,
    blackout: Annotated[list[str] | None, _one("--blackout", "CH=DATE..DATE")] = None,
    by_day: Annotated[bool, typer.Option("--by-day", help=word("propose.by_day"))] = False,
    pacing: Annotated[str | None, _one("--pacing", "20%")] = None,
    ramp: Annotated[list[str] | None, _one("--ramp", "CH=30%")] = None,
    learning_reserve: Annotated[str | None, _one("--learning-reserve", "5%")] = None,
    risk: Annotated[str | None, _one("--risk", "TAIL:WEIGHT")] = None,
    credit: Annotated[list[str] | None, _one("--credit", "PLATFORM=0.8")] = None,
    lift_tests: Annotated[Path | None, _one("--lift-tests", "FILE.csv")] = None,
    cue_sheet: Annotated[Path | None, _one("--cue-sheet", "OUT.xlsx")] = None,
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Plans the budget over channels and weeks, keeps the plan and tells it."""
    from api.cli.doors import known_account
    from api.cli.telling import tell_proposal
    from api.services.proposals import make_proposal
    from api.speech import told

    request = asked_request(plan, context.params)
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


def asked_request(file: Path | None, typed: Mapping[str, Any]) -> ProposalRequest:
    """The request of a plan file and of the options beside it. Raises InputError with everything that does not fit."""
    from api.plan_files import checked_request, read_plan
    from api.plan_options import typed_fields, with_typed

    fields = with_typed(read_plan(file) if file is not None else {}, typed_fields(typed))
    for needed in ("start", "end"):
        if file is None and needed not in fields:
            raise InputError("api.cli.usage.missing", name=f"--{needed}")
    return checked_request(fields, language(), file.name if file is not None else "")


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
