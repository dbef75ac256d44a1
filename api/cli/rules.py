"""Decides what ``adcue rules`` does: list, show, check, preview, add, switch off, withdraw; not the scores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import out, say, say_json, say_wrapped, table
from api.cli.words import language, word
from api.money_words import money
from engine.errors import InputError

if TYPE_CHECKING:
    from api.services.rule_packs import Checked
    from engine.store.account import AccountStore
    from rules.previewing import Preview

SHOWN = 10
_ACCOUNT = Annotated[str | None, typer.Option("--account", help=word("option.account"))]
_JSON = Annotated[bool, typer.Option("--json", help=word("option.json"))]
_FILE = Annotated[Path, typer.Argument(help=word("rules.file"), metavar="FILE")]
_ID = Annotated[str, typer.Argument(help=word("rules.id"), metavar="ID")]


def list_rules(account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """Every rule, shipped and own, as it stands today."""
    from api.services.rule_documents import rule_document
    from api.services.rule_packs import rules_on

    store, on = _known(account)
    documents = [rule_document(one, language()) for one in rules_on(store, on)]
    if as_json:
        say_json({"items": documents})
        return
    columns = [(word(f"rules.column.{name}"), "left") for name in ("rule", "origin", "state", "action", "title")]
    rows = [
        (
            one["id"],
            word(f"rules.origin.{one['origin']}"),
            word(f"rules.state.{one['state']}"),
            word(f"action.{one['action']}"),
            one["title"],
        )
        for one in documents
    ]
    out().print(table(columns, rows))


def show_rule(name: _ID, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """One rule with its text, which may be changed and added again."""
    from api.services.rule_documents import whole_document
    from api.services.rule_packs import rule_on

    store, on = _known(account)
    document = whole_document(rule_on(store, name, on), store.rules.versions(name), language())
    if as_json:
        say_json(document)
    else:
        say(document["text"].rstrip())


def check_rule(file: _FILE, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """Checks a rule alone, on its examples and beside the account's others; nothing is kept."""
    from api.services.rule_packs import check_rule as check

    store, on = _known(account)
    _answer(store, check(store, _text(file), on), None, as_json, "rules.sound")


def preview_rule(file: _FILE, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """Tells what a rule would say of today's data and whom it only just leaves out; nothing is kept."""
    from api.services.rule_packs import preview_rule as preview

    store, on = _known(account)
    checked, seen = preview(store, _text(file), on)
    _answer(store, checked, seen, as_json, "rules.sound")


def add_rule(file: _FILE, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """Keeps a rule from today on, in place of the one of its id."""
    from api.services.rule_packs import keep_rule

    store, on = _known(account)
    _answer(store, keep_rule(store, _text(file), on), None, as_json, "rules.kept")


def switch_off_rule(name: _ID, account: _ACCOUNT = None, as_json: _JSON = False) -> None:
    """Silences a rule from today on, shipped or own."""
    from api.services.rule_documents import rule_document
    from api.services.rule_packs import switch_off

    store, on = _known(account)
    document = rule_document(switch_off(store, name, on), language())
    if as_json:
        say_json(document)
    else:
        say(word("rules.off", rule=name), "bold")


def withdraw_rule(name: _ID, account: _ACCOUNT = None) -> None:
    """Takes back what the account says of a rule; a shipped one of that id holds again."""
    from api.services.rule_packs import withdraw

    store, on = _known(account)
    withdraw(store, name, on)
    say(word("rules.withdrawn", rule=name), "bold")


def _known(account: str | None) -> tuple[AccountStore, Any]:
    from api.cli.doors import known_account
    from api.dates import today

    return known_account(account), today()


def _text(file: Path) -> str:
    """The text of a rule file. Raises InputError for one that is not there, too large or not in UTF-8."""
    from api.plan_files import small_file

    try:
        return small_file(file, "FILE").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("api.rules.not_utf8", file=file.name) from error


def _answer(store: AccountStore, checked: Checked, seen: Preview | None, as_json: bool, done: str) -> None:
    from api.services.rule_documents import trial_document

    document = trial_document(checked, seen, store.name, language(), kept=done == "rules.kept")
    if as_json:
        say_json(document)
        return
    rule = document["rule"]
    say(word(done, rule=rule["id"], version=rule["version"]), "bold")
    if document["replaces_shipped"]:
        say_wrapped(word("rules.replaces", rule=rule["id"]), indent=2)
    for note in document["notes"]:
        say_wrapped(note["text"], "yellow", indent=2, hang=2)
    if document["preview"] is not None:
        _tell(document["preview"])


def _tell(seen: Mapping[str, Any]) -> None:
    currency = seen["currency"]
    judged = sum(one["judged"] for one in seen["judged"])
    flagged = sum(one["flagged"] for one in seen["judged"])
    unknown = sum(one["no_data"] for one in seen["judged"])
    say(word("rules.seen", judged=f"{judged:,}", flagged=f"{flagged:,}", unknown=f"{unknown:,}"))
    for one in seen["flagged"][:SHOWN]:
        amount = money(one["spend_at_stake"], currency)
        say_wrapped(f"{amount}  {one['platform']} {one['name']}: {one['reason']}", indent=2, hang=2)
    for one in seen["no_data"][:SHOWN]:
        say_wrapped(one["reason"], "dim", indent=2, hang=2)
    if seen["near"]:
        say(word("rules.near", count=f"{seen['near_count']:,}"))
    for one in seen["near"][:SHOWN]:
        failed = next(part for part in one["conditions"] if not part["met"])
        told = f"{failed['metric']} {failed['value']} ({failed['op']} {failed['threshold']})"
        say_wrapped(f"{money(one['spend'], currency)}  {one['platform']} {one['name']}: {told}", indent=2, hang=2)
