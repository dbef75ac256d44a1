"""Decides which rules hold each channel where it is, and what it would bring if they gave way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.messages import Message
from optimizer.curves.bank import CurveBank
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
class Held:
    """A limit that binds: a row of the rules, or the bound of one cell; ``price`` is worth a unit of giving way."""

    row: int | None
    cell: int | None
    rule: str
    side: str
    price: float
    limit: float
    name: Message
    channels: frozenset[int]


def held_limits(planned: Planned, plan: Array, vector: Array, priced: Priced) -> list[Held]:
    """Every limit that holds ``plan``; ``vector`` holds all its variables."""
    posed, prices = planned.posed, planned.answer.prices
    rules, problem = posed.rules, posed.problem
    activity, cells = rules.matrix @ vector, touched_cells(posed)
    slack = max(1.5 * len(problem.cells), 1e-9 * problem.budget)
    least = TELLING * np.abs(prices).max(initial=0.0)
    out = []
    for row in np.flatnonzero(np.abs(prices) > least).tolist():
        name = rules.rows[row]
        if name.constraint in TIES or name.constraint == "total_budget" or name.index[:1] == ("switch",):
            continue
        side = "max" if prices[row] > 0 else "min"
        limit = float(rules.row_upper[row] if side == "max" else rules.row_lower[row])
        if abs(activity[row] - limit) > slack:
            continue
        noun = Message(f"optimizer.rule.{name.constraint}.{side}", rule_values(problem, name, side, cells[row]))
        channels = frozenset(cell[0] for cell in cells[row])
        out.append(Held(row, None, name.constraint, side, abs(float(prices[row])), limit, noun, channels))
    return out + _held_by_bounds(planned, plan, priced)


def bindings(planned: Planned, held: Sequence[Held]) -> list[tuple[Binding, ...]]:
    """Per channel, the rules that hold it, dearest first; a rule stands once, with the price of its dearest limit."""
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


def _held_by_bounds(planned: Planned, plan: Array, priced: Priced) -> list[Held]:
    """The rules whose bound on a single cell holds it; the price is its worth beyond the hurdle."""
    posed = planned.posed
    problem, task = posed.problem, posed.task
    argument = planned.answer.point[task.at]
    slope = np.zeros(len(task.at))
    for weight, curves in zip(priced.weights, task.curves, strict=True):
        slope += np.where(weight > 0, weight * CurveBank(curves).slope(argument), 0.0) if np.any(weight > 0) else 0.0
    out = []
    for number, cell in enumerate(problem.cells):
        column = int(posed.spend[number])
        alone = column == task.at[number]
        gain = float(priced.reduced[column]) + (float(slope[number]) if alone else 0.0)
        for side, sign in (("max", 1.0), ("min", -1.0)):
            row = posed.owners.get((number, side))
            limit = float(task.rules.upper[column] if side == "max" else task.rules.lower[column])
            if row is None and side == "min" and task.least[number] > 0:
                row, limit = RowName("min_if_active", (cell[0],)), float(task.least[number])
            if row is None or abs(plan[cell] - limit) > max(1.5, 1e-9 * problem.budget) or not gain * sign > 0:
                continue
            noun = Message(f"optimizer.rule.{row.constraint}.{side}", rule_values(problem, row, side, [cell]))
            out.append(Held(None, number, row.constraint, side, gain * sign, limit, noun, frozenset([cell[0]])))
    return out
