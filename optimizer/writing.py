"""Decides how a solved plan is told: spend, outcome and reason per channel, its proof, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from optimizer.beware import warnings_of
from optimizer.bindings import Held, bindings, held_rules
from optimizer.booking import Booked
from optimizer.comparing import channel_change, rounding_words, whole_change
from optimizer.current import CurrentPlan
from optimizer.curves.curve import Array
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand
from optimizer.outlook import Outlook, chance_better, chart_points, gain_draws, outlook
from optimizer.planning import Planned
from optimizer.pricing import Priced, price_out
from optimizer.problem import Problem
from optimizer.proof import proof_of
from optimizer.proposal import CellProposal, ChannelProposal, Proposal
from optimizer.reasons import Standing, reason
from optimizer.switches import cost_of_running, least_to_run, left_out, package_proposals
from optimizer.whatif import what_would_change
from optimizer.wording import aim_of, aim_unit
from optimizer.worth import expected_in_all, filled_vector, package_results, worth


@dataclass(frozen=True, slots=True)
class _Told:
    """Everything the parts of a proposal are written from."""

    planned: Planned
    current: CurrentPlan
    booked: Booked
    priced: Priced
    held: list[Held]
    seen: Outlook
    now: Array

    @property
    def problem(self) -> Problem:
        """The problem that was solved."""
        return self.planned.posed.problem

    @property
    def plan(self) -> Array:
        """Spend by (channel, step), in bookable amounts."""
        return self.booked.plan


def write_proposal(
    demand: Demand,
    planned: Planned,
    curves: CurveSet,
    current: CurrentPlan,
    booked: Booked,
    tolerance: float | None = None,
) -> Proposal:
    """The proposal of a plan in bookable amounts, told against the current one."""
    posed, answer = planned.posed, planned.answer
    problem = posed.problem
    fixed = package_results(posed, booked.bought, problem.result)
    before = expected_in_all(posed, current.feasible, current.bought)
    priced = price_out(planned)
    held = held_rules(planned, booked.plan, filled_vector(posed, booked.plan, booked.bought), priced)
    told = _Told(
        planned=planned,
        current=current,
        booked=booked,
        priced=priced,
        held=held,
        seen=outlook(problem, booked.plan, float(fixed.sum())),
        now=problem.expected(current.feasible),
    )
    objective = float(told.seen.cell.sum() + fixed.sum())
    extra = float(fixed.sum()) - (before - float(told.now.sum()))
    gains = gain_draws(problem, booked.plan, current.feasible, extra)
    # A plan for profit, for least money or under a cost may bring fewer results on purpose: chance says nothing of it.
    for_results = aim_of(problem.ask, problem.result) == "results" and problem.ask.efficiency is None
    known = len(gains) > 1 and for_results and current.keeps_rules
    same = bool((booked.plan == current.feasible).all()) and extra == 0.0
    better = 1.0 if same else chance_better(gains)
    aim = aim_of(problem.ask, problem.result)
    rounding_loss = max(0.0, booked.unrounded - booked.worth)
    return Proposal(
        budget=demand.money,
        period=demand.period,
        result=curves.result,
        channels=_channels(told),
        weeks=_cells(told),
        objective=objective,
        objective_low=told.seen.low,
        objective_high=told.seen.high,
        upper_bound=answer.bound,
        gap=max(0.0, answer.bound - booked.worth) / abs(answer.bound) if answer.bound else 0.0,
        current_objective=before,
        chance_better=better,
        current_given=problem.ask.running is not None,
        rounding_loss=rounding_loss,
        marginal_per_1000=priced.budget,
        warnings=(
            *curves.warnings,
            *current.notes,
            *booked.notes,
            *warnings_of(planned, booked, priced, better if known else 1.0),
        ),
        data=(curves.data_start, curves.data_end),
        curves_hash=curves.hash,
        change=whole_change(planned, booked, current, objective - before, gains),
        aim=aim,
        objective_value=booked.worth,
        objective_current=worth(posed, current.feasible, current.bought),
        current_keeps_rules=current.keeps_rules,
        prices_local=answer.local,
        packages=package_proposals(planned, booked.bought),
        what_would_change=what_would_change(planned, booked.plan, priced, held, better if known and not same else None),
        rounding_text=rounding_words(rounding_loss, booked.worth, aim_unit(problem)),
        proof=proof_of(planned, curves, tolerance, _versions()),
        credit=curves.credit,
        versions=_versions(),
    )


def _channels(told: _Told) -> tuple[ChannelProposal, ...]:
    problem, plan, planned = told.problem, told.plan, told.planned
    rules = bindings(planned, told.held)
    marginal, marginal_now = (told.priced.marginal(problem, one) for one in (plan, told.current.feasible))
    least, counted = least_to_run(planned, plan), left_out(planned, plan)
    without = cost_of_running(planned, plan)
    aim, out = aim_unit(problem), []
    for number, name in enumerate(problem.channels):
        known, running = problem.curves[name], float(problem.running.active[number].sum()) / 7.0
        spend, before = float(plan[number].sum()), float(told.current.feasible[number].sum())
        expected, expected_now = float(told.seen.cell[number].sum()), float(told.now[number].sum())
        most = 1.25 * max(known.observed_max, *((spend / running, before / running) if running else ()), 1.0)
        jump, at_least = least.get(number, (0.0, 0.0))
        standing = Standing(
            channel=name,
            known=known,
            spend=spend,
            current=before,
            marginal=float(marginal[number]),
            marginal_now=float(marginal_now[number]),
            hurdle=float(told.priced.hurdle[number]),
            held=rules[number],
            days=running,
            least=jump,
            at_least=at_least,
            counted_out=counted.get(number),
            without=without.get(number),
        )
        out.append(
            ChannelProposal(
                channel=name,
                spend=spend,
                current_spend=before,
                expected=expected,
                expected_low=float(told.seen.channel_low[number]),
                expected_high=float(told.seen.channel_high[number]),
                current_expected=expected_now,
                marginal_per_1000=standing.marginal,
                curve=known,
                binding=standing.told_bindings,
                why=reason(standing, told.priced.unit, aim, problem.currency),
                points=chart_points(known, most),
                weeks_running=running,
                hurdle_per_1000=standing.hurdle,
                change=channel_change(problem, name, spend - before, expected - expected_now),
            )
        )
    return tuple(out)


def _cells(told: _Told) -> tuple[CellProposal, ...]:
    problem, seen = told.problem, told.seen
    return tuple(
        CellProposal(
            problem.weeks[week],
            problem.channels[channel],
            float(told.plan[channel, week]),
            float(seen.cell[channel, week]),
            float(seen.cell_low[channel, week]),
            float(seen.cell_high[channel, week]),
        )
        for channel, week in problem.cells
    )


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("highspy", "pyomo", "numpy", "scikit-learn")}
