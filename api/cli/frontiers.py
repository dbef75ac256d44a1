"""Decides what ``adcue frontier`` takes and how it tells what other budgets would bring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import out, progress, say, say_json, say_wrapped, table
from api.cli.words import language, word
from api.money_words import money, number

SHOWN = 12  # rows on a terminal; every point is in --json
_SPARE = (1, 4)


def show_frontier(
    context: typer.Context,
    proposal_id: Annotated[str | None, typer.Argument(help=word("frontier.proposal"), metavar="PROPOSAL_ID")] = None,
    plan: Annotated[Path | None, typer.Option(help=word("propose.plan"), metavar="PLAN.yaml")] = None,
    budget: Annotated[str | None, typer.Option(help=word("propose.budget"), metavar="AMOUNT")] = None,
    start: Annotated[str | None, typer.Option(help=word("propose.start"), metavar="DATE")] = None,
    end: Annotated[str | None, typer.Option(help=word("propose.end"), metavar="DATE")] = None,
    result: Annotated[str | None, typer.Option(help=word("propose.result"), metavar="RESULT")] = None,
    points: Annotated[int, typer.Option(help=word("frontier.points"), min=2, max=100)] = 50,
    low: Annotated[float, typer.Option(help=word("frontier.low"), min=0.05, max=5)] = 0.5,
    high: Annotated[float, typer.Option(help=word("frontier.high"), min=0.05, max=5)] = 1.5,
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Works out what other budgets would bring, for a kept proposal or for a request of its own."""
    from api.cli.doors import known_account
    from api.cli.proposing import asked_request
    from api.services.budget_frontier import frontier_of_proposal, frontier_of_request

    asked = (language(), points, low, high)
    request = asked_request(plan, context.params) if proposal_id is None else None
    store = known_account(account)
    with progress(word("frontier.progress")):
        if request is None:
            found = frontier_of_proposal(store, proposal_id or "", *asked)
        else:
            found = frontier_of_request(store, request, *asked)
    if as_json:
        say_json(found)
    else:
        _tell(found)


def _tell(found: Mapping[str, Any]) -> None:
    currency, points = found["currency"], found["points"]
    if points:
        low, high = points[0], points[-1]
        values = {
            "low": money(low["budget"], currency),
            "high": money(high["budget"], currency),
            "least": number(low["objective"]),
            "most": number(high["objective"]),
            "label": found["result_label"],
            "gap": f"{100 * max(point['gap'] for point in points):.3f}",
        }
        say_wrapped(word("frontier.headline", **values), "bold")
        step = max(1, -(-len(points) // SHOWN))
        out().print(_table([*points[:-1:step], points[-1]], currency, found["result_label"]))
    if found["impossible"]:
        say(word("frontier.impossible", budget=money(max(found["impossible"]), currency)), "yellow")


def _table(points: list[Mapping[str, Any]], currency: str, label: str) -> Any:
    columns = [
        (word("frontier.column.budget"), "right"),
        (word("frontier.column.allocated"), "right"),
        (label, "right"),
        (word("propose.column.marginal"), "right"),
        (word("frontier.column.gap"), "right"),
    ]
    rows = [
        (
            money(point["budget"], currency),
            money(point["allocated"], currency),
            number(point["objective"]),
            number(1000 * point["marginal"], 2),
            f"{100 * point['gap']:.4f}%",
        )
        for point in points
    ]
    return table(columns, rows, _SPARE)
