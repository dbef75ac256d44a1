"""Decides what ``adcue morning`` prints: the mail of every account, what needs a decision before anything else."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.output import out, say_json
from api.cli.words import language, word
from api.values import read_date


def show_morning(
    on: Annotated[str | None, typer.Option("--on", help=word("morning.on"), metavar="DATE")] = None,
    account: Annotated[str | None, typer.Option("--account", help=word("morning.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Prints what needs a decision, as a mail says it; with several accounts, one after another."""
    from api.cli.doors import ACTOR, open_store, require_known
    from api.dates import today
    from api.services.morning import morning_of
    from engine.settings import settings

    day = read_date(on, "--on") if on else today()
    store = open_store()
    known = store.accounts()
    names = known if account is None and known else [account or settings().account]
    require_known(names[0], known)
    mornings = [morning_of(store.account(name, ACTOR), day, language()) for name in names]
    if as_json:
        say_json({"on": day.isoformat(), "accounts": mornings})
        return
    for at, morning in enumerate(mornings):
        lead = "\n" if at else ""
        out().print(f"{lead}{morning['subject']}\n\n{morning['text']}", end="", markup=False, soft_wrap=True)
