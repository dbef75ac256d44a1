"""Decides what is said of choices that no price tells: packages taken or left, and channels that run or do not."""

from __future__ import annotations

import numpy as np

from engine.messages import Message
from optimizer.curves.curve import Array
from optimizer.neighbours import moved_limits, spending_at_least, switched
from optimizer.planning import Planned
from optimizer.proposal import PackageProposal
from optimizer.wording import aim_unit, unit_of, written

MOST_TRIED = 4  # neighbouring plans that are solved; the rest are told by the prices


def package_proposals(planned: Planned, bought: Array) -> tuple[PackageProposal, ...]:
    """Every package with what it brings and what the other choice would change."""
    posed = planned.posed
    problem = posed.problem
    unit, aim = unit_of(problem.result, problem.currency), aim_unit(problem)
    out = []
    for place, package in enumerate(problem.ask.packages):
        taken, brings = bool(bought[place] > 0.5), package.worth.get(problem.result, 0.0)
        toggled: float | None = _by_price(planned, place, taken)
        if place < MOST_TRIED:
            other = switched(planned, posed.task, posed.bought[place], 0.0 if taken else 1.0)
            toggled = None if other is None else other - planned.answer.objective
        if taken:
            kind = "must" if package.must else "taken" if toggled is not None else "only_way"
        else:
            kind = "left" if toggled is not None else "no_room"
        values = {
            "package": package.name,
            "channel": package.channel,
            "money": written(package.price, problem.currency),
            "results": unit.told(brings),
            "unit": unit.noun,
            "price": aim.told(max(-(toggled or 0.0), 0.0)),
            "loss": "loss.spend" if aim.noun == "unit.spend" else "loss.less",
            "aim": aim.noun,
        }
        out.append(
            PackageProposal(
                name=package.name,
                channel=package.channel,
                price=package.price,
                bought=taken,
                must=package.must,
                results=brings,
                toggled=toggled,
                why=Message(f"optimizer.package.{kind}", values),
            )
        )
    return tuple(out)


def _by_price(planned: Planned, place: int, taken: bool) -> float:
    """What the other choice is worth at the plan's prices."""
    task, column = planned.posed.task, planned.posed.bought[place]
    gain = float(task.cost[column] - (task.rules.matrix.T @ planned.answer.prices)[column])
    return -gain if taken else gain


def left_out(planned: Planned, plan: Array) -> dict[int, float | None]:
    """Channels without money that could run if one more might: the objective that would be gained with each."""
    posed = planned.posed
    rules = posed.rules
    rows = [
        row
        for row, name in enumerate(rules.rows)
        if name.constraint == "active_channels" and name.index[:1] == ("max",)
    ]
    running = sum(1 for number in posed.active if plan[number].sum() > 0)
    if not rows or running < round(rules.row_upper[rows[0]]):
        return {}
    task = moved_limits(planned, {rows[0]: (rules.row_lower[rows[0]], rules.row_upper[rows[0]] + 1.0)})
    out: dict[int, float | None] = {}
    for number, column in posed.active.items():
        if plan[number].sum() > 0 or len(out) >= MOST_TRIED:
            continue
        other = switched(planned, task, column, 1.0)
        out[number] = None if other is None else other - planned.answer.objective
    return out


def least_to_run(planned: Planned, plan: Array) -> dict[int, tuple[float, float]]:
    """Channels without money that take a least amount if they run: that amount, and the results it would bring."""
    problem = planned.posed.problem
    out = {}
    for number, name in enumerate(problem.channels):
        least = problem.ask.least_if_active.get(name, 0.0)
        if least <= 0 or plan[number].sum() > 0 or not problem.of_channel[number]:
            continue
        totals = np.zeros(len(problem.channels))
        totals[number] = least
        more = problem.expected(plan + problem.even(totals))[number].sum() - problem.expected(plan)[number].sum()
        out[number] = (least, float(more))
    return out


def cost_of_running(planned: Planned, plan: Array) -> dict[int, float]:
    """Channels held at the least they take to run: the objective lost or gained if they did not run."""
    posed = planned.posed
    problem, task = posed.problem, posed.task
    out: dict[int, float] = {}
    for number, name in enumerate(problem.channels):
        least, cells = problem.ask.least_if_active.get(name, 0.0), problem.of_channel[number]
        if least <= 0 or abs(float(plan[number].sum()) - least) > 1.5 * len(cells) or len(out) >= MOST_TRIED:
            continue
        if number in posed.active:
            other = switched(planned, task, posed.active[number], 0.0)
        else:
            other = spending_at_least(planned, task, problem.cells.index(cells[0]), 0.0)
        if other is not None:
            out[number] = other - planned.answer.objective
    return out
