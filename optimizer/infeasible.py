"""Decides how a request that no plan can meet is explained: sums first, then the cheapest repair, both in money."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from engine.errors import DemandError
from engine.messages import Message
from engine.money import Money
from optimizer.model import Posed
from optimizer.problem import Problem, units
from optimizer.solve.nearest import Repair, cheapest_repair

PHYSICS = "carry_over"  # the one constraint that is not a wish: it never gives way


def check_sums(problem: Problem) -> None:
    """Arithmetic that needs no solver. Raises DemandError naming every conflict with its amounts."""
    demand, currency = problem.demand, problem.demand.budget.currency
    conflicts: list[Message] = []
    lows = {name: units(b.min) for name, b in demand.bounds.items() if b.min is not None}
    total = sum(lows.values())
    if total > problem.budget:
        values = {
            "sum": written(total, currency),
            "budget": str(demand.budget),
            "short": written(total - problem.budget, currency),
        }
        conflicts.append(Message("optimizer.infeasible.minimums_above_budget", values))
    conflicts += _channel_conflicts(problem, lows)
    weekly, weeks = demand.weekly, sum(week.days for week in problem.weeks) / 7.0
    if weekly.min is not None and units(weekly.min) * weeks > problem.budget * (1 + 1e-12):
        values = {
            "min": str(weekly.min),
            "weeks": f"{weeks:.4g}",
            "sum": written(units(weekly.min) * weeks, currency),
            "budget": str(demand.budget),
            "short": written(units(weekly.min) * weeks - problem.budget, currency),
        }
        conflicts.append(Message("optimizer.infeasible.weekly_minimum_above_budget", values))
    if weekly.max is not None and total > units(weekly.max) * weeks * (1 + 1e-12):
        values = {
            "max": str(weekly.max),
            "most": written(units(weekly.max) * weeks, currency),
            "sum": written(total, currency),
        }
        conflicts.append(Message("optimizer.infeasible.minimums_above_weekly_maximum", values))
    if conflicts:
        raise DemandError("optimizer.infeasible.heading", conflicts, count=len(conflicts))


def _channel_conflicts(problem: Problem, lows: dict[str, float]) -> list[Message]:
    demand, currency = problem.demand, problem.demand.budget.currency
    out: list[Message] = []
    for number, name in enumerate(problem.channels):
        low = lows.get(name, 0.0)
        cap = demand.share_caps.get(name)
        if cap is not None and low > cap * problem.budget * (1 + 1e-12):
            values = {
                "channel": name,
                "min": written(low, currency),
                "share": f"{cap:.4g}",
                "most": written(cap * problem.budget, currency),
            }
            out.append(Message("optimizer.infeasible.minimum_above_share", values))
        weekly, runs = demand.weekly_bounds.get(name), float(problem.running.active[number].sum()) / 7.0
        if weekly is None:
            continue
        if weekly.max is not None and low > units(weekly.max) * runs * (1 + 1e-12):
            values = {
                "channel": name,
                "min": written(low, currency),
                "weekly": str(weekly.max),
                "most": written(units(weekly.max) * runs, currency),
            }
            out.append(Message("optimizer.infeasible.minimum_above_weekly", values))
        bounds = demand.bounds.get(name)
        if weekly.min is not None and bounds is not None and bounds.max is not None:
            needed = units(weekly.min) * runs
            if needed > units(bounds.max) * (1 + 1e-12):
                values = {
                    "channel": name,
                    "weekly": str(weekly.min),
                    "sum": written(needed, currency),
                    "max": str(bounds.max),
                }
                out.append(Message("optimizer.infeasible.weekly_minimums_above_maximum", values))
    return out


def explain_infeasible(posed: Posed) -> DemandError:
    """The cheapest repair of rules that contradict each other, as an error whose details are the steps."""
    rules, problem = posed.rules, posed.problem
    names = [row.constraint for row in rules.rows]
    bending = np.array([name != PHYSICS for name in names])
    unit = problem.budget
    # The budget is the last thing to touch, a unit of it costs a little more than a unit of any other wish.
    weight = np.array([1.01 if name == "total_budget" else 1.0 for name in names])
    repairs = cheapest_repair(rules.in_units(unit), bending, weight)
    currency = problem.demand.budget.currency
    total = sum(abs(repair.amount) for repair in repairs) * unit
    steps = [_step(posed, repair, repair.amount * unit, names[repair.row]) for repair in repairs]
    heading = Message("optimizer.infeasible.repair", {"total": written(total, currency)})
    return DemandError("optimizer.infeasible.heading", [heading, *steps], count=len(steps))


def _step(posed: Posed, repair: Repair, amount: float, name: str) -> Message:
    problem = posed.problem
    keys = [key for key in posed.rules.rows[repair.row].index if isinstance(key, int)]
    week = keys[-1] if name in ("weekly_total", "weekly_bounds") and keys else None
    values = {
        "amount": written(abs(amount), problem.demand.budget.currency),
        "channel": problem.channels[keys[0]] if keys and name != "weekly_total" else "",
        "week": problem.weeks[week].start.isoformat() if week is not None else "",
    }
    side = "raise" if amount > 0 else "lower"
    return Message(f"optimizer.repair.{name}.{side}", values)


def written(amount: float, currency: str) -> str:
    """An amount in units as people write it, rounded to what can be booked."""
    money = Money.of(Decimal(repr(round(float(amount), 6))), currency).booked()
    return str(money)
