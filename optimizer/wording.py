"""Decides how amounts, results and rules are named in sentences: figures with units, and nouns for rules and places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.messages import Value, sentence_ids
from engine.money import Money
from optimizer.ask import Ask
from optimizer.problem import Problem
from optimizer.solve.rules import RowName

Aim = Literal["results", "weighted", "profit", "net", "least_spend", "afterwards"]
# Rules whose limit is a proportion: they give way in leeway, not in an amount that was asked for.
RELATIVE = frozenset({"ratios", "pacing", "ramp"})
VALUE = "conversions_value"  # the one result that is money itself


def written(amount: float, currency: str) -> str:
    """An amount in units as people write it, rounded to what can be booked; as it is where there is no currency."""
    if not currency:
        return f"{amount:,.6g}"
    money = Money.of(Decimal(repr(round(float(amount), 6))), currency).booked()
    return str(money)


def figure(value: float) -> str:
    """A number with as many digits as a reader can use: about three that count."""
    size = abs(value)
    if size >= 1000 or size == 0:
        return f"{value:,.0f}"
    if size >= 0.005:
        return f"{value:,.1f}" if size >= 10 else f"{value:,.2f}"
    return f"{value:.2g}"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts: the id of the noun that follows it, and its currency where it is money."""

    noun: str
    currency: str | None = None

    def told(self, value: float) -> str:
        """The number alone; the noun is a phrase of its own."""
        return figure(value) if self.currency is None else written(value, self.currency)


def unit_of(result: str, currency: str) -> Unit:
    """The unit of an expected result."""
    known = f"unit.{result}" in sentence_ids("optimizer")
    return Unit(f"unit.{result}" if known else "unit.other", currency if result == VALUE else None)


def aim_of(ask: Ask, result: str) -> Aim:
    """What a plan makes most of, in a word."""
    if ask.goal == "least_spend":
        return "least_spend"
    weights = ask.objective.weights
    if len(weights) > 1:
        return "weighted"
    if ask.objective.spend:
        earned = VALUE in weights and weights[VALUE] != 1.0  # a margin of the value; all of it is a return to keep
        return "profit" if ask.objective.spend == 1.0 and earned else "net"
    return "results" if result in weights else "afterwards"


def aim_unit(problem: Problem) -> Unit:
    """The unit of the objective."""
    ask, currency = problem.ask, problem.currency
    match aim_of(ask, problem.result):
        case "least_spend":
            return Unit("unit.spend", currency)
        case "weighted":
            return Unit("unit.weighted")
        case "profit":
            return Unit("unit.profit", currency)
        case "net":
            return Unit("unit.net_value", currency) if VALUE in ask.objective.weights else Unit("unit.net")
        case _:
            (result,) = ask.objective.weights
            return unit_of(result, currency)


def side_of(row: RowName, price: float = 0.0) -> str:
    """Which side of its limit a row guards: from its name, else from the sign of its price."""
    first = row.index[0] if row.index else None
    if isinstance(first, str) and first.endswith(("min", "max")):
        return first[-3:]
    if row.constraint in ("kpi_targets", "min_if_active"):
        return "min"
    return "min" if price < 0 else "max"


def rule_values(problem: Problem, row: RowName, side: str, touched: Iterable[tuple[int, int]] = ()) -> dict[str, Value]:
    """Values that name a rule and where it applies; ``touched`` are the (channel, step) cells of its row."""
    cells = list(touched)
    channels, weeks = {cell[0] for cell in cells}, {cell[1] for cell in cells}
    whole = len(problem.channels) > 1 and len(channels) == len(problem.channels)
    numbers = [key for key in row.index if isinstance(key, int)]
    values: dict[str, Value] = {"rule": f"rule.{row.constraint}.{side}", "channel": "", "week": "", "group": ""}
    if row.constraint == "kpi_targets" and numbers:
        values["counted"] = unit_of(problem.ask.kpis[numbers[0]].result, problem.currency).noun
    if row.constraint == "efficiency" and problem.ask.efficiency is not None:
        values["rule"] = "noun.roas" if problem.ask.efficiency.result == VALUE else values["rule"]
    if row.constraint == "groups" and numbers:
        return values | {"where": "where.group", "group": problem.ask.groups[numbers[0]].name}
    if row.constraint == "ratios" and numbers:
        ratio = problem.ask.ratios[numbers[0]]
        return values | {"where": "where.pair", "channel": ratio.over, "other": ratio.under}
    one_week = len(weeks) == 1 and len(problem.weeks) > 1
    if whole or not channels:
        place = "where.week" if one_week else "where.plan"
    elif len(channels) == 1:
        values["channel"] = problem.channels[min(channels)]
        place = "where.channel_week" if one_week else "where.channel"
    else:
        values["group"] = "、".join(problem.channels[number] for number in sorted(channels))
        place = "where.group_week" if one_week else "where.group"
    if one_week:
        values["week"] = problem.weeks[min(weeks)].start.isoformat()
    return values | {"where": place}
