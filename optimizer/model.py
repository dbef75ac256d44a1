"""Decides the Pyomo model: spend (and what is felt of it) as variables, every constraint file applied once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.constraints import constraints
from optimizer.curves.curve import Array, Family
from optimizer.problem import Problem
from optimizer.solve.rules import LinearRules, compile_rules


@dataclass(frozen=True, slots=True)
class Posed:
    """The compiled model: rules over all variables, with the columns of spend and of the curves' arguments.

    ``spend`` and ``argument`` run over ``problem.cells``; where nothing carries over they are the same column.
    """

    problem: Problem
    rules: LinearRules
    spend: npt.NDArray[np.int64]
    argument: npt.NDArray[np.int64]
    stock: npt.NDArray[np.int64]
    stock_cells: tuple[tuple[int, int], ...]
    curves: tuple[Family, ...]

    def vector(self, plan: Array) -> Array:
        """All variables' values of a plan (channels, weeks)."""
        felt, last = self.problem.felt(plan)
        out = np.zeros(self.rules.matrix.shape[1])
        for at, argument, cell in zip(self.spend, self.argument, self.problem.cells, strict=True):
            out[argument] = felt[cell]
            out[at] = plan[cell]
        for at, cell in zip(self.stock, self.stock_cells, strict=True):
            out[at] = last[cell]
        return out

    def plan(self, vector: Array) -> Array:
        """The plan (channels, weeks) inside all variables' values."""
        out = np.zeros(self.problem.running.active.shape)
        for at, cell in zip(self.spend, self.problem.cells, strict=True):
            out[cell] = vector[at]
        return out


def build_model(problem: Problem) -> Any:
    """The Pyomo model of ``problem``: variables ``spend``, ``felt``, ``stock`` and every constraint; no objective."""
    from pyomo.environ import ConcreteModel, Set, Var

    model = ConcreteModel()
    most = _largest_stock(problem)
    carrying = [cell for cell in problem.cells if problem.carries[cell[0]]]
    stocks = [(c, w) for c in np.flatnonzero(problem.carries).tolist() for w in range(len(problem.weeks))]
    model.cells = Set(initialize=problem.cells, dimen=2)
    model.felt_cells = Set(initialize=carrying, dimen=2)
    model.stock_cells = Set(initialize=stocks, dimen=2)
    model.spend = Var(model.cells, bounds=(0.0, problem.budget))
    model.felt = Var(model.felt_cells, bounds=lambda _, c, w: (0.0, _largest_felt(problem, most[c], c, w)))
    model.stock = Var(model.stock_cells, bounds=lambda _, c, w: (0.0, most[c]))
    for define in constraints().values():
        define(model, problem)
    return model


def _largest_stock(problem: Problem) -> list[float]:
    """An amount no stock can pass: the whole budget in one day on top of what is carried in."""
    return [7.0 * problem.budget + float(stock) for stock in problem.carry_in]


def _largest_felt(problem: Problem, stock: float, channel: int, week: int) -> float:
    steps = problem.steps
    return float(steps.from_stock[channel, week] * stock + steps.from_spend[channel, week] * problem.budget)


def compile_model(problem: Problem, model: Any) -> Posed:
    """The model as arrays, with the curve of every cell."""
    spend = [model.spend[cell] for cell in problem.cells]
    felt_cells = [cell for cell in problem.cells if problem.carries[cell[0]]]
    stock_cells = [(int(c), w) for c in np.flatnonzero(problem.carries) for w in range(len(problem.weeks))]
    felt = [model.felt[cell] for cell in felt_cells]
    stock = [model.stock[cell] for cell in stock_cells]
    felt_at = {cell: len(spend) + number for number, cell in enumerate(felt_cells)}
    argument = [felt_at.get(cell, number) for number, cell in enumerate(problem.cells)]
    return Posed(
        problem=problem,
        rules=compile_rules(model, [*spend, *felt, *stock]),
        spend=np.arange(len(spend)),
        argument=np.array(argument, dtype=np.int64),
        stock=np.arange(len(stock)) + len(spend) + len(felt),
        stock_cells=tuple(stock_cells),
        curves=tuple(problem.cell_curve(*cell) for cell in problem.cells),
    )
