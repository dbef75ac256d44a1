"""Decides what would change the answer: the budget, the dearest rules, the least certain curve, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.messages import Message, Value
from optimizer.bindings import NOT_MONEY, Held
from optimizer.curves.curve import Array, Family
from optimizer.neighbours import LARGE, eased, moved_limits, solved_again
from optimizer.planning import Planned
from optimizer.pricing import THOUSAND, Priced
from optimizer.problem import Problem
from optimizer.proposal import Shift
from optimizer.solve.task import Task
from optimizer.wording import RELATIVE, VALUE, Unit, aim_unit, written

STEP = 0.1  # of a limit, or of the budget: how far it is tried
MATERIAL = 0.05  # of the budget: money that has to move for the plan to count as another
HOLDS = 0.9  # of its price that a limit still brings over the whole step
MOST_RULES = 2
NOTHING = 1e-6  # of the results: a rule that would bring no more when it gives way is not told
OF_BUDGET = ("total_budget", "shares", "learning_reserve")  # rules whose limits move with the budget


def what_would_change(
    planned: Planned, plan: Array, priced: Priced, held: Sequence[Held], better: float | None
) -> tuple[Shift, ...]:
    """The short list, most telling first."""
    found = [*_budget(planned, priced), *_rules(planned, held)]
    curve = _curve(planned, plan)
    found += [] if curve is None else [curve]
    if better is not None:
        values = {"chance": f"{100 * better:.0f}"}
        found.append(Shift("chance", Message("optimizer.shift.chance", values), chance=better))
    return tuple(found)


def gain_values(gain: float, aim: Unit) -> dict[str, Value]:
    """Values of the phrase that says what a change brings or costs."""
    spend = aim.noun == "unit.spend"
    phrase = ("gain.saved" if spend else "gain.more") if gain >= 0 else ("loss.spend" if spend else "loss.less")
    return {"gain": phrase, "price": aim.told(abs(gain)), "aim": aim.noun}


def _budget(planned: Planned, priced: Priced) -> list[Shift]:
    problem = planned.posed.problem
    if problem.ask.goal == "least_spend":
        return []
    aim, step = aim_unit(problem), STEP * problem.budget
    if priced.budget <= 1e-12 * max(abs(planned.answer.objective), 1e-300):
        return [Shift("budget_more", Message("optimizer.shift.budget_enough"), step=step, results=0.0, per_1000=0.0)]
    out: list[Shift] = []
    for kind, sign in (("budget_more", 1.0), ("budget_less", -1.0)):
        found = solved_again(planned, _with_budget(planned, 1.0 + sign * STEP), LARGE)
        if found is None:
            continue
        gain = found[0] - planned.answer.objective
        each = gain / step * THOUSAND * sign
        values = {"step": written(step, problem.currency), "thousand": written(THOUSAND, problem.currency)}
        values |= {"each": aim.told(each)}
        holds = bool(each >= HOLDS * priced.budget) if sign > 0 else bool(each * HOLDS <= priced.budget)
        text = Message(f"optimizer.shift.{kind}", values | gain_values(gain, aim))
        out.append(Shift(kind, text, step=step, results=gain, per_1000=priced.budget, holds=holds))  # type: ignore[arg-type]
    return out


def _with_budget(planned: Planned, factor: float) -> Task:
    """The task with another budget; limits that are shares of it move along."""
    posed = planned.posed
    rules = posed.rules
    rows = {}
    for row, name in enumerate(rules.rows):
        shared = name.constraint == "groups" and str(name.index[0]).startswith("share")
        if name.constraint in OF_BUDGET or shared:
            rows[row] = (float(rules.row_lower[row]) * factor, float(rules.row_upper[row]) * factor)
    task = moved_limits(planned, rows)
    lower, upper = task.rules.lower.copy(), task.rules.upper.copy()
    spend = posed.spend
    open_ = upper[spend] >= posed.problem.budget
    upper[spend[open_]] *= max(factor, 1.0)
    for (number, side), name in posed.owners.items():
        if name.constraint in OF_BUDGET:
            (upper if side == "max" else lower)[spend[number]] *= factor
    return task.with_bounds(lower, upper)


def _rules(planned: Planned, held: Sequence[Held]) -> list[Shift]:
    """The dearest rules, each tried a step further."""
    problem = planned.posed.problem
    aim, out = aim_unit(problem), list[Shift]()
    for one in sorted(held, key=lambda one: -one.price * max(one.at, 1.0)):
        if one.rule in ("active_channels", "locks") or len(out) >= MOST_RULES:
            continue
        step = STEP * one.at if one.at > 0 else MATERIAL * problem.budget
        found = solved_again(planned, eased(planned, one, step, STEP))
        if found is None:
            continue
        gain = found[0] - planned.answer.objective
        if gain <= NOTHING * abs(planned.answer.objective):  # others hold the plan where it is
            continue
        kind, told = _told_step(problem, one, step)
        out.append(
            Shift(
                "rule",
                Message(f"optimizer.shift.{kind}", {**one.name.values, **told, **gain_values(gain, aim)}),
                channel=problem.channels[min(one.channels)] if len(one.channels) == 1 else None,
                rule=one.rule,
                side=one.side,
                step=step,
                results=gain,
                per_1000=one.price * THOUSAND,
                holds=None if one.rule == "efficiency" else bool(gain >= HOLDS * one.price * step),
            )
        )
    return out


def _told_step(problem: Problem, one: Held, step: float) -> tuple[str, dict[str, Value]]:
    """The sentence of a rule and the values that say how far it gives way."""
    if one.rule in NOT_MONEY:
        noun = str(one.name.values["counted"])
        return "target", {"step": Unit(noun, problem.currency if noun == f"unit.{VALUE}" else None).told(step)}
    if one.rule == "efficiency":
        wanted = problem.ask.efficiency
        price = (1.0 + STEP) * wanted.price if wanted is not None else 1.0
        if wanted is not None and wanted.result == VALUE:
            return "roas", {"limit": f"{1.0 / price:.2f}"}
        return "efficiency", {"share": f"{100 * STEP:.0f}", "limit": written(price, problem.currency)}
    kind = "leeway" if one.rule in RELATIVE else f"rule_{one.side}"
    return kind, {"step": written(step, problem.currency)}


def _curve(planned: Planned, plan: Array) -> Shift | None:
    """The channel whose level, within what its data leave open, most easily moves money worth telling."""
    problem = planned.posed.problem
    step = MATERIAL * problem.budget
    best: tuple[tuple[float, float], Shift] | None = None
    for number, name in enumerate(problem.channels):
        weeks, spend = float(problem.running.active[number].sum()) / 7.0, float(plan[number].sum())
        if weeks <= 0 or spend <= 0:
            continue
        curve, at, wide = problem.curves[name].curve, spend / weeks, step / weeks
        points = np.array([max(at - wide, 0.0), at, at + wide])
        slopes = np.asarray(curve.slope(np.maximum(points, 1e-6 * at)))
        if not (np.isfinite(slopes).all() and slopes[2] > 0 and slopes[0] > 0):
            continue
        up, down = float(slopes[1] / slopes[2]), float(slopes[1] / slopes[0]) if spend > step else 0.0
        drawn = _slope_draws(problem.curves[name].curve, points)
        chance = None
        if drawn.shape[1] > 1:
            moved = drawn[2] > slopes[1]
            chance = float(np.mean(moved | (drawn[0] < slopes[1]) if spend > step else moved))
        values = {
            "channel": name,
            "step": written(step, problem.currency),
            "up": _percent(up - 1.0),
            "down": _percent(1.0 - down),
            "chance": "" if chance is None else f"{100 * chance:.0f}",
        }
        kind = ("curve" if chance is not None else "curve_known") + ("" if spend > step else "_up")
        order = (-1.0 if chance is None else chance, -up)
        if up > 1.0 and (best is None or order > best[0]):
            told = Message(f"optimizer.shift.{kind}", values)
            best = (order, Shift("curve", told, channel=name, step=step, factor=up, chance=chance))
    return None if best is None else best[1]


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f}" if share >= 0.1 else f"{100.0 * share:.1f}"


def _slope_draws(curve: Family, points: Array) -> Array:
    """Marginal response at ``points`` of every draw; shape (points, draws)."""
    near = np.maximum(1e-3 * points, 1e-6 * points.max())
    return np.asarray((curve.value_draws(points + near) - curve.value_draws(points)) / near[:, None])
