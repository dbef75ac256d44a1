"""Decides what ``adcue nightly`` takes and how a night is told: what needs a decision, the most money first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import progress, say, say_json, say_wrapped
from api.cli.words import language, word
from api.money_words import money
from api.values import read_date
from engine.errors import InputError
from engine.messages import render

if TYPE_CHECKING:
    from engine.store.store import Store

MOST = 8


def run_nightly(
    as_of: Annotated[str | None, typer.Option("--as-of", help=word("nightly.as_of"), metavar="DATE")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=word("nightly.dry_run"))] = False,
    account: Annotated[str | None, typer.Option(help=word("nightly.account"))] = None,
    status: Annotated[bool, typer.Option("--status", help=word("nightly.status"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> int:
    """Runs the night of every account; exit code 0 all, 1 some, 2 none."""
    from api.cli.doors import ACTOR, open_store
    from api.dates import today
    from api.services.nights import exit_code, run_nights

    if status:
        if as_of or dry_run:
            raise InputError("api.cli.nightly.status_alone")
        return _tell_status(account, as_json=as_json)
    day = read_date(as_of, "--as-of") if as_of else today()
    store = open_store()
    names = _names(store, account)
    with progress(word("nightly.progress")) as on_progress:
        nights = run_nights(
            store, names, day, ACTOR, dry_run=dry_run, on_stage=lambda _, done, total: on_progress(done, total)
        )
    documents = [night.as_dict(language()) for night in nights]
    if as_json:
        say_json({"as_of": day.isoformat(), "dry_run": dry_run, "accounts": documents})
    else:
        for document in documents:
            tell_night(document)
    return exit_code(nights)


def _names(store: Store, account: str | None) -> list[str]:
    """The accounts asked for: one, or all that have nights. Raises InputError for one that is not known."""
    from api.cli.doors import require_known
    from api.services.nights import night_accounts
    from engine.settings import settings

    known = night_accounts(store, settings().account)
    if not account:
        return known
    require_known(account, known)
    return [account]


def _tell_status(account: str | None, *, as_json: bool) -> int:
    """How the nights of every account stand; exit code 0 all well, 1 some not, 2 none."""
    from api.cli.doors import ACTOR, open_store
    from api.services.night_status import TOLD, status_code, status_of

    store = open_store()
    latest = store.latest_nights()
    names = _names(store, account)
    found = [status_of(name, latest.get(name)) for name in names]
    if as_json:
        history = {name: store.account(name, ACTOR).nights.list(TOLD) for name in names if name in latest}
        say_json({"accounts": [one.as_dict(language(), history.get(one.account, ())) for one in found]})
        return status_code(found)
    for one in found:
        say_wrapped(render(one.message, language()), "bold" if one.is_well else "bold red")
        if one.latest is not None and one.latest.problem is not None and not one.is_well:
            say_wrapped(word("nightly.why", detail=one.latest.problem[language()]["detail"]), "dim", indent=2)
    return status_code(found)


def tell_night(document: Mapping[str, Any]) -> None:
    """One account's night: the sentence, the files, the flags by money at stake, the re-allocation."""
    if document["status"] == "failed":
        say(word("nightly.failed", account=document["account"], detail=document["problem"]["detail"]), "bold red")
        return
    kept = [one for one in document["recommendations"] if one["decision"] != "dropped"]
    currency = (document["judgement"] or {}).get("currency")
    stake = money(sum(one["spend_at_stake"] for one in kept), currency)
    values = {"account": document["account"], "as_of": document["as_of"], "count": len(kept), "stake": stake}
    say(word("nightly.done", **values) + (word("nightly.replay") if document["replay"] else ""), "bold")
    for entry in document["files"]:
        told = word(f"file.{entry['status']}")
        if entry["problem"]:
            told = word("because", name=told, why=entry["problem"]["detail"])
        say(f"  {entry['file']} {told}")
    for notice in document["notices"]:
        say_wrapped("! " + notice["text"], "yellow", indent=2, hang=2)
    for alert in document["alerts"]:
        say_wrapped("! " + alert["reason"], "yellow", indent=2, hang=2)
    for one in kept[:MOST]:
        _tell_flag(one, currency)
    if len(kept) > MOST:
        say(word("nightly.more", count=len(kept) - MOST))
    if document["reallocation"] is not None:
        from api.cli.telling import headline

        plan = dict(document["reallocation"]) | {"short_id": document.get("reallocation_id") or "–"}
        say_wrapped(headline(plan))
    if document.get("audit"):
        say(word("nightly.audit", **document["audit"]), "dim")


def _tell_flag(one: Mapping[str, Any], currency: str | None) -> None:
    """One flag in two lines: what is at stake and what to do, then why."""
    from api.media import platform_name

    action = word(f"action.{one['action']}")
    if one["decision"] != "kept":
        action = word("aside", name=action, more=word(f"decision.{one['decision']}"))
    stake = money(one["spend_at_stake"], currency).rjust(12)
    say(f"  {stake}  {action}  {platform_name(one['platform'], language())}  {one['name']}", "bold")
    say_wrapped(one["reason"], "dim", indent=6)
