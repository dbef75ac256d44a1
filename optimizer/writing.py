"""Decides how a solved plan is told: spend, outcome and reason per channel, its proof, and what to beware of."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from engine.messages import Message
from optimizer.current import CurrentPlan
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand
from optimizer.infeasible import written
from optimizer.outlook import Outlook, chance_better, chart_points, outlook
from optimizer.planning import Planned
from optimizer.problem import Problem
from optimizer.proposal import CellProposal, ChannelProposal, Proposal
from optimizer.reasons import bindings, marginal_per_1000, reason
from optimizer.rounding import step_of

SURE = 0.8  # share of the curves' draws that must favour the proposal before its gain goes without a warning


def write_proposal(
    demand: Demand, planned: Planned, curves: CurveSet, current: CurrentPlan, plan: Array, unrounded: float
) -> Proposal:
    """The proposal of a rounded ``plan``; ``unrounded`` is what it brought before rounding."""
    problem = planned.posed.problem
    seen, now = outlook(problem, plan), problem.expected(current.feasible)
    objective, bound = float(seen.cell.sum()), planned.answer.bound
    names = [row.constraint for row in planned.posed.rules.rows]
    prices = planned.answer.prices
    hurdle = sum((float(prices[row]) * 1000.0 for row, name in enumerate(names) if name == "total_budget"), 0.0)
    better = chance_better(problem, plan, current.feasible)
    return Proposal(
        budget=demand.budget,
        period=demand.period,
        result=curves.result,
        channels=_channels(planned, current, plan, seen, hurdle),
        weeks=_cells(problem, plan, seen),
        objective=objective,
        objective_low=seen.low,
        objective_high=seen.high,
        upper_bound=bound,
        gap=max(0.0, bound - objective) / bound if bound > 0 else 0.0,
        current_objective=float(now.sum()),
        chance_better=better,
        current_given=problem.ask.running is not None,
        rounding_loss=max(0.0, unrounded - objective),
        marginal_per_1000=hurdle,
        warnings=(*curves.warnings, *current.notes, *_warnings(problem, plan, hurdle, better)),
        data=(curves.data_start, curves.data_end),
        curves_hash=curves.hash,
        credit=curves.credit,
        versions=_versions(),
    )


def _channels(
    planned: Planned, current: CurrentPlan, plan: Array, seen: Outlook, hurdle: float
) -> tuple[ChannelProposal, ...]:
    problem = planned.posed.problem
    held = bindings(planned.posed, plan, planned.answer)
    now = problem.expected(current.feasible)
    marginal, marginal_now = marginal_per_1000(problem, plan), marginal_per_1000(problem, current.feasible)
    out = []
    for number, name in enumerate(problem.channels):
        known, running = problem.curves[name], float(problem.running.active[number].sum()) / 7.0
        spend, before = float(plan[number].sum()), float(current.feasible[number].sum())
        most = 1.25 * max(known.observed_max, *((spend / running, before / running) if running else ()), 1.0)
        moved = (float(marginal[number]), float(marginal_now[number]))
        out.append(
            ChannelProposal(
                channel=name,
                spend=spend,
                current_spend=before,
                expected=float(seen.cell[number].sum()),
                expected_low=float(seen.channel_low[number]),
                expected_high=float(seen.channel_high[number]),
                current_expected=float(now[number].sum()),
                marginal_per_1000=moved[0],
                curve=known,
                binding=held[number],
                why=reason(name, known, spend, before, *moved, hurdle, held[number], problem.currency),
                points=chart_points(known, most),
                weeks_running=running,
            )
        )
    return tuple(out)


def _cells(problem: Problem, plan: Array, seen: Outlook) -> tuple[CellProposal, ...]:
    return tuple(
        CellProposal(
            problem.weeks[week],
            problem.channels[channel],
            float(plan[channel, week]),
            float(seen.cell[channel, week]),
            float(seen.cell_low[channel, week]),
            float(seen.cell_high[channel, week]),
        )
        for channel, week in problem.cells
    )


def _warnings(problem: Problem, plan: Array, hurdle: float, better: float) -> list[Message]:
    """Money left unspent, channels taken beyond what was ever spent on them, and a gain the data hardly show."""
    out = []
    if better < SURE:
        out.append(Message("optimizer.warning.unsure", {"chance": f"{100 * better:.0f}"}))
    currency = problem.currency
    unspent = problem.budget - float(plan.sum())
    if unspent >= max(step_of(currency), 1e-9 * problem.budget) * 1.5:
        reason_id = "limits" if hurdle <= 1e-12 else "rounding"
        values = {"unspent": written(unspent, currency), "allocated": written(float(plan.sum()), currency)}
        out.append(Message(f"optimizer.unspent.{reason_id}", values))
    running = problem.running.active.sum(axis=1) / 7.0
    for number, name in enumerate(problem.channels):
        known = problem.curves[name]
        weekly = float(plan[number].sum()) / running[number] if running[number] else 0.0
        if known.basis == "fitted" and weekly > known.observed_max * 1.01:
            values = {
                "channel": name,
                "weekly": written(weekly, currency),
                "observed": written(known.observed_max, currency),
                "times": f"{weekly / known.observed_max:.1f}",
            }
            out.append(Message("optimizer.warning.beyond_observed", values))
    return out


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("highspy", "pyomo", "numpy", "scikit-learn")}
