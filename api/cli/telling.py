"""Decides how a proposal reads on a terminal: what it buys, what changes and why, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.cli.output import out, say, say_wrapped, table
from api.cli.words import language, word
from api.media import channel_name
from api.money_words import money, number
from engine.money import SIGNS

# The columns a narrow terminal goes without: today's money (the change tells it), the range, the basis, the margin.
_SPARE = (1, 5, 7, 6)


def tell_proposal(document: Mapping[str, Any]) -> None:
    """The conclusion, the table of channels, the reasons, the warnings, and what to type next."""
    say_wrapped(headline(document), "bold")
    out().print(_channels(document))
    for channel in document["channels"]:
        why = word("because", name=channel_name(channel["channel"], language()), why=channel["why"])
        say_wrapped(why, indent=2, hang=2)
    for warning in document["warnings"]:
        say_wrapped("! " + warning["text"], "yellow", indent=2, hang=2)
    say(word("propose.next", id=document["short_id"]), "dim")


def headline(document: Mapping[str, Any]) -> str:
    """One sentence: the budget, what it should bring with its range, against today's split, how near the optimum."""
    currency = document["currency"]
    values = {
        "id": document["short_id"],
        "allocated": money(document["allocated"], currency),
        "expected": number(document["objective"]),
        "low": number(document["objective_low"]),
        "high": number(document["objective_high"]),
        "label": document["result_label"],
        "start": document["request"]["start"],
        "end": document["request"]["end"],
    }
    text = word("propose.headline", **values)
    if document.get("uplift") is not None:
        text += word("propose.uplift", percent=f"{100 * document['uplift']:+.1f}")
    if document.get("unspent"):
        text += word("propose.unspent", amount=money(document["unspent"], currency))
    return text + word("propose.gap", percent=f"{100 * document['gap']:.2f}")


def _channels(document: Mapping[str, Any]) -> Any:
    sign = SIGNS.get(document["currency"], document["currency"])
    columns = [
        (word("propose.column.channel"), "left"),
        (word("propose.column.current", currency=sign), "right"),
        (word("propose.column.proposed", currency=sign), "right"),
        (word("propose.column.change"), "right"),
        (word("propose.column.expected", label=document["result_label"]), "right"),
        (word("propose.column.range"), "right"),
        (word("propose.column.marginal"), "right"),
        (word("propose.column.basis"), "left"),
    ]
    rows = []
    for channel in document["channels"]:
        current = channel["current_spend"]
        change = None if current is None else float(channel["spend"]) - float(current)
        rows.append(
            (
                channel_name(channel["channel"], language()),
                number(current),
                number(channel["spend"]),
                "–" if change is None else f"{change:+,.0f}",
                number(channel["expected"]),
                f"{number(channel['expected_low'])}–{number(channel['expected_high'])}",
                number(channel["marginal_per_1000"], 2),
                word(f"basis.{channel['basis']}"),
            )
        )
    return table(columns, rows, _SPARE)
