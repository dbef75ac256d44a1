"""Decides how a proposal reads on a terminal: what it buys, what changes and why, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.cli.output import out, say, say_wrapped, table
from api.cli.words import language, word
from api.media import channel_name
from api.money_words import money, number
from engine.money import SIGNS

UNSPENT = "optimizer.unspent."
IN_MONEY = ("least_spend", "profit")
# With these a plan stops before the budget does: it is not meant to bring more than today's.
STOPS = ("cpa", "roas", "marginal_cpa", "marginal_roas", "margin")
# The columns a narrow terminal goes without: today's money (the change tells it), the range, the basis, the margin.
_SPARE = (1, 5, 7, 6)


def tell_proposal(document: Mapping[str, Any]) -> None:
    """The conclusion, what changes, the table, reasons, what would change it, warnings, proof, what to type next."""
    say_wrapped(headline(document), "bold")
    unspent = [one["text"] for one in document["warnings"] if one["code"].startswith(UNSPENT)]
    changed = [document["change"]["text"]] if "change" in document else []
    for text in (*changed, *unspent):
        say_wrapped(text)
    out().print(_channels(document))
    _section("why", [_because(channel) for channel in document["channels"]])
    _section("packages", [_package(one) for one in document.get("packages", ())])
    _section("what_if", [one["text"] for one in document.get("what_would_change", ())])
    rest = [one["text"] for one in document["warnings"] if not one["code"].startswith(UNSPENT)]
    _section("notes", rest, "yellow")
    for text in (_proof(document), *(one["text"] for one in document.get("calibrated", ()))):
        say_wrapped(text, "dim")
    say(word("propose.next", id=document["short_id"]), "dim")


def _section(name: str, lines: Sequence[str], style: str = "") -> None:
    if not lines:
        return
    say(word(f"propose.section.{name}"), "bold")
    for line in lines:
        say_wrapped(line, style, indent=2, hang=2)


def _because(channel: Mapping[str, Any]) -> str:
    """The reason of a channel's money, with every further rule that holds it."""
    text = word("because", name=channel_name(channel["channel"], language()), why=channel["why"])
    more = [held["name"] for held in channel["binding"][1:] if "name" in held]
    return text + (word("propose.also_held", rules=word("between").join(more)) if more else "")


def _package(one: Mapping[str, Any]) -> str:
    return word("because", name=one["name"], why=one["why"])


def _proof(document: Mapping[str, Any]) -> str:
    """One line: bound and gap, the data and curves it rests on, how to check it."""
    data = document["data"]
    name = document.get("objective_name", "results")
    kind = name if name in IN_MONEY else "results"
    bound = document["upper_bound"]
    return word(
        "propose.proof",
        proven=word(
            f"propose.proven.{kind}",
            percent=f"{100 * document['gap']:.2f}",
            bound=money(abs(bound), document["currency"]) if kind in IN_MONEY else number(bound, 1),
        ),
        start=data["start"] or "–",
        end=data["end"] or "–",
        curves=document["curves_hash"][:12],
        id=document["short_id"],
    )


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
    if document.get("objective_name") == "profit":
        text += word("propose.profit", amount=money(document["objective_value"], currency))
    if document["request"].get("goal") == "least_spend":
        text += word("propose.least")
    elif document["request"].get("on_top") is not None:
        text += word("propose.on_top_of", amount=money(document["request"]["on_top"], currency))
    elif document.get("uplift") is not None and not any(name in document["request"] for name in STOPS):
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
