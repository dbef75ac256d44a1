"""Decides why each channel gets what it gets: its marginal return against the hurdle, or the rule that holds it."""

from __future__ import annotations

import numpy as np

from engine.messages import Message
from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import ChannelCurve
from optimizer.infeasible import PHYSICS, written
from optimizer.model import Posed
from optimizer.problem import Problem
from optimizer.proposal import Binding
from optimizer.solve.solving import Answer

MATTERS = 0.02  # relative change of a channel's money that is worth calling a change


def marginal_per_1000(problem: Problem, plan: Array) -> Array:
    """Results of the next 1,000 units of money in each channel, spread evenly over the days it runs."""
    base = problem.expected(plan).sum(axis=1)
    more = problem.expected(plan + problem.even(np.full(len(problem.channels), 1000.0))).sum(axis=1)
    return np.asarray(more - base)


def bindings(posed: Posed, plan: Array, answer: Answer) -> list[tuple[Binding, ...]]:
    """Per channel, the rules that hold it at ``plan`` and the results gained by giving way by 1,000 units of money."""
    rules, problem, prices = posed.rules, posed.problem, answer.prices
    activity = rules.matrix @ posed.vector(plan)
    slack = np.maximum(1.5 * len(problem.cells), 1e-9 * problem.budget)
    by_row = rules.matrix.tocsr()
    owner = {int(at): cell[0] for at, cell in zip(posed.spend, problem.cells, strict=True)}
    found: list[dict[tuple[str, str], float]] = [{} for _ in problem.channels]
    for row in np.flatnonzero(prices != 0):
        name = rules.rows[row].constraint
        if name in (PHYSICS, "total_budget"):
            continue
        side = "max" if prices[row] > 0 else "min"
        limit = rules.row_upper[row] if side == "max" else rules.row_lower[row]
        if abs(activity[row] - limit) > slack:
            continue
        columns = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        for channel in {owner[int(column)] for column in columns if int(column) in owner}:
            # Price of easing all rows of this rule by 1,000 together: the dearest row stands for it.
            known = found[channel].get((name, side), 0.0)
            found[channel][name, side] = max(known, abs(float(prices[row])) * 1000.0)
    _held_by_bounds(posed, plan, answer, found)
    return [tuple(Binding(rule, side, price) for (rule, side), price in sorted(each.items())) for each in found]


def _held_by_bounds(posed: Posed, plan: Array, answer: Answer, found: list[dict[tuple[str, str], float]]) -> None:
    """Adds the rules whose bound on a single cell holds it; the price is the marginal return beyond the hurdle."""
    problem, task = posed.problem, posed.task
    at = answer.point[task.at]
    slope = CurveBank(task.curves[0]).slope(at)
    for (number, side), row in posed.owners.items():
        column, cell = posed.spend[number], problem.cells[number]
        limit = task.rules.upper[column] if side == "max" else task.rules.lower[column]
        if abs(plan[cell] - limit) > max(1.5, 1e-9 * problem.budget) or column != task.at[number]:
            continue
        price = (slope[number] - answer.hurdles[number]) * (1.0 if side == "max" else -1.0)
        if price > 0:
            key = (row.constraint, side)
            found[cell[0]][key] = max(found[cell[0]].get(key, 0.0), 1000.0 * float(price))


def reason(
    channel: str,
    known: ChannelCurve,
    spend: float,
    current: float,
    marginal: float,
    marginal_now: float,
    hurdle: float,
    held: tuple[Binding, ...],
    currency: str,
) -> Message:
    """One sentence on a channel's money."""
    values = {
        "channel": channel,
        "spend": written(spend, currency),
        "current": written(current, currency),
        "change": written(abs(spend - current), currency),
        "marginal": f"{marginal:,.2f}",
        "marginal_now": f"{marginal_now:,.2f}",
        "hurdle": f"{hurdle:,.2f}",
        "thousand": written(1000.0, currency),
        "price": f"{held[0].price_per_1000:,.2f}" if held else "0",
    }
    basis = "" if known.basis == "fitted" else "_assumed"
    if held:
        return Message(f"optimizer.why.held_{held[0].side}.{held[0].rule}{basis}", values)
    if spend <= 0:
        return Message(f"optimizer.why.none{basis}", values)
    if abs(spend - current) <= MATTERS * max(current, 1.0):
        return Message(f"optimizer.why.kept{basis}", values)
    direction = "raised" if spend > current else "lowered"
    return Message(f"optimizer.why.{direction}{basis}", values)
