"""Decides how far targets on results are out of reach: the most the rules allow, and the budget it would take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from engine.messages import Message, Value
from optimizer.ask import Kpi
from optimizer.model import Posed
from optimizer.problem import Problem
from optimizer.solve.rules import LinearRules
from optimizer.solve.solving import solve
from optimizer.solve.task import Task
from optimizer.wording import VALUE, rule_values, unit_of, written

FINE = 1e-5
MORE_BUDGET = 10.0  # times the budget that is tried before a target counts as out of reach of any
MISSED = 1e-6  # relative shortfall that counts


def out_of_reach(posed: Posed) -> list[Message]:
    """One line a target that cannot be met; where each alone can, how short they fall together."""
    rows = outcome_rows(posed)
    lines = [line for row in rows for line in _alone(posed, row, rows)]
    return lines or _together(posed, rows)


def outcome_rows(posed: Posed) -> list[int]:
    """Rows that speak of results."""
    used = np.asarray(abs(posed.rules.matrix[:, posed.task.outcomes]).sum(axis=1)).ravel() > 0
    return [int(row) for row in np.flatnonzero(used) if posed.rules.rows[row].constraint != "worst_draws"]


def _alone(posed: Posed, row: int, rows: list[int]) -> list[Message]:
    """The most one target can reach when the other targets are left out."""
    rules, problem = posed.rules, posed.problem
    at_most = np.isfinite(rules.row_upper[row])
    line = np.asarray(rules.matrix[[row], :].todense()).ravel()
    found = solve(_freed(posed.task, rows, -line if at_most else line), tolerance=FINE)
    if found.status != "optimal":
        return []
    reached = float(line @ found.point)
    if at_most:
        return _too_dear(posed, found.point, reached - float(rules.row_upper[row]))
    least = float(rules.row_lower[row])
    if reached >= least * (1 - MISSED):
        return []
    kpi = problem.ask.kpis[int(rules.rows[row].index[-1])] if rules.rows[row].constraint == "kpi_targets" else None
    unit = unit_of(kpi.result if kpi else problem.result, problem.currency)
    values: dict[str, Value] = dict(rule_values(problem, rules.rows[row], "min", _cells(problem, kpi)))
    values |= {
        "least": unit.told(least),
        "most": unit.told(reached),
        "short": unit.told(least - reached),
        "unit": unit.noun,
    }
    lines = [Message("optimizer.infeasible.target_out_of_reach", values)]
    money = None if kpi is None else _money_needed(problem, kpi)
    if money is None:
        return [*lines, Message("optimizer.infeasible.target_never", {"times": f"{MORE_BUDGET:g}"})]
    values = {
        "money": written(money, problem.currency),
        "more": written(money - problem.budget, problem.currency),
    }
    return [*lines, Message("optimizer.infeasible.target_money", values)]


def _too_dear(posed: Posed, point: np.ndarray[tuple[int], np.dtype[np.float64]], over: float) -> list[Message]:
    """How far the cheapest average cost is above the limit."""
    problem = posed.problem
    wanted = problem.ask.efficiency
    if wanted is None or over <= MISSED * problem.budget:
        return []
    bought = posed.packages(point)
    spent = float(posed.plan(point).sum()) + sum(
        package.price * taken for package, taken in zip(problem.ask.packages, bought, strict=True)
    )
    brought = (spent - over) / wanted.price
    values: dict[str, Value] = {"over": written(over, problem.currency)}
    if wanted.result == VALUE:
        values |= {"limit": f"{1.0 / wanted.price:.2f}", "reached": f"{brought / spent:.2f}" if spent > 0 else "0"}
        return [Message("optimizer.infeasible.roas_too_low", values)]
    values |= {
        "limit": written(wanted.price, problem.currency),
        "reached": written(spent / brought, problem.currency) if brought > 0 else "—",
    }
    return [Message("optimizer.infeasible.too_dear", values)]


def _freed(task: Task, rows: list[int], cost: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Task:
    """The task without ``rows``, made to maximise ``cost``."""
    keep = np.setdiff1d(np.arange(task.rules.matrix.shape[0]), rows)
    rules = task.rules
    left = LinearRules(
        sp.csc_array(rules.matrix.tocsr()[keep]),
        rules.row_lower[keep],
        rules.row_upper[keep],
        rules.lower,
        rules.upper,
        tuple(rules.rows[row] for row in keep),
    )
    return replace(task, rules=left, cost=np.asarray(cost))


def _money_needed(problem: Problem, kpi: Kpi) -> float | None:
    """The least budget under which the target can be met with the other rules; None where none up to ten times does."""
    from optimizer.planning import pose_model

    ask = replace(
        problem.ask, budget=MORE_BUDGET * problem.budget, goal="least_spend", kpis=(kpi,), efficiency=None, risk=None
    )
    found = solve(pose_model(replace(problem, ask=ask)).task, tolerance=FINE)
    return -found.objective if found.status == "optimal" else None


def _together(posed: Posed, rows: list[int]) -> list[Message]:
    """How short the targets fall together, each weighed by its own size; nothing where they do not."""
    task, rules, problem = posed.task, posed.rules, posed.problem
    size, count = rules.matrix.shape[1], len(rows)
    if not count:
        return []
    upward = np.array([np.isfinite(rules.row_lower[row]) for row in rows])
    limits = np.array([rules.row_lower[row] if up else problem.budget for row, up in zip(rows, upward, strict=True)])
    unit = np.maximum(np.abs(limits), 1e-12)
    entries = (np.where(upward, 1.0, -1.0), (np.array(rows), np.arange(count)))
    give = sp.csc_array(entries, shape=(rules.matrix.shape[0], count))
    eased = LinearRules(
        sp.csc_array(sp.hstack([rules.matrix, give])),
        rules.row_lower,
        rules.row_upper,
        np.append(rules.lower, np.zeros(count)),
        np.append(rules.upper, 10.0 * unit),
        rules.rows,
    )
    asked = replace(
        task,
        rules=eased,
        cost=np.append(np.zeros(size), -1.0 / unit),
        integer=np.append(task.integer, np.zeros(count, dtype=bool)),
        scale=np.append(task.scale, unit),
    )
    found = solve(asked, tolerance=1e-3)
    if found.status != "optimal":
        return []
    lines = []
    for place, row in enumerate(rows):
        short = float(found.point[size + place])
        if short <= 1e-3 * unit[place]:
            continue
        name = rules.rows[row]
        kpi = problem.ask.kpis[int(name.index[-1])] if name.constraint == "kpi_targets" else None
        unit_told = unit_of(kpi.result if kpi else problem.result, problem.currency)
        values = {
            **rule_values(problem, name, "min" if upward[place] else "max", _cells(problem, kpi)),
            "short": unit_told.told(short) if upward[place] else written(short, problem.currency),
            "unit": unit_told.noun,
        }
        kind = "short" if upward[place] else "over"
        lines.append(Message(f"optimizer.infeasible.{kind}_together", values))
    return lines


def _cells(problem: Problem, kpi: Kpi | None) -> list[tuple[int, int]]:
    """The cells a target speaks of."""
    if kpi is None or kpi.channels is None:
        return list(problem.cells)
    numbers = {problem.number_of[name] for name in kpi.channels}
    return [cell for cell in problem.cells if cell[0] in numbers]
