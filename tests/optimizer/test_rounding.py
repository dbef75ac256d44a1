"""Whole amounts: exact sums, every rule kept, next to nothing lost, whatever the budget and the rules."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.money import Money
from optimizer.ask import Kpi, Pacing
from optimizer.asking import posed_demand
from optimizer.booking import book
from optimizer.current import current_plan, keeps_rules
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Bounds, Demand, GroupLimit, PackageOffer, RatioLimit
from optimizer.model import Posed, build_model, compile_model
from optimizer.planning import plan
from optimizer.propose import propose
from optimizer.rounding import rounded_plan
from optimizer.solve.rules import violation
from tests.optimizer.cases import FOUR_WEEKS, demand, three_curves, twd


def posed(asked: Demand, curves: CurveSet) -> Posed:
    problem = posed_demand(asked, tuple(sorted(curves.curves)), curves)
    return compile_model(problem, build_model(problem))


@settings(max_examples=15, deadline=None)
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
    whole = current_plan(model).feasible
    assert np.array_equal(whole, np.round(whole))
    assert violation(model.rules, model.vector(whole)) <= 1e-6 * budget
    spend = model.rules.matrix[:, model.spend] @ np.array([whole[cell] for cell in model.problem.cells])
    named = [row.constraint for row in model.rules.rows]
    for row, name in enumerate(named):
        if name != "carry_over":
            assert model.rules.row_lower[row] - 1e-6 <= spend[row] <= model.rules.row_upper[row] + 1e-6


KINDS = {
    "minimum": lambda f: {"bounds": {"a": Bounds(min=twd(int(90_000 * f)))}},
    "maximum": lambda f: {"bounds": {"b": Bounds(max=twd(int(70_000 * f) + 1))}},
    "lock": lambda f: {"locks": {"c": twd(int(61_237 * f) + 7)}},
    "floor": lambda f: {"share_floors": {"b": 0.3 * f}},
    "group": lambda f: {"groups": [GroupLimit("g", ("a", "c"), max=twd(int(210_000 * f) + 11))]},
    "ratio": lambda f: {"ratios": [RatioLimit("a", "b", min=0.37 * f, max=1.0 + 0.61 * f)]},
    "jump": lambda f: {"min_if_active": {"c": twd(int(40_000 * f) + 3)}},
    "count": lambda f: {"most_channels": 2},
    "package": lambda f: {"packages": [PackageOffer("p", "a", twd(int(30_000 * f) + 1), 90.0)]},
    "weeks": lambda f: {"weekly": Bounds(min=twd(int(50_000 * f)), max=twd(int(60_000 + 60_000 * f)))},
    "week of one": lambda f: {"weekly_bounds": {"b": Bounds(twd(int(5_001 * f)), twd(30_000))}},
    "days": lambda f: {"daily": Bounds(max=twd(int(9_000 + 8_000 * f)))},
    "pacing": lambda f: {"pacing": Pacing(0.02 + 0.1 * f)},
    "ramp": lambda f: {"ramp": {"a": 0.05 + 0.2 * f}},
    "target": lambda f: {"targets": [Kpi("conversions", 250.0 * f, ("c",))]},
    "price": lambda f: {"cpa": twd(int(250 + 100 * f))},
    "saving": lambda f: {"targets": [Kpi("conversions", 500.0 + 300.0 * f)], "goal": "least_spend"},
}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    budget=st.integers(200_000, 500_000),
    kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True),
    part=st.floats(0.1, 1.0),
    steps=st.dictionaries(st.sampled_from("abc"), st.sampled_from([10, 100, 500]), max_size=3),
    adstock=st.sampled_from([0.0, 0.4]),
)
def test_whole_amounts_keep_rules_of_every_kind_and_lose_next_to_nothing(budget, kinds, part, steps, adstock):
    fields: dict = {"budget": budget, "steps": {name: twd(step) for name, step in steps.items()}}
    for kind in kinds:
        new = KINDS[kind](part)
        if fields.keys() & new.keys():
            return
        fields |= new
    model = posed(demand(**fields), three_curves(adstock=adstock))
    current = current_plan(model)
    anchor = model.vector(current.feasible, current.bought) if current.keeps_rules else None
    planned = plan(model, anchor=anchor)
    if planned.answer.status != "optimal":
        return
    booked = book(planned, current)
    dropped = {str(note.values["channel"]) for note in booked.notes if note.id.endswith("step_dropped")}
    missed = [note for note in booked.notes if note.id.endswith("limit_missed")]
    event(f"missed {bool(missed)}, dropped {len(dropped)}")
    assert not missed
    assert keeps_rules(model, booked.plan, booked.bought)
    for number, name in enumerate(model.problem.channels):
        step = 1 if name in dropped else steps.get(name, 1)
        assert np.array_equal(booked.plan[number], np.round(booked.plan[number] / step) * step)
    coarse = max(steps.values(), default=1) * len(model.problem.cells)
    lost = abs(booked.unrounded - booked.worth) / abs(booked.unrounded)
    assert lost <= (1e-4 if not steps else coarse / budget)


def test_a_plan_of_whole_amounts_stays_as_it_is():
    model = posed(demand(120_000), three_curves())
    even = np.full((3, 4), 10_000.0)
    assert np.array_equal(rounded_plan(model, even), even)


def test_currencies_with_cents_are_rounded_to_cents():
    curves = dataclasses.replace(three_curves(), currency="USD")
    asked = Demand(Money.of("1234.56", "USD"), FOUR_WEEKS)
    data = propose(asked, curves=curves).as_dict()
    assert data["allocated"] == pytest.approx(1234.56, abs=1e-9)
    assert sum(round(100 * row["spend"]) for row in data["weeks"]) == 123_456


def test_the_loss_from_rounding_is_stated_and_tiny():
    proposal = propose(demand(400_000), curves=three_curves())
    assert 0.0 <= proposal.rounding_loss <= 1e-5 * proposal.objective
