"""Decides the plan a proposal is compared with: the running one, or the nearest one that the rules allow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.messages import Message
from optimizer.curves.curve import Array
from optimizer.model import Posed
from optimizer.problem import Problem
from optimizer.rounding import Rounded, round_plan
from optimizer.solve.linear import maximise_mixed
from optimizer.solve.nearest import nearest_point
from optimizer.solve.rules import LinearRules, violation
from optimizer.wording import written

KEPT = 1e-9  # of the budget: a rule missed by less is kept


@dataclass(frozen=True, slots=True)
class CurrentPlan:
    """The running plan (channels, weeks), as given or scaled, and the one that stands in the comparison.

    ``keeps_rules``: ``feasible`` keeps every rule, so the proposal is never worth less. Otherwise no plan near the
    running one does, and it is compared as it is.
    """

    wanted: Array
    feasible: Array
    bought: Array
    keeps_rules: bool
    notes: tuple[Message, ...]
    rounding: tuple[Message, ...] = ()  # what had to give for its whole amounts, told where it becomes the proposal


def wanted_plan(problem: Problem) -> tuple[Array, list[Message]]:
    """Amounts given, else the shares of the last four complete weeks scaled to the budget, else an even split."""
    given = problem.ask.running
    if given is not None:
        totals = np.array([given.get(name, 0.0) for name in problem.channels])
        return problem.even(totals), []
    recent = np.array([problem.curves[name].recent for name in problem.channels])
    if recent.sum() > 0:
        return problem.even(problem.budget * recent / recent.sum()), []
    even = np.full(len(problem.channels), problem.budget / len(problem.channels))
    return problem.even(even), [Message("optimizer.current.even_split")]


def current_plan(posed: Posed) -> CurrentPlan:
    """The comparison plan in whole amounts."""
    problem = posed.problem
    wanted, notes = wanted_plan(problem)
    none = np.zeros(len(posed.bought))
    if keeps_rules(posed, wanted, none):
        whole = round_plan(posed, wanted, none)
        if keeps_rules(posed, whole.plan, none):
            return CurrentPlan(wanted, whole.plan, none, True, tuple(notes), whole.notes)
    found = _nearest(posed, wanted)
    if found is None:
        return CurrentPlan(wanted, wanted, none, False, (*notes, Message("optimizer.current.cannot_keep_rules")))
    whole, bought = found
    feasible = whole.plan
    moved = float(np.abs(feasible.sum(axis=1) - wanted.sum(axis=1)).sum()) / 2.0
    values = {"moved": written(moved, problem.currency)}
    note = Message("optimizer.current.breaks_rules", values)
    return CurrentPlan(wanted, feasible, bought, True, (*notes, note), whole.notes)


def keeps_rules(posed: Posed, plan: Array, bought: Array) -> bool:
    """Whether a plan and its packages keep every rule, on the true curves."""
    problem, point = posed.problem, posed.vector(plan, bought)
    slack = KEPT * problem.budget
    spend = np.array([plan[cell] for cell in problem.cells])
    if np.any((posed.task.least > 0) & (spend > 0) & (spend < posed.task.least - slack)):
        return False
    return violation(posed.rules, point) <= slack


def _nearest(posed: Posed, wanted: Array) -> tuple[Rounded, Array] | None:
    """The nearest plan in whole amounts that keeps the rules: with the wanted plan's switches, then with any."""
    problem = posed.problem
    for whole in _choices(posed, wanted):
        rules = _with_switches(posed, wanted, whole)
        unit = problem.budget
        vector = posed.vector(wanted, None) / unit
        point = nearest_point(rules.in_units(unit), vector, posed.spend)
        if point is None:
            continue
        bought = np.array([whole[at] for at in posed.bought])
        found = round_plan(posed, posed.plan(point) * unit, bought)
        if keeps_rules(posed, found.plan, bought):
            return found, bought
    return None


def _choices(posed: Posed, wanted: Array) -> list[dict[int, float]]:
    """Values of every switch that are worth trying."""
    running = {at: float(wanted[number].sum() > 0) for number, at in posed.active.items()}
    must = {at: float(package.must) for at, package in zip(posed.bought, posed.problem.ask.packages, strict=True)}
    tried = [running | must]
    possible = _possible_switches(posed, wanted)
    return tried if possible is None or possible == tried[0] else [*tried, possible]


def _possible_switches(posed: Posed, wanted: Array) -> dict[int, float] | None:
    """Switches of some plan that keeps the money rules, as many as can be set as they are wanted."""
    task, rules, unit = posed.task, _money_rules(posed), posed.problem.budget
    columns = np.flatnonzero(task.integer)
    if not len(columns):
        return None
    scale = np.where(task.integer, 1.0, unit)
    cost = np.zeros(len(scale))
    for number, at in posed.active.items():
        cost[at] = 1.0 if wanted[number].sum() > 0 else -1.0
    for at in posed.bought:
        cost[at] = -1.0
    matrix = (rules.matrix / unit).multiply(scale[None, :]).tocsc()
    answer = maximise_mixed(
        cost,
        matrix,
        rules.lower / scale,
        rules.upper / scale,
        rules.row_lower / unit,
        rules.row_upper / unit,
        task.integer,
        offset=0.0,
        gap=1e-6,
    )
    return None if answer.point is None else {int(at): float(round(answer.point[at])) for at in columns}


def _money_rules(posed: Posed) -> LinearRules:
    """The rules without those on results, which only the true curves can answer."""
    rules = posed.rules
    results = np.asarray(abs(rules.matrix[:, posed.task.outcomes]).sum(axis=1)).ravel() > 0
    low, high = np.where(results, -np.inf, rules.row_lower), np.where(results, np.inf, rules.row_upper)
    return replace(rules, row_lower=low, row_upper=high)


def _with_switches(posed: Posed, wanted: Array, whole: dict[int, float]) -> LinearRules:
    """The money rules with every switch set, and cells with a jump either off or at least at it."""
    rules, task = _money_rules(posed), posed.task
    lower, upper = rules.lower.copy(), rules.upper.copy()
    for at, value in whole.items():
        lower[at] = upper[at] = value
    spend = np.array([wanted[cell] for cell in posed.problem.cells])
    jumps = task.least > 0
    on = jumps & ((spend >= 0.5 * task.least) | (lower[posed.spend] > 0))
    lower[posed.spend[on]] = np.maximum(lower[posed.spend[on]], task.least[on])
    upper[posed.spend[jumps & ~on]] = 0.0
    return replace(rules, lower=lower, upper=upper)
