"""Decides the proposal: the best plan a budget request allows on the curves of the account, proven and explained.

demand + curves -> problem -> Pyomo rules -> current plan -> certified optimum -> whole amounts -> proposal
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from engine.errors import DemandError
from engine.messages import Message
from optimizer.current import CurrentPlan, current_plan
from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand, check_demand
from optimizer.infeasible import check_sums, explain_infeasible, written
from optimizer.model import Posed, build_model, compile_model
from optimizer.outlook import chance_better, chart_points, outlook
from optimizer.problem import Problem, pose
from optimizer.proposal import CellProposal, ChannelProposal, Proposal
from optimizer.reasons import bindings, marginal_per_1000, reason
from optimizer.rounding import rounded_plan, step_of
from optimizer.solve.refine import Solved, maximise

if TYPE_CHECKING:
    from optimizer.history import WeeklyHistory

SURE = 0.8  # share of the curves' draws that must favour the proposal before its gain goes without a warning
GAP = 1e-6  # certified relative gap at which refining stops


def propose(
    demand: Demand,
    history: WeeklyHistory | None = None,
    *,
    curves: CurveSet | None = None,
    seed: int = 0,
    tolerance: float = GAP,
) -> Proposal:
    """The certified best plan for ``demand``.

    Args:
        demand: budget, period and rules.
        history: weekly facts; needed when no ``curves`` are given.
        curves: stored curves of ``fit_curves``, used as they are.
        seed: seed of the bootstrap when curves are fitted here.
        tolerance: certified relative gap to reach.

    Raises:
        DemandError: for a request that makes no sense or that no plan can meet; ``details`` say why, in money.
    """
    if curves is None:
        if history is None:
            raise DemandError("optimizer.demand.nothing_known")
        from optimizer.fitting import fit_curves

        curves = fit_curves(history, channels=demand.channels, seed=seed)
    channels = check_demand(demand, sorted(curves.curves), curves.currency, curves.result)
    problem = pose(demand, channels, curves)
    check_sums(problem)
    posed = compile_model(problem, build_model(problem))
    current = current_plan(posed)
    solved, bank = _solve(posed, current, tolerance)
    best = posed.plan(solved.point * bank.spend_unit)
    plan = rounded_plan(posed, best)
    unrounded = float(problem.expected(best).sum())
    if problem.expected(plan).sum() < problem.expected(current.feasible).sum():
        plan = current.feasible
    return _write(posed, curves, current, solved, bank, plan, unrounded)


def _solve(posed: Posed, current: CurrentPlan, tolerance: float) -> tuple[Solved, CurveBank]:
    """The certified optimum in scaled units: money by budget per cell, response by the most a cell could bring."""
    problem = posed.problem
    unit = problem.budget / max(len(problem.cells), 1)
    limits = posed.rules.upper[posed.argument]
    top = float(CurveBank(posed.curves).value(limits).max())
    bank = CurveBank(posed.curves, unit, top if top > 0 else 1.0)
    anchor = posed.vector(current.feasible) / unit
    solved = maximise(posed.rules.in_units(unit), bank, posed.argument, anchor=anchor, tolerance=tolerance)
    if solved.status != "optimal":
        raise explain_infeasible(posed)
    return solved, bank


def _write(
    posed: Posed,
    curves: CurveSet,
    current: CurrentPlan,
    solved: Solved,
    bank: CurveBank,
    plan: Array,
    unrounded: float,
) -> Proposal:
    problem = posed.problem
    seen, now = outlook(problem, plan), problem.expected(current.feasible)
    objective, bound = float(seen.cell.sum()), solved.bound * bank.response_unit
    prices = solved.prices * bank.response_unit / bank.spend_unit
    names = [row.constraint for row in posed.rules.rows]
    hurdle = sum((float(prices[row]) * 1000.0 for row, name in enumerate(names) if name == "total_budget"), 0.0)
    held = bindings(posed, plan, prices)
    better = chance_better(problem, plan, current.feasible)
    marginal, marginal_now = marginal_per_1000(problem, plan), marginal_per_1000(problem, current.feasible)
    currency = problem.demand.budget.currency
    channels = []
    for number, name in enumerate(problem.channels):
        known, running = problem.curves[name], float(problem.running.active[number].sum()) / 7.0
        spend, before = float(plan[number].sum()), float(current.feasible[number].sum())
        most = 1.25 * max(known.observed_max, spend / running, before / running, 1.0)
        channels.append(
            ChannelProposal(
                channel=name,
                spend=spend,
                current_spend=before,
                expected=float(seen.cell[number].sum()),
                expected_low=float(seen.channel_low[number]),
                expected_high=float(seen.channel_high[number]),
                current_expected=float(now[number].sum()),
                marginal_per_1000=float(marginal[number]),
                curve=known,
                binding=held[number],
                why=reason(
                    name,
                    known,
                    spend,
                    before,
                    float(marginal[number]),
                    float(marginal_now[number]),
                    hurdle,
                    held[number],
                    currency,
                ),
                points=chart_points(known, most),
                weeks_running=running,
            )
        )
    cells = tuple(
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
    return Proposal(
        budget=problem.demand.budget,
        period=problem.demand.period,
        result=curves.result,
        channels=tuple(channels),
        weeks=cells,
        objective=objective,
        objective_low=seen.low,
        objective_high=seen.high,
        upper_bound=bound,
        gap=max(0.0, bound - objective) / bound if bound > 0 else 0.0,
        current_objective=float(now.sum()),
        chance_better=better,
        current_given=problem.demand.current is not None,
        rounding_loss=max(0.0, unrounded - objective),
        marginal_per_1000=hurdle,
        warnings=(*curves.warnings, *current.notes, *_warnings(problem, plan, hurdle, better)),
        data=(curves.data_start, curves.data_end),
        curves_hash=curves.hash,
        credit=curves.credit,
        versions=_versions(),
    )


def _warnings(problem: Problem, plan: Array, hurdle: float, better: float) -> list[Message]:
    """Money left unspent, channels taken beyond what was ever spent on them, and a gain the data hardly show."""
    out = []
    if better < SURE:
        out.append(Message("optimizer.warning.unsure", {"chance": f"{100 * better:.0f}"}))
    currency = problem.demand.budget.currency
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
