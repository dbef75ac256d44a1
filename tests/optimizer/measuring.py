"""What a proposal on fitted curves is worth on the true ones, and whether the curves' ranges hold the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from engine.money import Money
from engine.vocabulary import Period
from optimizer.demand import Demand
from optimizer.fitting import fit_curves
from optimizer.propose import propose
from tests.optimizer.simulator import Advertiser

WEEKS = 13


@dataclass(frozen=True)
class Measured:
    """``loss``: what the current plan loses against the best, ``closed``: the share of it the proposal wins back.

    ``covered``: per channel and spend (half, usual, double), whether the curve's 90 % range holds the truth.
    """

    loss: float
    closed: float
    change: float
    covered: tuple[tuple[bool, ...], ...]
    elasticity_error: tuple[float, ...]
    promised: float


def measure(advertiser: Advertiser) -> Measured:
    """Fits, proposes the recent weekly spend over the next weeks, and scores both plans on the truth."""
    history = advertiser.history
    curves = fit_curves(history)
    end = history.end
    assert end is not None
    start = end + timedelta(days=1)
    recent = sum(curve.recent for curve in curves.curves.values())
    asked = Demand(Money.of(round(recent * WEEKS), "TWD"), Period(start, start + timedelta(days=7 * WEEKS - 1)))
    proposal = propose(asked, curves=curves)
    plan = {c.name: np.zeros(WEEKS) for c in advertiser.channels}
    for cell in proposal.weeks:
        plan[cell.channel][_week(cell.week.start, start)] += cell.spend
    current = {c.channel: np.full(WEEKS, c.current_spend / WEEKS) for c in proposal.channels}
    steady = advertiser.best_steady(proposal.allocated / WEEKS)
    best = advertiser.outcome({name: np.full(WEEKS, spend) for name, spend in steady.items()})
    now, then = advertiser.outcome(current), advertiser.outcome(plan)
    covered, errors = [], []
    for channel in advertiser.channels:
        known = curves.curves[channel.name]
        spend = np.array([0.5, 1.0, 2.0]) * 7.0 * channel.usual
        low, high = np.quantile(known.curve.value_draws(spend), [0.05, 0.95], axis=-1)
        truth = 7.0 * channel.daily(spend / 7.0)
        covered.append(tuple(bool(a <= t <= b) for a, t, b in zip(low, truth, high, strict=True)))
        around = channel.daily(channel.usual * np.array([0.999, 1.001]))
        errors.append(known.elasticity[0] - float(np.log(around[1] / around[0]) / np.log(1.001 / 0.999)))
    return Measured(
        loss=1.0 - now / best,
        closed=(then - now) / max(best - now, 1e-12),
        change=then / now - 1.0,
        covered=tuple(covered),
        elasticity_error=tuple(errors),
        promised=proposal.objective / then,
    )


def _week(day: date, start: date) -> int:
    return (day - start).days // 7
