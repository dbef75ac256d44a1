"""Decides what ``adcue recommendation`` and ``adcue states`` do: list, show, export, mark, take back, take in states.

Approving is a person's act: it is done on the page or with a person's key, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import out, say, say_json, say_wrapped, table
from api.cli.words import language, word
from api.money_words import money
from api.values import read_date

if TYPE_CHECKING:
    from engine.store.lives import Life

MOST = 30
_ACCOUNT = Annotated[str | None, typer.Option("--account", help=word("option.account"))]
_JSON = Annotated[bool, typer.Option("--json", help=word("option.json"))]
_ID = Annotated[str, typer.Argument(help=word("recommendation.id"), metavar="ID")]


def list_recommendations(
    state: Annotated[str | None, typer.Option("--state", help=word("recommendation.state"), metavar="STATE")] = "open",
    platform: Annotated[str | None, typer.Option("--platform", help=word("recommendation.platform"))] = None,
    account: _ACCOUNT = None,
    as_json: _JSON = False,
) -> None:
    """Recommendations, the latest night first and in it the most money first."""
    from api.cli.doors import known_account
    from api.services.lives import life_document

    lives = known_account(account).recommendations.list(100, None, None if state == "all" else state, platform)
    documents = [life_document(life, language()) for life in lives]
    if as_json:
        say_json({"items": documents})
        return
    columns = [("id", "left"), ("stake", "right"), ("action", "left"), ("name", "left"), ("state", "left")]
    rows = [
        (
            one["short_id"],
            money(one["spend_at_stake"], None),
            word(f"action.{one['action']}"),
            f"{one['platform']} {one['name']}",
            word(f"recommendation.is.{one['state']}"),
        )
        for one in documents[:MOST]
    ]
    out().print(table([(word(f"recommendation.column.{name}"), side) for name, side in columns], rows))


def show_recommendation(name: _ID, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """One recommendation with its reason and every step."""
    from api.cli.doors import known_account

    _answer(known_account(account).recommendations.read(name), as_json)


def mark_recommendation_applied(
    name: _ID,
    on: Annotated[str | None, typer.Option("--on", help=word("recommendation.on"), metavar="DATE")] = None,
    note: Annotated[str, typer.Option("--note", help=word("recommendation.note"))] = "",
    account: _ACCOUNT = None,
    as_json: _JSON = False,
) -> None:
    """Marks an approved recommendation as carried out, or an alert as dealt with."""
    from api.cli.doors import known_account
    from api.services.lives import day_carried_out
    from api.services.recommendations import mark_applied

    store = known_account(account)
    day = day_carried_out(store, name, read_date(on, "--on") if on else None)
    _answer(mark_applied(store, name, day, note), as_json)


def undo_recommendation(name: _ID, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """Proposes the way back of what was carried out; it waits for approval."""
    from api.cli.doors import known_account
    from api.dates import today
    from api.services.recommendations import propose_undo

    _answer(propose_undo(known_account(account), name, today()), as_json)


def export_bulk_edit(
    platform: Annotated[str, typer.Argument(help=word("recommendation.platform"), metavar="PLATFORM")],
    out_file: Annotated[Path | None, typer.Option("--out", help=word("recommendation.out"), metavar="OUT.csv")] = None,
    account: _ACCOUNT = None,
    as_json: _JSON = False,
) -> None:
    """Writes a platform's approved changes into its bulk-edit file; what cannot be in it is listed."""
    from api.cli.doors import known_account
    from api.dates import today
    from api.services.bulk_edits import bulk_file
    from api.writing import write_whole

    told = bulk_file(known_account(account), platform, today()).as_dict(language())
    if told["content"] is not None:
        # With a byte order mark, so that a spreadsheet reads Chinese names as they are.
        write_whole(out_file or Path(told["file"]), told["content"].encode("utf-8-sig"))
    if as_json:
        say_json(told)
        return
    if told["content"] is not None:
        say(word("recommendation.written", file=str(out_file or told["file"]), count=len(told["written"])), "bold")
    for one in told["by_hand"]:
        say_wrapped(f"{one['short_id']} {word('action.' + one['action'])} {one['name']}: {one['reason']}", indent=2)
    say_wrapped(told["help"], "dim")


def take_in_states(
    file: Annotated[Path, typer.Argument(help=word("states.file"), metavar="FILE")],
    on: Annotated[str | None, typer.Option("--on", help=word("states.on"), metavar="DATE")] = None,
    account: _ACCOUNT = None,
    as_json: _JSON = False,
) -> None:
    """Takes in an export of settings; approved changes that it shows are marked as carried out."""
    from api.cli.doors import open_account
    from api.dates import today
    from api.services.entity_states import mark_states
    from api.state_files import read_states

    day = read_date(on, "--on") if on else today()
    done = mark_states(open_account(account), read_states(file), day, "export")
    if as_json:
        say_json({"new": done.told.new, "unchanged": done.told.unchanged, "applied": list(done.applied)})
        return
    say(word("states.done", new=done.told.new, unchanged=done.told.unchanged, applied=len(done.applied)), "bold")
    for short_id in done.applied:
        say(f"  {short_id}")


def _answer(life: Life, as_json: bool) -> None:
    from api.services.lives import life_document

    document = life_document(life, language())
    if as_json:
        say_json(document)
    else:
        _tell(document)


def _tell(document: Mapping[str, Any]) -> None:
    state = word(f"recommendation.is.{document['state']}")
    say(f"{document['short_id']}  {word('action.' + document['action'])}  {document['name']}  ({state})", "bold")
    say_wrapped(document["reason"], indent=2, hang=2)
    change = document.get("change")
    if change is not None and change["after"] is not None:
        say(f"  {change['field']}: {change['before']} → {change['after']}")
    for step in document["steps"]:
        say(
            f"  {step['on']}  {word('recommendation.is.' + step['step'])}  {step['by']}  {step['note']}".rstrip(), "dim"
        )
