"""Decides what ``adcue person`` can do: invite someone, list the people of an account, reset a password, remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import out, say, say_json, table
from api.cli.words import word

if TYPE_CHECKING:
    from engine.store.account import AccountStore


def invite_person(
    role: Annotated[str, typer.Option(help=word("person.role"), metavar="ROLE")],
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Prints a one-time key and the page it is used on; neither can be shown again."""
    from api.cli.doors import open_account

    acting = open_account(account)
    secret, invited = acting.members.invite(role)
    until = invited.expires_at.isoformat()
    if as_json:
        say_json({"account": acting.name, "role": role, "key": secret, "link": _link(secret), "expires_at": until})
        return
    say(word("person.invited", account=acting.name, role=word(f"role.{role}")), "bold")
    _tell_once(secret)


def list_people(
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Everyone in the account."""
    from api.cli.doors import known_account

    members = known_account(account).members.list()
    if as_json:
        shown = [{"id": m.id, "login": m.login, "role": m.role, "since": m.since.isoformat()} for m in members]
        say_json({"items": shown})
        return
    rows = [(m.login, word(f"role.{m.role}"), f"{m.since:%Y-%m-%d}") for m in members]
    titles = [word(f"person.column.{name}") for name in ("login", "role", "since")]
    out().print(table([(title, "left") for title in titles], rows))


def reset_person(
    login: Annotated[str, typer.Argument(help=word("person.login"), metavar="LOGIN")],
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Prints a one-time key with which the person sets a new password; the old one holds until then."""
    from api.cli.doors import ACTOR, open_store

    secret = open_store().people.reset(login, ACTOR)
    if as_json:
        say_json({"key": secret, "link": _link(secret)})
        return
    say(word("person.reset_done"), "bold")
    _tell_once(secret)


def remove_person(
    login: Annotated[str, typer.Argument(help=word("person.login"), metavar="LOGIN")],
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
) -> None:
    """Takes a person out of the account: their sessions and keys there end at once."""
    from api.cli.doors import known_account

    acting = known_account(account)
    acting.members.remove(_id_of(acting, login))
    say(word("person.removed", account=acting.name))


def _id_of(acting: AccountStore, login: str) -> str:
    """The member of this login name. Raises NotFoundError where the account has none."""
    from engine.errors import NotFoundError
    from engine.store.people import login_name

    wanted = login_name(login)
    for member in acting.members.list():
        if member.login == wanted:
            return member.id
    raise NotFoundError("engine.store.person_unknown")


def _tell_once(secret: str) -> None:
    say("  " + _link(secret))
    say(word("person.key", key=secret))
    say(word("person.once"))


def _link(secret: str) -> str:
    """The page to open, at the address of the settings; a console behind a proxy has its own, so the key goes along."""
    from engine.settings import settings

    return f"http://{settings().host}:{settings().port}/join#key={secret}"
