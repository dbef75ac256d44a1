"""Decides how ``adcue rules score`` tells whether the rules work: a table, then every rule in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from api.cli.output import out, say, say_json, say_wrapped, table
from api.cli.words import language, word
from api.money_words import money
from api.values import read_date

STYLES = {"harms": "bold red", "does_not": "yellow", "earns": "green"}
LEFT = ("rule", "verdict")
COLUMNS = ("rule", "proposals", "approved", "withheld", "false", "moved", "effect", "verdict")


def score_rules(
    as_of: Annotated[str | None, typer.Option("--as-of", help=word("rules.as_of"), metavar="DATE")] = None,
    account: Annotated[str | None, typer.Option("--account", help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """What every rule brought, those that need a decision first."""
    from api.cli.doors import known_account
    from api.dates import today
    from api.services.effects import rule_scores

    day = read_date(as_of, "--as-of") if as_of else today()
    told = rule_scores(known_account(account), day).as_dict(language())
    if as_json:
        say_json(told)
        return
    if not told["rules"]:
        say(word("rules.nothing"))
        return
    columns = [(word(f"rules.column.{name}"), "left" if name in LEFT else "right") for name in COLUMNS]
    out().print(table(columns, [_row(one, told["currency"]) for one in told["rules"]], spare=(3, 1)))
    for one in told["rules"]:
        first, *rest = one["sentences"]
        say_wrapped(first, STYLES.get(one["verdict"], ""), hang=2)
        for sentence in rest:
            say_wrapped(sentence, "dim", indent=2)
    say_wrapped(told["note"], "dim")


def _row(one: Mapping[str, Any], currency: str | None) -> list[str]:
    share, spent, effect = one["false_share"]["value"], one["money"], one["effect"]
    return [
        one["rule"],
        f"{one['proposals']:,}",
        f"{one['approved']:,}",
        f"{one['withheld']:,}",
        "–" if share is None else f"{share:.0%}",
        "–" if spent is None else money(spent["moved"], currency),
        "–" if effect is None or effect["value"] is None else f"{effect['value']:+.1%}",
        word(f"rules.verdict.{one['verdict']}"),
    ]
