"""Decides what "the money of a channel" and "the results of channels" mean as sums of a model's variables.

Every constraint takes its sums from here, so that fixed buys and carry-over count everywhere alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pyomo.core.expr import LinearExpression

from engine.money import CASH_STEP
from optimizer.problem import Problem

Term = tuple[float, Any]
ALL = -1  # the outcome of every channel together


def linear(terms: Sequence[Term]) -> Any:
    """The sum of ``terms`` (coefficient, variable) as one expression."""
    return LinearExpression(
        constant=0, linear_coefs=[float(coef) for coef, _ in terms], linear_vars=[var for _, var in terms]
    )


def channel_money(model: Any, problem: Problem, channels: Iterable[int]) -> list[Term]:
    """Money of ``channels`` over the period, fixed buys included."""
    wanted = set(channels)
    terms = [(1.0, model.spend[cell]) for number in sorted(wanted) for cell in problem.of_channel[number]]
    return terms + _packages(model, problem, wanted)


def all_money(model: Any, problem: Problem) -> list[Term]:
    """All money over the period."""
    terms = [(1.0, model.spend[cell]) for cell in problem.cells]
    return terms + _packages(model, problem, set(range(len(problem.channels))))


def week_money(model: Any, problem: Problem, week: int) -> list[Term]:
    """Money of one step; a fixed buy counts in proportion to the step's days."""
    terms = [(1.0, model.spend[cell]) for cell in problem.of_week[week]]
    share = problem.weeks[week].days / sum(one.days for one in problem.weeks)
    return terms + [(coef * share, var) for coef, var in _packages(model, problem, set(range(len(problem.channels))))]


def day_money(model: Any, problem: Problem, week: int, day: int) -> list[Term]:
    """Money of one day of a step: each channel's spend is even over the days it runs, a fixed buy's over all days."""
    running = problem.running
    terms = [
        (1.0 / float(running.active[cell]), model.spend[cell])
        for cell in problem.of_week[week]
        if running.on[cell[0], day]
    ]
    share = 1.0 / float(running.first[-1])
    return terms + [(coef * share, var) for coef, var in _packages(model, problem, set(range(len(problem.channels))))]


def results(model: Any, problem: Problem, result: str, channels: Sequence[int] | None = None) -> list[Term]:
    """Results of ``channels`` (all where None), fixed buys included."""
    keys = [ALL] if channels is None else list(channels)
    terms = [(1.0, model.outcome[result, key]) for key in keys]
    numbers = problem.number_of
    for place, package in enumerate(problem.ask.packages):
        if (channels is None or numbers[package.channel] in channels) and package.worth.get(result):
            terms.append((package.worth[result], model.bought[place]))
    return terms


def _packages(model: Any, problem: Problem, channels: set[int]) -> list[Term]:
    if not problem.ask.packages:
        return []
    numbers = problem.number_of
    return [
        (package.price, model.bought[place])
        for place, package in enumerate(problem.ask.packages)
        if numbers[package.channel] in channels
    ]


def booking_step(problem: Problem, channel: str) -> float:
    """The smallest amount ``channel`` books: its platform's, else the currency's, else a millionth of the budget."""
    given = problem.ask.steps.get(channel)
    if given is not None:
        return given
    return float(CASH_STEP.get(problem.currency, Decimal("0.01"))) if problem.currency else 1e-6 * problem.budget


def tighten(model: Any, cell: tuple[int, int], low: float | None, high: float | None, rule: str) -> None:
    """Narrows what one cell may spend; ``rule`` is remembered as the one to ask where a bound holds the cell."""
    spend = model.spend[cell]
    if low is not None and low > spend.lb:
        spend.setlb(low)
        model.owners[cell, "min"] = rule
    if high is not None and high < spend.ub:
        spend.setub(high)
        model.owners[cell, "max"] = rule


def limit_channel(model: Any, problem: Problem, number: int, low: float | None, high: float | None, rule: str) -> Any:
    """Rows for the money of one channel by side; a channel with one cell and no fixed buy is narrowed instead."""
    cells = problem.of_channel[number]
    if len(cells) == 1 and not problem.ask.packages:
        tighten(model, cells[0], low, high, rule)
        return {}
    terms = channel_money(model, problem, [number])
    if len(cells) == 1 and len(terms) == 1:
        tighten(model, cells[0], low, high, rule)
        return {}
    rows: dict[tuple[str, int], Any] = {}
    if low is not None and low > 0:
        rows["min", number] = linear(terms) >= low
    if high is not None:
        rows["max", number] = linear(terms) <= high
    return rows
