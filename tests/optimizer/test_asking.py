"""How wishes become numbers, and what each way of asking makes of the plan: checked on plans, by arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from engine.vocabulary import Period
from optimizer.ask import Kpi, Objective, Risk
from optimizer.asking import ask_of, posed_demand
from optimizer.checking import check_demand
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Demand, GroupLimit, PackageOffer
from optimizer.planning import Planned, plan, pose_model
from tests.optimizer.cases import TWELVE_DAYS, demand, three_curves, twd

CONVERSIONS = three_curves()
VALUE = three_curves(1_500.0, result="conversions_value")
CLICKS = replace(
    three_curves(50.0, result="clicks"),
    curves={
        name: replace(known, curve=three_curves(50.0).curves[other].curve)
        for (name, known), other in zip(CONVERSIONS.curves.items(), "cab", strict=True)
    },
)


def solved(asked: Demand, curves: CurveSet = CONVERSIONS, others: dict[str, CurveSet] | None = None) -> Planned:
    channels = check_demand(asked, curves, others)
    found = plan(pose_model(posed_demand(asked, channels, curves, others)))
    assert found.answer.status == "optimal"
    return found


def expected(found: Planned, result: str | None = None) -> float:
    return float(found.posed.problem.expected(found.plan, result).sum())


def asked(**more) -> Demand:
    return demand(200_000, TWELVE_DAYS, **more)


def marginal(found: Planned, cell: tuple[int, int], result: str | None = None) -> float:
    """Results of the last unit of money in a cell, by a central difference."""
    problem, step = found.posed.problem, 1.0
    sides = []
    for way in (step, -step):
        moved = found.plan.copy()
        moved[cell] += way
        sides.append(float(problem.expected(moved, result).sum()))
    return (sides[0] - sides[1]) / (2.0 * step)


def test_the_least_spend_is_the_budget_that_just_reaches_the_target():
    found = solved(asked(goal="least_spend", targets=(Kpi("conversions", 450.0),)))
    spent = float(found.plan.sum())
    assert expected(found) == pytest.approx(450.0, rel=1e-6)
    most = solved(replace(asked(), budget=twd(round(spent))))
    assert expected(most) == pytest.approx(450.0, rel=1e-4)


def test_a_price_of_the_next_result_leaves_money_where_it_is_reached():
    price = 800
    found = solved(replace(asked(marginal_cpa=twd(price)), budget=twd(2_000_000)))
    assert found.plan.sum() < 1_900_000
    for cell in found.posed.problem.cells:
        assert marginal(found, cell) == pytest.approx(1.0 / price, rel=2e-3)


def test_a_marginal_roas_is_that_price_in_money():
    found = solved(replace(asked(marginal_roas=2.0, result="conversions_value"), budget=twd(2_000_000)), VALUE)
    for cell in found.posed.problem.cells:
        assert marginal(found, cell) == pytest.approx(2.0, rel=2e-3)


def test_profit_counts_the_margin_of_value_against_spend():
    rich = replace(asked(margin=0.4), budget=twd(2_000_000))
    found = solved(rich, CONVERSIONS, {"conversions_value": VALUE})
    assert found.answer.objective == pytest.approx(
        0.4 * expected(found, "conversions_value") - float(found.plan.sum()), rel=1e-6
    )
    for cell in found.posed.problem.cells:
        assert 0.4 * marginal(found, cell, "conversions_value") == pytest.approx(1.0, rel=2e-3)


def test_an_average_roas_is_kept():
    free = solved(asked(result="conversions_value"), VALUE)
    wanted = 1.1 * expected(free) / float(free.plan.sum())
    held = solved(asked(result="conversions_value", roas=wanted), VALUE)
    assert expected(held) / float(held.plan.sum()) == pytest.approx(wanted, rel=1e-6)


def test_weights_make_one_objective_of_several_results():
    others = {"clicks": CLICKS}
    both = solved(asked(weights={"conversions": 1.0, "clicks": 0.02}), CONVERSIONS, others)
    assert both.answer.objective == pytest.approx(expected(both) + 0.02 * expected(both, "clicks"), rel=1e-6)
    plain = solved(asked(), CONVERSIONS, others)
    assert expected(both) < expected(plain)
    assert expected(both, "clicks") > expected(plain, "clicks")


def test_what_comes_afterwards_costs_no_more_than_is_given():
    others = {"clicks": CLICKS}
    first = solved(asked(), CONVERSIONS, others)
    after = solved(asked(then=("clicks",), give=0.05), CONVERSIONS, others)
    assert expected(after) >= 0.95 * expected(first) * (1 - 1e-6)
    assert expected(after, "clicks") > expected(first, "clicks") * 1.01


def test_curves_that_not_every_channel_has_are_left_alone_where_nobody_asks():
    partial = replace(CLICKS, curves={"a": CLICKS.curves["a"]})
    assert check_demand(asked(), CONVERSIONS, {"clicks": partial}) == ("a", "b", "c")
    problem = posed_demand(asked(), ("a", "b", "c"), CONVERSIONS, {"clicks": partial})
    assert problem.others == {}


def test_only_money_on_top_is_planned():
    running = {"a": twd(5_000), "b": twd(70_000), "c": twd(5_000)}
    wanted = asked(current=running, on_top=twd(50_000))
    assert wanted.money == twd(130_000)
    found = solved(wanted)
    assert float(found.plan.sum()) == pytest.approx(130_000, abs=1.0)
    assert np.all(found.plan.sum(axis=1) >= np.array([5_000, 70_000, 5_000]) - 1e-4)


def test_a_package_counts_in_rules_on_its_channel_and_in_the_week():
    offer = PackageOffer("front page", "b", twd(60_000), 500.0)
    found = solved(asked(packages=(offer,), share_caps={"b": 0.35}))
    assert found.posed.packages(found.answer.point).tolist() == [1.0]
    assert found.plan[1].sum() + 60_000 <= 70_000 + 1e-4
    left = solved(asked(packages=(offer,), share_caps={"b": 0.25}))
    assert left.posed.packages(left.answer.point).tolist() == [0.0]


def test_fewest_channels_counts_only_those_that_book_something():
    booking = {name: twd(5_000) for name in "abc"}
    poor = solved(replace(asked(fewest_channels=3, steps=booking), budget=twd(15_000)))
    assert poor.plan.sum(axis=1) == pytest.approx([5_000, 5_000, 5_000], abs=1e-3)


def test_risk_minds_the_draws_of_the_curves():
    numbers = ask_of(asked(risk=Risk(0.1, 0.5)))
    assert numbers.risk == Risk(0.1, 0.5)
    assert numbers.objective == Objective({"conversions": 1.0})


def test_the_reserve_is_for_channels_that_are_hardly_known():
    assert posed_demand(asked(learning_reserve=0.2), ("a", "b", "c"), CONVERSIONS).ask.learning == (("c",), 0.2)
    assert posed_demand(asked(), ("a", "b", "c"), CONVERSIONS).ask.learning == ((), 0.0)


def test_names_decide_not_their_order():
    groups = (GroupLimit("g", ("c", "a"), max=twd(80_000)),)
    one = asked(channels=("c", "a", "b"), groups=groups, locks={"c": twd(20_000), "b": twd(50_000)})
    two = asked(channels=("a", "b", "c"), groups=groups, locks={"b": twd(50_000), "c": twd(20_000)})
    assert np.array_equal(solved(one).plan, solved(two).plan)


def test_a_gap_between_weeks_of_a_plan_by_day_stays_empty():
    off = Period(date(2025, 7, 12), date(2025, 7, 14))
    found = solved(asked(by_day=True, blackouts={"*": (off,)}))
    assert found.plan.shape == (3, 12)
    assert np.all(found.plan[:, 3:6] == 0.0)
    assert np.all(found.plan[:, :3].sum(axis=0) > 0.0)


def test_a_least_amount_is_of_money_spent_not_of_money_felt():
    """Channel a runs on one day and still feels what it spent before; the least amount is no bound of that."""
    day = Period(date(2025, 7, 16), date(2025, 7, 16))
    wanted = asked(flights={"a": day}, min_if_active={"a": twd(9_900)}, locks={"b": twd(80_000), "c": twd(110_000)})
    assert solved(wanted).plan.sum(axis=1) == pytest.approx([10_000, 80_000, 110_000], abs=1e-3)
    tight = replace(wanted, min_if_active={"a": twd(10_100)})
    assert solved(tight).plan.sum(axis=1) == pytest.approx([0, 80_000, 110_000], abs=1e-3)
