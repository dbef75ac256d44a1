"""Decides what ``adcue key`` can do: make an API key (shown once), list keys, revoke one."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.helping import Verb, Verbs
from api.cli.output import out, say, say_json, table
from api.cli.words import word


def build() -> typer.Typer:
    """The sub-commands of ``adcue key``."""
    app = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False)
    app.command("create", cls=Verb, help=word("key.create"))(create_key)
    app.command("list", cls=Verb, help=word("key.list"))(list_keys)
    app.command("revoke", cls=Verb, help=word("key.revoke"))(revoke_key)
    return app


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
        say_json({"key": key, "id": info.id, "prefix": info.prefix, "account": info.account, "role": info.role})
        return
    say(word("key.created", account=info.account, role=word(f"role.{info.role}")), "bold")
    say("  " + key)
    say(word("key.once"))


def list_keys(as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False) -> None:
    """Every key without its secret."""
    from api.cli.doors import open_store

    keys = open_store().keys.list()
    if as_json:
        shown = [
            {
                "id": info.id,
                "prefix": info.prefix,
                "account": info.account,
                "role": info.role,
                "created_at": info.created_at.isoformat(),
                "revoked_at": info.revoked_at.isoformat() if info.revoked_at else None,
            }
            for info in keys
        ]
        say_json({"items": shown})
        return
    rows = [
        (
            info.prefix,
            info.account,
            word(f"role.{info.role}"),
            f"{info.created_at:%Y-%m-%d}",
            word("key.revoked" if info.revoked_at else "key.valid"),
        )
        for info in keys
    ]
    titles = [word(f"key.column.{name}") for name in ("prefix", "account", "role", "created", "state")]
    out().print(table([(title, "left") for title in titles], rows))


def revoke_key(key: Annotated[str, typer.Argument(help=word("key.which"), metavar="KEY")]) -> None:
    """Stops a key at once."""
    from api.cli.doors import ACTOR, open_store

    info = open_store().keys.revoke(key, ACTOR)
    say(word("key.stopped", prefix=info.prefix))
