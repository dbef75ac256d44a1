"""Decides which rules hold each channel where it is, and what it would bring if they gave way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.messages import Message
from optimizer.curves.curve import Array
from optimizer.infeasible.loosened import TIES
from optimizer.model import Posed
from optimizer.planning import Planned
from optimizer.pricing import THOUSAND, Priced
from optimizer.proposal import Binding
from optimizer.solve.rules import RowName
from optimizer.wording import rule_values

Cell = tuple[int, int]
NOT_MONEY: dict[str, Literal["results", "count"]] = {"kpi_targets": "results", "active_channels": "count"}
SLIGHT = 0.01  # of the objective: a target that costs less, all of it, explains nothing
TELLING = 1e-7  # of the dearest price: smaller ones are rounding


def touched_cells(posed: Posed) -> list[list[Cell]]:
    """Per row of the rules, the (channel, step) cells it speaks of."""
    problem, task = posed.problem, posed.task
    of_column: dict[int, list[Cell]] = {}
    for at, argument, cell in zip(posed.spend, task.at, problem.cells, strict=True):
        of_column.setdefault(int(at), []).append(cell)
        of_column.setdefault(int(argument), []).append(cell)
    for number, at in posed.active.items():
        of_column.setdefault(at, []).extend(problem.of_channel[number])
    for place, at in enumerate(posed.bought):
        number = problem.number_of[problem.ask.packages[place].channel]
        of_column.setdefault(at, []).extend(problem.of_channel[number])
    for link in task.links:
        for column, cell in zip(link.columns.tolist(), problem.cells, strict=True):
            if column >= 0:
                of_column.setdefault(column, []).append(cell)
    matrix = posed.rules.matrix.tocsr()
    out = []
    for row in range(matrix.shape[0]):
        columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        out.append(sorted({cell for column in columns.tolist() for cell in of_column.get(column, [])}))
    return out


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that binds: a row of the rules, or the bound of one cell; ``price`` is worth a unit of giving way."""

    row: int | None
    cell: int | None
    at: float
    price: float


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that binds as it was asked: all its limits on the same channels, which give way together.

    ``price`` is worth a unit of the rule's own number, such as the money of a full week; ``at`` is that number.
    """

    rule: str
    side: str
    price: float
    at: float
    name: Message
    channels: frozenset[int]
    limits: tuple[Limit, ...]


def held_rules(planned: Planned, plan: Array, vector: Array, priced: Priced) -> list[Held]:
    """Every rule that holds ``plan``; ``vector`` holds all its variables."""
    found: dict[tuple[str, str, frozenset[int]], list[tuple[RowName, Limit, list[Cell]]]] = {}
    for side, name, limit, cells in (*_rows(planned, vector), *_bounds(planned, plan, priced)):
        key = (name.constraint, side, frozenset(cell[0] for cell in cells))
        found.setdefault(key, []).append((name, limit, cells))
    problem, out = planned.posed.problem, []
    for (rule, side, channels), own in found.items():
        limits = tuple(limit for _, limit, _ in own)
        at = max(abs(limit.at) for limit in limits)
        price = sum(limit.price * (abs(limit.at) / at if at > 0 else 1.0) for limit in limits)
        cells = sorted({cell for _, _, some in own for cell in some})
        if rule in NOT_MONEY and price * at < SLIGHT * abs(planned.answer.objective):
            continue
        values = rule_values(problem, own[0][0], side, cells)
        out.append(Held(rule, side, price, at, Message(f"optimizer.{values['rule']}", values), channels, limits))
    return out


def bindings(planned: Planned, held: Sequence[Held]) -> list[tuple[Binding, ...]]:
    """Per channel, the rules that hold it, dearest first."""
    out = []
    for number in range(len(planned.posed.problem.channels)):
        found: dict[tuple[str, str], Held] = {}
        for one in sorted(held, key=lambda one: one.price):
            if number in one.channels:
                found[one.rule, one.side] = one
        dearest = sorted(found.values(), key=lambda one: (-one.price, one.rule, one.side))
        out.append(tuple(_binding(one, planned.answer.local) for one in dearest))
    return out


def _binding(one: Held, local: bool) -> Binding:
    unit: Literal["money", "results", "count"] = NOT_MONEY.get(one.rule, "money")
    return Binding(one.rule, one.side, THOUSAND * one.price, unit, local, one.name)


Found = tuple[str, RowName, Limit, list[Cell]]


def _rows(planned: Planned, vector: Array) -> list[Found]:
    """Rows that bind and have a price."""
    posed, prices = planned.posed, planned.answer.prices
    rules, problem = posed.rules, posed.problem
    activity, cells, out = rules.matrix @ vector, touched_cells(posed), list[Found]()
    slack = max(1.5 * len(problem.cells), 1e-9 * problem.budget)
    least = TELLING * np.abs(prices).max(initial=0.0)
    for row in np.flatnonzero(np.abs(prices) > least).tolist():
        name = rules.rows[row]
        if name.constraint in TIES or name.constraint == "total_budget" or name.index[:1] == ("switch",):
            continue
        side = "max" if prices[row] > 0 else "min"
        at = float(rules.row_upper[row] if side == "max" else rules.row_lower[row])
        if abs(activity[row] - at) <= slack:
            out.append((side, name, Limit(row, None, at, abs(float(prices[row]))), cells[row]))
    return out


def _bounds(planned: Planned, plan: Array, priced: Priced) -> list[Found]:
    """Bounds of single cells that bind; the price is what the cell's money is worth beyond the hurdle."""
    posed = planned.posed
    problem, task, out = posed.problem, posed.task, list[Found]()
    argument = planned.answer.point[task.at]
    slope = np.zeros(len(task.at))
    for weight, bank in zip(priced.weights, task.banks, strict=True):
        slope += np.where(weight > 0, weight * bank.slope(argument), 0.0) if np.any(weight > 0) else 0.0
    for number, cell in enumerate(problem.cells):
        column = int(posed.spend[number])
        alone = column == task.at[number]
        gain = float(priced.reduced[column]) + (float(slope[number]) if alone else 0.0)
        for side, sign in (("max", 1.0), ("min", -1.0)):
            row = posed.owners.get((number, side))
            at = float(task.rules.upper[column] if side == "max" else task.rules.lower[column])
            if row is None and side == "min" and task.least[number] > 0:
                row, at = RowName("min_if_active", (cell[0],)), float(task.least[number])
            if row is None or abs(plan[cell] - at) > max(1.5, 1e-9 * problem.budget) or not gain * sign > 0:
                continue
            out.append((side, row, Limit(None, number, at, gain * sign), [cell]))
    return out
