"""Decides what ``adcue registry`` does: take in the registry of platform accounts, or show it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import out, say, say_json, table
from api.cli.words import language, word
from api.money_words import money


def keep_registry(
    file: Annotated[Path | None, typer.Argument(help=word("registry.file"), metavar="[FILE]")] = None,
    account: Annotated[str | None, typer.Option("--account", help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Takes in a registry in place of the one that held; without a file, shows it."""
    from api.cli.doors import known_account, open_account
    from api.dates import today
    from api.services.registry import registry_document

    if file is not None:
        document = _taken_in(file, open_account(account))
    else:
        document = registry_document(known_account(account), today())
    if as_json:
        say_json(document)
        return
    if file is not None:
        say(word("registry.done", count=len(document["accounts"]), start=document["valid_from"]), "bold")
    _tell(document["accounts"])


def _taken_in(file: Path, store: Any) -> Mapping[str, Any]:
    import json

    from pydantic import ValidationError

    from api.dates import today
    from api.field_faults import field_faults
    from api.plan_files import read_plan
    from api.services.registry import set_registry
    from api.v1.registry import RegistryBody, entries_of

    try:
        body = RegistryBody.model_validate_json(json.dumps(read_plan(file, "FILE"), default=str))
    except ValidationError as error:
        raise field_faults(error, language(), file.name) from None
    return set_registry(store, entries_of(body), body.valid_from or today()).document


def _tell(accounts: list[Mapping[str, Any]]) -> None:
    if not accounts:
        say(word("registry.none"), "dim")
        return
    columns = [("account", "left"), ("credit", "right"), ("budget", "right"), ("token", "left")]
    rows = [
        (
            f"{one['platform']} {one['account_id'] or '—'}",
            "—" if one["credit_left"] is None else f"{money(one['credit_left'], None)} ({one['credit_on']})",
            "—" if one["monthly_budget"] is None else money(one["monthly_budget"], None),
            one["token_expires_on"] or "—",
        )
        for one in accounts
    ]
    out().print(table([(word(f"registry.column.{name}"), side) for name, side in columns], rows))
