"""Decides the Pyomo model: spend (and what is felt of it) as variables, every constraint file applied once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.constraints import constraints
from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.objective import draws_of, result_weights, set_objective
from optimizer.problem import Problem
from optimizer.solve.rules import LinearRules, RowName, compile_rules
from optimizer.solve.task import Link, Task, filled
from optimizer.terms import ALL


@dataclass(frozen=True, slots=True)
class Posed:
    """The compiled model: the solver's task, with the columns of spend, stock and switches.

    ``spend`` and ``task.at`` run over ``problem.cells``; where nothing carries over they are the same column.
    ``owners`` names the rule behind a bound of a cell's spend, by (cell number, side).
    """

    problem: Problem
    task: Task
    spend: npt.NDArray[np.int64]
    stock: npt.NDArray[np.int64]
    stock_cells: tuple[tuple[int, int], ...]
    active: dict[int, int]
    bought: tuple[int, ...]
    owners: dict[tuple[int, str], RowName]

    @property
    def rules(self) -> LinearRules:
        """The rules over all columns."""
        return self.task.rules

    def vector(self, plan: Array, bought: Array | None = None) -> Array:
        """All variables' values of a plan (channels, weeks) and of the packages taken (none where not given)."""
        felt, last = self.problem.felt(plan)
        out = np.zeros(self.rules.matrix.shape[1])
        for at, argument, cell in zip(self.spend, self.task.at, self.problem.cells, strict=True):
            out[argument] = felt[cell]
            out[at] = plan[cell]
        for at, cell in zip(self.stock, self.stock_cells, strict=True):
            out[at] = last[cell]
        for number, at in self.active.items():
            out[at] = float(plan[number].sum() > 0)
        for place, at in enumerate(self.bought):
            out[at] = 0.0 if bought is None else bought[place]
        return filled(self.task, self.task.banks, out)

    def plan(self, vector: Array) -> Array:
        """The plan (channels, weeks) inside all variables' values, without what rounding leaves below 0."""
        out = np.zeros(self.problem.running.active.shape)
        for at, cell in zip(self.spend, self.problem.cells, strict=True):
            out[cell] = max(float(vector[at]), 0.0)
        return out

    def packages(self, vector: Array) -> Array:
        """Which packages are taken (0 or 1)."""
        return np.round(vector[list(self.bought)]) if self.bought else np.zeros(0)


def build_model(problem: Problem) -> Any:
    """The Pyomo model of ``problem``: its variables, every constraint, and the objective."""
    from pyomo.environ import Binary, ConcreteModel, Var

    model = ConcreteModel()
    model.owners, model.least = {}, {}
    most = _largest_stock(problem)
    carries = problem.carries
    carrying = [cell for cell in problem.cells if carries[cell[0]]] if carries.any() else []
    stocks = [(c, w) for c in np.flatnonzero(carries).tolist() for w in range(len(problem.weeks))]
    every = [(channel, week) for channel in range(len(problem.channels)) for week in range(len(problem.weeks))]
    model.spend = Var(every, bounds=(0.0, problem.budget))
    # An empty variable costs Pyomo as much time as a small one: where nothing carries over or switches, a plain dict.
    felt = Var(carrying, bounds=lambda _, c, w: (0.0, _largest_felt(problem, most[c], c, w))) if carrying else {}
    model.felt, model.stock = felt, Var(stocks, bounds=lambda _, c, w: (0.0, most[c])) if stocks else {}
    numbers, packages = switched(problem), range(len(problem.ask.packages))
    model.runs = Var(numbers, domain=Binary) if numbers else {}
    model.bought = Var(packages, domain=Binary) if packages else {}
    model.outcome = Var(outcome_keys(problem), bounds=(0.0, None))
    for define in constraints().values():
        define(model, problem)
    set_objective(model, problem)
    return model


def switched(problem: Problem) -> list[int]:
    """Channels that need an on/off switch: where their number counts, or a jump is not the jump of one curve."""
    ask = problem.ask
    if ask.active.low is not None or ask.active.high is not None:
        return [number for number in range(len(problem.channels)) if problem.of_channel[number]]
    packaged, carries = {package.channel for package in ask.packages}, problem.carries
    return [
        number
        for number, name in enumerate(problem.channels)
        if ask.least_if_active.get(name, 0.0) > 0
        and problem.of_channel[number]
        and (len(problem.of_channel[number]) > 1 or name in packaged or carries[number])
    ]


def outcome_keys(problem: Problem) -> list[tuple[str, int]]:
    """Which sums of results the model speaks of: (result, channel number), ``ALL`` for every channel together."""
    numbers = problem.number_of
    keys = {(result, ALL) for result in result_weights(problem)}
    for kpi in problem.ask.kpis:
        keys |= {(kpi.result, ALL)} if kpi.channels is None else {(kpi.result, numbers[name]) for name in kpi.channels}
    if problem.ask.efficiency is not None:
        keys.add((problem.ask.efficiency.result, ALL))
    return sorted(keys)


def _largest_stock(problem: Problem) -> list[float]:
    """An amount no stock can pass: the whole budget in one day on top of what is carried in."""
    return [7.0 * problem.budget + float(stock) for stock in problem.carry_in]


def _largest_felt(problem: Problem, stock: float, channel: int, week: int) -> float:
    steps = problem.steps
    return float(steps.from_stock[channel, week] * stock + steps.from_spend[channel, week] * problem.budget)


def compile_model(problem: Problem, model: Any) -> Posed:
    """The model as arrays, with the curve of every cell."""
    columns = _Columns()
    spend = columns.add([model.spend[cell] for cell in problem.cells])
    carries = problem.carries
    felt_cells = [cell for cell in problem.cells if carries[cell[0]]] if carries.any() else []
    felt = columns.add([model.felt[cell] for cell in felt_cells])
    stock_cells = tuple((int(c), w) for c in np.flatnonzero(carries) for w in range(len(problem.weeks)))
    stock = columns.add([model.stock[cell] for cell in stock_cells])
    active = columns.add([model.runs[number] for number in model.runs])
    bought = columns.add([model.bought[place] for place in model.bought])
    outcome = columns.add([model.outcome[key] for key in model.outcome])
    level, scenario, short = ([], [], []) if problem.ask.risk is None else _risk_columns(columns, model)
    felt_at = dict(zip(felt_cells, felt, strict=True))
    at = np.array([felt_at.get(cell, own) for cell, own in zip(problem.cells, spend, strict=True)], dtype=np.int64)
    banks, links = _banks_and_links(problem, dict(zip(model.outcome, outcome, strict=True)), scenario)
    rules = compile_rules(model, columns.variables)
    usual = _usual(banks, rules.upper[at])
    scale = np.ones(columns.size)
    scale[[*spend, *felt, *stock]] = problem.budget / max(len(problem.cells), 1)
    for link in links:
        scale[np.unique(link.columns[link.columns >= 0])] = usual[link.result]
    scale[[*level, *short]] = usual[0]
    rules.upper[[*outcome, *scenario, *level, *short]] = 2.0 * usual.max(initial=1.0) * max(len(problem.cells), 1)
    names = {cell: number for number, cell in enumerate(problem.cells)}
    least = np.zeros(len(problem.cells))
    for cell, amount in model.least.items():
        least[names[cell]] = 0.0 if model.spend[cell].lb > 0 else amount
        if model.spend[cell].lb > 0:
            rules.lower[spend[names[cell]]] = max(model.spend[cell].lb, amount)
    integer = np.zeros(columns.size, dtype=bool)
    integer[[*active, *bought]] = True
    task = Task(rules, _cost(model, columns), at, banks, links, integer, least, scale).within_reach()
    owners = {(names[cell], side): RowName(rule, cell) for (cell, side), rule in model.owners.items()}
    return Posed(
        problem=problem,
        task=task,
        spend=np.array(spend, dtype=np.int64),
        stock=np.array(stock, dtype=np.int64),
        stock_cells=stock_cells,
        active=dict(zip(model.runs, active, strict=True)),
        bought=tuple(bought),
        owners=owners,
    )


class _Columns:
    """Numbers the model's variables in the order in which they are added."""

    def __init__(self) -> None:
        self.variables: list[Any] = []

    @property
    def size(self) -> int:
        return len(self.variables)

    def add(self, variables: list[Any]) -> list[int]:
        first = len(self.variables)
        self.variables += variables
        return list(range(first, len(self.variables)))


def _risk_columns(columns: _Columns, model: Any) -> tuple[list[int], list[int], list[int]]:
    level = columns.add([model.level])
    return level, columns.add(list(model.scenario.values())), columns.add(list(model.short.values()))


def _cost(model: Any, columns: _Columns) -> Array:
    """The objective by column."""
    place = {id(variable): number for number, variable in enumerate(columns.variables)}
    cost = np.zeros(columns.size)
    for coefficient, variable in model.objective_terms:
        cost[place[id(variable)]] += coefficient
    return cost


def _banks_and_links(
    problem: Problem, outcome: dict[tuple[str, int], int], scenario: list[int]
) -> tuple[tuple[CurveBank, ...], tuple[Link, ...]]:
    """Curves by result, then by draw; links from the cells to each outcome and scenario column."""
    named = sorted({result for result, _ in outcome})
    banks = [CurveBank([problem.cell_curve(*cell, result) for cell in problem.cells]) for result in named]
    channel = np.array([cell[0] for cell in problem.cells], dtype=np.int64)
    links = [
        Link(named.index(result), np.where((number == ALL) | (channel == number), column, -1))
        for (result, number), column in outcome.items()
    ]
    for draw, column in zip(draws_of(problem), scenario, strict=True) if scenario else ():
        links.append(Link(len(banks), np.full(len(channel), column, dtype=np.int64)))
        banks.append(CurveBank(draw))
    return tuple(banks), tuple(links)


def _usual(banks: tuple[CurveBank, ...], reach: Array) -> Array:
    """The most a cell could bring of each result."""
    return np.array([float(bank.value(reach).max(initial=0.0)) or 1.0 for bank in banks])
