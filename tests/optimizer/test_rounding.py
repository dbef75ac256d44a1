"""Whole amounts: exact sums, every rule kept, next to nothing lost, whatever the budget and the rules."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.money import Money
from optimizer.asking import posed_demand
from optimizer.current import current_plan
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Bounds, Demand
from optimizer.model import Posed, build_model, compile_model
from optimizer.propose import propose
from optimizer.rounding import rounded_plan
from optimizer.solve.rules import violation
from tests.optimizer.cases import FOUR_WEEKS, demand, three_curves, twd


def posed(asked: Demand, curves: CurveSet) -> Posed:
    problem = posed_demand(asked, tuple(sorted(curves.curves)), curves)
    return compile_model(problem, build_model(problem))


@settings(max_examples=25, deadline=None)
@given(
    budget=st.integers(13, 3_000_000),
    shares=st.tuples(*[st.floats(0.01, 1.0)] * 3),
    least=st.integers(0, 100),
    most=st.integers(34, 100),
)
def test_any_plan_rounds_within_its_rules(budget, shares, least, most):
    low = budget * least // 400
    asked = demand(
        budget,
        bounds={"a": Bounds(min=twd(low)), "b": Bounds(min=twd(low // 3))},
        share_caps={"c": most / 100},
        current={name: twd(int(budget * s / sum(shares))) for name, s in zip("abc", shares, strict=True)},
    )
    model = posed(asked, three_curves(adstock=0.3))
    plan = current_plan(model).feasible
    assert np.array_equal(plan, np.round(plan))
    assert violation(model.rules, model.vector(plan)) <= 1e-6 * budget
    spend = model.rules.matrix[:, model.spend] @ np.array([plan[cell] for cell in model.problem.cells])
    named = [row.constraint for row in model.rules.rows]
    for row, name in enumerate(named):
        if name != "carry_over":
            assert model.rules.row_lower[row] - 1e-6 <= spend[row] <= model.rules.row_upper[row] + 1e-6


def test_a_plan_of_whole_amounts_stays_as_it_is():
    model = posed(demand(120_000), three_curves())
    plan = np.full((3, 4), 10_000.0)
    assert np.array_equal(rounded_plan(model, plan), plan)


def test_currencies_with_cents_are_rounded_to_cents():
    curves = dataclasses.replace(three_curves(), currency="USD")
    asked = Demand(Money.of("1234.56", "USD"), FOUR_WEEKS)
    data = propose(asked, curves=curves).as_dict()
    assert data["allocated"] == pytest.approx(1234.56, abs=1e-9)
    assert sum(round(100 * row["spend"]) for row in data["weeks"]) == 123_456


def test_the_loss_from_rounding_is_stated_and_tiny():
    proposal = propose(demand(400_000), curves=three_curves())
    assert 0.0 <= proposal.rounding_loss <= 1e-5 * proposal.objective
