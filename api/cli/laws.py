"""Decides how ``adcue laws`` tells of the laws on file: all of them, or one with its articles, as of a day."""

from __future__ import annotations

import json
from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import out, say, say_json, say_wrapped, table
from api.cli.words import language, word
from api.values import read_date
from engine.errors import InputError

if TYPE_CHECKING:
    from compliance.catalogue import LawEntry


def show_laws(
    law: Annotated[str | None, typer.Argument(help=word("laws.law"), metavar="LAW")] = None,
    on: Annotated[str | None, typer.Option("--on", help=word("laws.on"), metavar="DATE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Every law with its certainty and days, or what one asks."""
    from api.dates import today
    from compliance.catalogue import catalogue

    entries = {one.id: one for one in catalogue(language(), read_date(on, "--on") if on else today()).laws}
    if law is not None and law not in entries:
        near = ", ".join(get_close_matches(law, entries, cutoff=0.4)) or ", ".join(entries)
        raise InputError("api.value.choice", option="LAW", given=law[:40], known=near)
    chosen = [entries[law]] if law is not None else [*entries.values()]
    if as_json:
        say_json({"items": [json.loads(json.dumps(asdict(one), default=str)) for one in chosen]})
    elif law is not None:
        _tell(entries[law])
    else:
        columns = [(word(f"laws.column.{name}"), "left") for name in ("id", "name", "certainty", "days", "due")]
        out().print(table(columns, [_line(one) for one in chosen]))
        _disclaim()


def _line(entry: LawEntry) -> tuple[str, ...]:
    from compliance.law_words import say as told

    due = entry.review_due.isoformat() + (f" {told('overdue', language())}" if entry.overdue else "")
    return entry.id, entry.short, told(f"certainty.{entry.certainty}", language()), entry.days, due


def _tell(entry: LawEntry) -> None:
    from compliance.law_words import say as told

    say(entry.name, "bold")
    say(f"{told(f'certainty.{entry.certainty}', language())}  {entry.days}  {entry.source}")
    for point in entry.unsettled:
        say_wrapped(point, "yellow", indent=2, hang=2)
    for article in entry.articles:
        sure = (
            "" if article.certainty is entry.certainty else f" ({told(f'certainty.{article.certainty}', language())})"
        )
        say(f"{article.id}  {article.label}{sure}", "bold")
        say_wrapped(f"{told(f'does.{article.does}', language())}: {article.rule}", indent=2, hang=2)
        for number, text in article.items:
            say_wrapped(f"{number}. {text}", indent=4, hang=3)
        for penalty in article.penalties:
            say_wrapped(penalty, "red", indent=2, hang=2)
    _disclaim()


def _disclaim() -> None:
    from compliance.law_words import say as told

    say_wrapped(told("disclaimer", language()), "dim")
