"""Decides how a request that no plan can meet is explained: sums first, then the cheapest repair, both in money."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import scipy.sparse as sp

from engine.errors import DemandError
from engine.messages import Message
from engine.money import Money
from optimizer.model import Posed
from optimizer.problem import Problem
from optimizer.solve.nearest import Repair, cheapest_repair
from optimizer.solve.rules import LinearRules

PHYSICS = "carry_over"  # the one constraint that is not a wish: it never gives way


def check_sums(problem: Problem) -> None:
    """Arithmetic that needs no solver. Raises DemandError naming every conflict with its amounts."""
    ask, currency = problem.ask, problem.currency
    conflicts: list[Message] = []
    lows = {name: limit.low for name, limit in ask.bounds.items() if limit.low is not None}
    total = sum(lows.values())
    if total > problem.budget:
        values = {
            "sum": written(total, currency),
            "budget": written(problem.budget, currency),
            "short": written(total - problem.budget, currency),
        }
        conflicts.append(Message("optimizer.infeasible.minimums_above_budget", values))
    conflicts += _channel_conflicts(problem, lows)
    weekly, weeks = ask.weekly, sum(week.days for week in problem.weeks) / 7.0
    if weekly.low is not None and weekly.low * weeks > problem.budget * (1 + 1e-12):
        values = {
            "min": written(weekly.low, currency),
            "weeks": f"{weeks:.4g}",
            "sum": written(weekly.low * weeks, currency),
            "budget": written(problem.budget, currency),
            "short": written(weekly.low * weeks - problem.budget, currency),
        }
        conflicts.append(Message("optimizer.infeasible.weekly_minimum_above_budget", values))
    if weekly.high is not None and total > weekly.high * weeks * (1 + 1e-12):
        values = {
            "max": written(weekly.high, currency),
            "most": written(weekly.high * weeks, currency),
            "sum": written(total, currency),
        }
        conflicts.append(Message("optimizer.infeasible.minimums_above_weekly_maximum", values))
    if conflicts:
        raise DemandError("optimizer.infeasible.heading", conflicts, count=len(conflicts))


def _channel_conflicts(problem: Problem, lows: dict[str, float]) -> list[Message]:
    ask, currency = problem.ask, problem.currency
    out: list[Message] = []
    for number, name in enumerate(problem.channels):
        low = lows.get(name, 0.0)
        share = ask.shares.get(name)
        if share is not None and share.high is not None and low > share.high * problem.budget * (1 + 1e-12):
            values = {
                "channel": name,
                "min": written(low, currency),
                "share": f"{share.high:.4g}",
                "most": written(share.high * problem.budget, currency),
            }
            out.append(Message("optimizer.infeasible.minimum_above_share", values))
        weekly, runs = ask.weekly_bounds.get(name), float(problem.running.active[number].sum()) / 7.0
        if weekly is None:
            continue
        if weekly.high is not None and low > weekly.high * runs * (1 + 1e-12):
            values = {
                "channel": name,
                "min": written(low, currency),
                "weekly": written(weekly.high, currency),
                "most": written(weekly.high * runs, currency),
            }
            out.append(Message("optimizer.infeasible.minimum_above_weekly", values))
        bounds = ask.bounds.get(name)
        if weekly.low is not None and bounds is not None and bounds.high is not None:
            needed = weekly.low * runs
            if needed > bounds.high * (1 + 1e-12):
                values = {
                    "channel": name,
                    "weekly": written(weekly.low, currency),
                    "sum": written(needed, currency),
                    "max": written(bounds.high, currency),
                }
                out.append(Message("optimizer.infeasible.weekly_minimums_above_maximum", values))
    return out


def explain_infeasible(posed: Posed) -> DemandError:
    """The cheapest repair of rules that contradict each other, as an error whose details are the steps."""
    rules, problem = with_bounds_as_rows(posed), posed.problem
    names = [row.constraint for row in rules.rows]
    bending = np.array([name != PHYSICS for name in names])
    unit = problem.budget
    # The budget is the last thing to touch, a unit of it costs a little more than a unit of any other wish.
    weight = np.array([1.01 if name == "total_budget" else 1.0 for name in names])
    repairs = cheapest_repair(rules.in_units(unit), bending, weight)
    currency = problem.currency
    total = sum(abs(repair.amount) for repair in repairs) * unit
    steps = [_step(problem, rules, repair, repair.amount * unit, names[repair.row]) for repair in repairs]
    heading = Message("optimizer.infeasible.repair", {"total": written(total, currency)})
    return DemandError("optimizer.infeasible.heading", [heading, *steps], count=len(steps))


def with_bounds_as_rows(posed: Posed) -> LinearRules:
    """The rules with every bound that a rule put on a variable as a row of its own, so that it can give way."""
    rules, problem = posed.rules, posed.problem
    columns = [int(posed.spend[number]) for number, _ in posed.owners]
    lower, upper = rules.lower.copy(), rules.upper.copy()
    lows = np.array(
        [lower[c] if side == "min" else -np.inf for c, (_, side) in zip(columns, posed.owners, strict=True)]
    )
    highs = np.array(
        [upper[c] if side == "max" else np.inf for c, (_, side) in zip(columns, posed.owners, strict=True)]
    )
    lower[columns], upper[columns] = 0.0, problem.budget
    count = len(columns)
    picked = sp.csc_array((np.ones(count), (np.arange(count), columns)), shape=(count, rules.matrix.shape[1]))
    return LinearRules(
        sp.csc_array(sp.vstack([rules.matrix, picked])),
        np.concatenate([rules.row_lower, lows]),
        np.concatenate([rules.row_upper, highs]),
        lower,
        upper,
        (*rules.rows, *posed.owners.values()),
    )


def _step(problem: Problem, rules: LinearRules, repair: Repair, amount: float, name: str) -> Message:
    keys = [key for key in rules.rows[repair.row].index if isinstance(key, int)]
    week = keys[-1] if name in ("weekly_total", "weekly_bounds") and keys else None
    values = {
        "amount": written(abs(amount), problem.currency),
        "channel": problem.channels[keys[0]] if keys and name != "weekly_total" else "",
        "week": problem.weeks[week].start.isoformat() if week is not None else "",
    }
    side = "raise" if amount > 0 else "lower"
    return Message(f"optimizer.repair.{name}.{side}", values)


def written(amount: float, currency: str) -> str:
    """An amount in units as people write it, rounded to what can be booked; as it is where there is no currency."""
    if not currency:
        return f"{amount:,.6g}"
    money = Money.of(Decimal(repr(round(float(amount), 6))), currency).booked()
    return str(money)
