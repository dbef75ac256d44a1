"""A plan that minds its risk: its worst draws are as good as any plan has, and its mean says what that costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DemandError
from optimizer.ask import Package, Risk
from optimizer.asking import posed_demand
from optimizer.curves.curve_set import CurveSet
from optimizer.curves.families.hill_average import HillAverage
from optimizer.planning import plan, pose_model
from optimizer.problem import Problem
from tests.optimizer.cases import demand, known

DRAWS = 40
TAIL = 0.1


def problem() -> Problem:
    """A safe channel and one that brings as much on average but may fail."""
    rng = np.random.default_rng(0)
    curves = []
    for name, spread in (("safe", 0.05), ("bold", 0.8)):
        level = np.exp(spread * rng.normal(size=DRAWS) - 0.5 * spread**2)
        level *= 500.0 * (1.1 if name == "bold" else 1.0) / level.mean()
        shape = np.full(DRAWS, 0.8)
        curves.append(known(name, HillAverage(a=level / DRAWS, k=np.full(DRAWS, 60_000.0), s=shape)))
    found = CurveSet({curve.channel: curve for curve in curves}, "conversions", "TWD")
    return posed_demand(demand(300_000), ("bold", "safe"), found)


def outcomes(asked: Problem, spend: np.ndarray) -> np.ndarray:
    """Results of a plan under every draw, by plain arithmetic."""
    total = np.zeros(DRAWS)
    for number, name in enumerate(asked.channels):
        curve = asked.curves[name].curve
        total += (curve.a * DRAWS * _reached(spend[number], curve.k, curve.s)).sum(axis=0)
    return total


def _reached(weekly: np.ndarray, k: np.ndarray, s: np.ndarray) -> np.ndarray:
    ratio = (weekly[:, None] / k) ** s
    return ratio / (1.0 + ratio)


def worst(values: np.ndarray) -> float:
    return float(np.sort(values)[: round(TAIL * DRAWS)].mean())


@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_no_other_split_has_a_better_mixture_of_mean_and_worst_draws(weight):
    asked = problem()
    found = plan(pose_model(replace(asked, ask=replace(asked.ask, risk=Risk(TAIL, weight)))))
    assert found.answer.gap <= 1e-5
    values = outcomes(asked, found.plan)
    mixed = (1 - weight) * values.mean() + weight * worst(values)
    assert found.answer.objective == pytest.approx(mixed, rel=1e-4)
    for share in np.linspace(0.0, 1.0, 101):
        other = np.stack([np.full(4, share * 75_000.0), np.full(4, (1 - share) * 75_000.0)])
        values = outcomes(asked, other)
        assert (1 - weight) * values.mean() + weight * worst(values) <= found.answer.bound * (1 + 1e-9)


def test_minding_risk_moves_money_to_the_safe_channel_and_costs_on_average():
    asked = problem()
    plain, careful = (
        plan(pose_model(replace(asked, ask=replace(asked.ask, risk=risk)))).plan for risk in (None, Risk(TAIL, 1.0))
    )
    assert careful[1].sum() > plain[1].sum() * 1.1
    assert worst(outcomes(asked, careful)) > worst(outcomes(asked, plain))
    assert outcomes(asked, careful).mean() < outcomes(asked, plain).mean()


def test_risk_and_packages_together_are_refused_with_a_reason():
    asked = problem()
    offer = Package("front page", "safe", 50_000.0, {"conversions": 2_000.0})
    careful = replace(asked.ask, risk=Risk(TAIL, 1.0), packages=(offer,))
    with pytest.raises(DemandError) as refused:
        plan(pose_model(replace(asked, ask=careful)))
    assert [detail.id for detail in refused.value.details] == ["optimizer.proof.several_and_whole"]
