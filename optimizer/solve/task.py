"""Decides what the solver is given: rules over columns, a straight objective, and curves that fill outcome columns.

A *cell* is one place where money can be spent. Its *argument* column is what its curves see (spend, or spend as it
is felt). A *result* has one curve a cell; a *link* adds the curves of a result up in outcome columns, so that rules
and the objective can speak of what a plan brings. Everything else the solver does follows from these arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.bank import Bank, CurveBank
from optimizer.curves.curve import Array, Family, Index
from optimizer.solve.rules import LinearRules


@dataclass(frozen=True, slots=True)
class Link:
    """The curves of result ``result`` add up in outcome ``columns`` (one a cell, -1 for a cell left out)."""

    result: int
    columns: Index


@dataclass(frozen=True, slots=True)
class Task:
    """Maximise ``cost . z`` over ``rules``, where outcome columns are the sums of curves at the argument columns.

    ``least``: per cell, the least money if it gets any (0: no such jump).
    ``scale``: a usual size of each column, so that the solver sees numbers near 1.
    """

    rules: LinearRules
    cost: Array
    at: Index
    banks: tuple[CurveBank, ...]
    links: tuple[Link, ...]
    integer: npt.NDArray[np.bool_]
    least: Array
    scale: Array

    @property
    def outcomes(self) -> Index:
        """The outcome columns, sorted."""
        return np.unique(np.concatenate([link.columns[link.columns >= 0] for link in self.links]))

    def objective(self, point: Array) -> float:
        """What a filled point is worth."""
        return float(self.cost @ point)

    def within_reach(self) -> Task:
        """The same task where a cell that cannot get its least amount is off."""
        upper, least = self.rules.upper.copy(), self.least.copy()
        off = (least > upper[self.at] * (1.0 + 1e-12)) & (self.rules.lower[self.at] <= 0)
        upper[self.at[off]], least[off] = 0.0, 0.0
        return replace(self, rules=replace(self.rules, upper=upper), least=least)

    def with_bounds(self, lower: Array, upper: Array) -> Task:
        """The same task with other column bounds."""
        return replace(self, rules=replace(self.rules, lower=lower, upper=upper))


def filled(task: Task, banks: Sequence[Bank], point: Array) -> Array:
    """``point`` with its outcome columns worked out on ``banks``."""
    out = point.copy()
    out[task.outcomes] = 0.0
    values = [bank.value(point[task.at]) for bank in banks]
    for link in task.links:
        live = link.columns >= 0
        np.add.at(out, link.columns[live], values[link.result][live])
    return out


@dataclass(frozen=True, slots=True)
class Scaled:
    """A task in numbers near 1, and the way back: z = z' * columns, prices = prices' * rows."""

    task: Task
    columns: Array
    rows: Array
    unit: float

    def point(self, point: Array) -> Array:
        """A point of the scaled task in true units."""
        return np.asarray(point * self.columns)

    def prices(self, prices: Array) -> Array:
        """Row prices of the scaled task in objective units a unit of the row."""
        return np.asarray(prices * self.unit / self.rows)


def scaled(task: Task) -> Scaled:
    """``task`` with columns in their usual size, rows by their largest coefficient, the objective by its largest."""
    rules, columns = task.rules, task.scale
    matrix = rules.matrix
    data = matrix.data * np.repeat(columns, np.diff(matrix.indptr))
    rows = np.zeros(matrix.shape[0])
    np.maximum.at(rows, matrix.indices, np.abs(data))
    rows = np.where(rows > 0, rows, 1.0)
    cost = task.cost * columns
    unit = float(np.abs(cost).max(initial=0.0)) or 1.0
    spread = 1.0 / columns
    eased = LinearRules(
        sp.csc_array((data / rows[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape),
        rules.row_lower / rows,
        rules.row_upper / rows,
        rules.lower * spread,
        rules.upper * spread,
        rules.rows,
    )
    money = float(columns[task.at[0]]) if len(task.at) else 1.0
    banks = tuple(bank.in_units(money, _response(task, k, columns)) for k, bank in enumerate(task.banks))
    inner = replace(
        task, rules=eased, cost=cost / unit, least=task.least / money, scale=np.ones(len(columns)), banks=banks
    )
    return Scaled(inner, columns, rows, unit)


def _response(task: Task, result: int, columns: Array) -> float:
    """All outcome columns of a result share one scale."""
    for link in task.links:
        if link.result == result:
            return float(columns[link.columns[link.columns >= 0][0]])
    return 1.0


def spend_task(
    rules: LinearRules,
    curves: Sequence[Family],
    at: Index,
    *,
    least: Array | None = None,
) -> Task:
    """The plain task over spend columns ``at``: the sum of ``curves`` as the one outcome, nothing else to weigh."""
    size = rules.matrix.shape[1]
    cells = len(at)
    reach = np.where(np.isfinite(rules.upper[at]), rules.upper[at], 0.0)
    limit = min(float(rules.row_upper[np.isfinite(rules.row_upper)].max(initial=0.0)) or np.inf, float(reach.sum()))
    money = limit / max(cells, 1) if np.isfinite(limit) and limit > 0 else 1.0
    bank = CurveBank(curves)
    top = float(bank.value(reach).max(initial=0.0)) or 1.0
    widened = LinearRules(
        sp.csc_array(sp.hstack([rules.matrix, sp.csc_array((rules.matrix.shape[0], 1))])),
        rules.row_lower,
        rules.row_upper,
        np.append(rules.lower, 0.0),
        np.append(rules.upper, top * cells),
        rules.rows,
    )
    return Task(
        rules=widened,
        cost=np.append(np.zeros(size), 1.0),
        at=at,
        banks=(bank,),
        links=(Link(0, np.full(cells, size, dtype=np.int64)),),
        integer=np.zeros(size + 1, dtype=bool),
        least=np.zeros(cells) if least is None else least,
        scale=np.append(np.full(size, money), top),
    )
