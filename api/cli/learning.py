"""Decides what ``adcue rules learn`` does: a reviewer's decision about an ad, told as an example for its rule."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, cast, get_args

import typer

from api.cli.output import say, say_json
from api.cli.words import language, word
from engine.errors import InputError


def learn_example(
    check: Annotated[str, typer.Argument(help=word("learn.check"), metavar="CHECK")],
    row: Annotated[str, typer.Argument(help=word("learn.row"), metavar="ROW")],
    rule: Annotated[str, typer.Option("--rule", help=word("learn.rule"), metavar="CODE")],
    must: Annotated[str, typer.Option("--must", help=word("learn.must"), metavar="flag|pass")],
    reason: Annotated[str, typer.Option("--reason", help=word("learn.reason"))],
    words: Annotated[str, typer.Option("--words", help=word("learn.words"))] = "",
    account: Annotated[str | None, typer.Option("--account", help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Proposes an example for a rule's pack; writes nothing."""
    from api.cli.doors import known_account
    from api.services.screenings import screened_row
    from compliance.learning import Decision, Side, propose_example

    if must not in get_args(Side):
        raise InputError("api.value.choice", option="--must", given=must[:20], known=", ".join(get_args(Side)))
    text, product = screened_row(known_account(account), check, row)
    proposed = propose_example(Decision(rule, product, text, cast(Side, must), reason, words))
    snippet = proposed.snippet(language())
    if as_json:
        say_json(asdict(proposed) | {"agrees": proposed.agrees, "yaml": snippet})
    else:
        say(snippet.rstrip())
