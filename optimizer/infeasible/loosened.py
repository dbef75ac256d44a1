"""Decides which rules may give way when no plan exists: every wish as a row of its own, in units of the budget.

How spend is felt and how switches follow money are no wishes; targets on results wait until the money is settled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array
from optimizer.model import Posed
from optimizer.solve.rules import LinearRules, RowName

TIES = frozenset({"carry_over", "worst_draws"})
COUNTS = frozenset({"active_channels"})
LAST = 1.01  # price of a unit of budget against a unit of any other wish: the budget is the last thing to touch


@dataclass(frozen=True, slots=True)
class Loosened:
    """Rules with bounds as rows; ``row_unit`` turns a row's give into units of its rule, ``weight`` prices it.

    ``money`` is the money that a unit of the rule stands for: a limit per day counts for every day it holds.
    """

    rules: LinearRules
    bending: npt.NDArray[np.bool_]
    row_unit: Array
    weight: Array
    money: Array
    integer: npt.NDArray[np.bool_]
    cells: tuple[tuple[tuple[int, int], ...], ...]  # cells each row speaks of


def loosened(posed: Posed) -> Loosened:
    """The money rules of ``posed``, every bound that a rule put on a variable as a row of its own."""
    from optimizer.bindings import touched_cells

    rules, problem = posed.rules, posed.problem
    unit = problem.budget
    columns, lower, upper = _columns(posed)
    count = len(columns)
    picked = sp.csc_array((np.ones(count), (np.arange(count), columns)), shape=(count, rules.matrix.shape[1]))
    lows = [rules.lower[c] if side == "min" else -np.inf for c, (_, side) in zip(columns, posed.owners, strict=True)]
    highs = [rules.upper[c] if side == "max" else np.inf for c, (_, side) in zip(columns, posed.owners, strict=True)]
    names = (*rules.rows, *posed.owners.values())
    matrix = sp.csc_array(sp.vstack([rules.matrix, picked]))
    results = np.asarray(abs(matrix[:, posed.task.outcomes]).sum(axis=1)).ravel() > 0
    row_unit = np.array([1.0 if whole_number(name) else unit for name in names])
    column_unit = np.where(posed.task.integer, 1.0, unit)
    row_lower = np.where(results, -np.inf, np.concatenate([rules.row_lower, lows])) / row_unit
    row_upper = np.where(results, np.inf, np.concatenate([rules.row_upper, highs])) / row_unit
    scaled = sp.csc_array(sp.diags_array(1.0 / row_unit) @ matrix @ sp.diags_array(column_unit))
    ties = np.array([name.constraint in TIES or name.index[:1] == ("switch",) for name in names], dtype=bool)
    largest = np.asarray(abs(matrix[:, posed.spend]).max(axis=1).todense()).ravel()
    money = np.where((largest > 0) & (row_unit > 1.0), 1.0 / np.where(largest > 0, largest, 1.0), 1.0)
    weight = np.array([_weight(posed, name) for name in names]) * money
    of_bounds = [(problem.cells[number],) for number, _ in posed.owners]
    cells = tuple([*(tuple(own) for own in touched_cells(posed)), *of_bounds])
    loose = LinearRules(scaled, row_lower, row_upper, lower / column_unit, upper / column_unit, names)
    return Loosened(loose, ~ties & ~results, row_unit, weight, money, posed.task.integer, cells)


def whole_number(name: RowName) -> bool:
    """Whether a row counts switches instead of money."""
    if name.constraint == "packages":
        return True
    return name.constraint in COUNTS and name.index[:1] != ("switch",)


def _columns(posed: Posed) -> tuple[list[int], Array, Array]:
    """Columns that a rule bounds, and the bounds of all columns without those."""
    columns = [int(posed.spend[number]) for number, _ in posed.owners]
    lower, upper = posed.rules.lower.copy(), posed.rules.upper.copy()
    lower[columns], upper[columns] = 0.0, posed.problem.budget
    return columns, lower, upper


def _weight(posed: Posed, name: RowName) -> float:
    """The price of giving way, in budgets: money costs itself, a channel its even share, a package its price."""
    problem = posed.problem
    if name.constraint == "total_budget":
        return LAST
    if name.constraint == "packages" and name.index:
        return problem.ask.packages[int(name.index[-1])].price / problem.budget
    return 1.0 / len(problem.channels) if whole_number(name) else 1.0
