"""Decides what ``adcue key`` can do: make an API key (shown once), list keys, revoke one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import out, say, say_json, table
from api.cli.words import word

if TYPE_CHECKING:
    from engine.store.keys import KeyInfo


def create_key(
    role: Annotated[str, typer.Option(help=word("key.role"), metavar="ROLE")] = "planner",
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Prints a new key; it cannot be shown again."""
    from api.cli.doors import ACTOR, open_store
    from engine.settings import settings

    key, info = open_store().keys.create(account or settings().account, role, ACTOR)
    if as_json:
        say_json({"key": key} | _card(info))
        return
    say(word("key.created", account=info.account, role=word(f"role.{info.role}")), "bold")
    say("  " + key)
    say(word("key.once", until=_day(info.expires_at)))


def list_keys(as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False) -> None:
    """Every key without its secret."""
    from api.cli.doors import open_store

    keys = open_store().keys.list()
    if as_json:
        say_json({"items": [_card(info) for info in keys]})
        return
    rows = [
        (
            info.prefix,
            info.account,
            info.login or word(f"role.{info.role}"),
            info.name,
            _day(info.created_at),
            _day(info.expires_at),
            _state(info),
        )
        for info in keys
    ]
    titles = [
        word(f"key.column.{name}") for name in ("prefix", "account", "whose", "name", "created", "until", "state")
    ]
    out().print(table([(title, "left") for title in titles], rows, spare=(4, 3)))


def _card(info: KeyInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "prefix": info.prefix,
        "account": info.account,
        "role": info.role,
        "name": info.name,
        "login": info.login,
        "created_at": info.created_at.isoformat(),
        "expires_at": info.expires_at.isoformat() if info.expires_at else None,
        "revoked_at": info.revoked_at.isoformat() if info.revoked_at else None,
    }


def _state(info: KeyInfo) -> str:
    if info.revoked_at is not None:
        return word("key.revoked")
    over = info.expires_at is not None and info.expires_at <= datetime.now(UTC)
    return word("key.over" if over else "key.valid")


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at is not None else "–"


def revoke_key(key: Annotated[str, typer.Argument(help=word("key.which"), metavar="KEY")]) -> None:
    """Stops a key at once."""
    from api.cli.doors import ACTOR, open_store

    info = open_store().keys.revoke(key, ACTOR)
    say(word("key.stopped", prefix=info.prefix))
