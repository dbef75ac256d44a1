"""Decides what a planner is warned of: money left unspent and why, spend beyond experience, a gain hardly shown."""

from __future__ import annotations

from engine.messages import Message
from optimizer.booking import Booked
from optimizer.curves.curve import Array
from optimizer.planning import Planned
from optimizer.pricing import Priced
from optimizer.problem import Problem
from optimizer.rounding import step_of
from optimizer.wording import written
from optimizer.worth import package_money

SURE = 0.8  # share of the curves' draws that must favour the proposal before its gain goes without a warning
BEYOND = 1.01  # times the most ever felt in a week


def warnings_of(planned: Planned, booked: Booked, priced: Priced, better: float) -> list[Message]:
    """The warnings of a plan, most general first."""
    problem, out = planned.posed.problem, list[Message]()
    if better < SURE:
        out.append(Message("optimizer.warning.unsure", {"chance": f"{100 * better:.0f}"}))
    allocated = float(booked.plan.sum() + package_money(planned.posed, booked.bought).sum())
    unspent = problem.budget - allocated
    if unspent >= max(step_of(problem.currency), 1e-9 * problem.budget) * 1.5:
        values = {"unspent": written(unspent, problem.currency), "allocated": written(allocated, problem.currency)}
        out.append(Message(f"optimizer.unspent.{_why_unspent(planned, priced)}", values))
    return out + _beyond(problem, booked.plan)


def _why_unspent(planned: Planned, priced: Priced) -> str:
    """Why money is left: the goal itself, a hurdle, an average, the limits, or whole amounts alone."""
    ask = planned.posed.problem.ask
    if ask.goal == "least_spend":
        return "saved"
    if priced.budget > 1e-9 * max(abs(planned.answer.objective), 1e-300):
        return "rounding"
    names = [row.constraint for row in planned.posed.rules.rows]
    prices = planned.answer.prices
    if any(name == "efficiency" and price > 0 for name, price in zip(names, prices, strict=True)):
        return "efficiency"
    return "worth" if ask.objective.spend else "limits"


def _beyond(problem: Problem, plan: Array) -> list[Message]:
    """Channels taken beyond what was ever spent on them."""
    out, currency = list[Message](), problem.currency
    running = problem.running.active.sum(axis=1) / 7.0
    for number, name in enumerate(problem.channels):
        known = problem.curves[name]
        weekly = float(plan[number].sum()) / running[number] if running[number] else 0.0
        if known.basis == "fitted" and weekly > known.observed_max * BEYOND:
            values = {
                "channel": name,
                "weekly": written(weekly, currency),
                "observed": written(known.observed_max, currency),
                "times": f"{weekly / known.observed_max:.1f}" if known.observed_max > 0 else "∞",
            }
            out.append(Message("optimizer.warning.beyond_observed", values))
    return out
