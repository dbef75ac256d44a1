"""The plan: proven, never below the current one, the same however it is asked, and whole in its amounts."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import numpy as np
import pytest

from engine.vocabulary import Period
from optimizer.asking import posed_demand
from optimizer.current import current_plan
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import Bounds, Demand
from optimizer.model import Posed, build_model, compile_model
from optimizer.propose import propose
from tests.optimizer.cases import FOUR_WEEKS, demand, three_curves, twd

RULES = {
    "bounds": {"a": Bounds(min=twd(50_000)), "b": Bounds(max=twd(200_000))},
    "share_caps": {"b": 0.4},
    "weekly": Bounds(twd(60_000), twd(130_000)),
    "weekly_bounds": {"c": Bounds(twd(2_000), twd(60_000))},
    "flights": {"c": Period(date(2025, 7, 16), date(2025, 7, 30))},
}


def posed(asked: Demand, curves: CurveSet) -> Posed:
    problem = posed_demand(asked, tuple(sorted(curves.curves)), curves)
    return compile_model(problem, build_model(problem))


def test_the_gap_is_proven_and_small():
    proposal = propose(demand(), curves=three_curves())
    assert 0.0 <= proposal.gap <= 2e-6
    assert proposal.objective <= proposal.upper_bound * (1 + 1e-12)


@pytest.mark.parametrize("rules", [{}, RULES], ids=["plain", "all rules"])
def test_no_feasible_plan_found_at_random_passes_the_bound(rules):
    curves = three_curves()
    asked = demand(**rules)
    proposal = propose(asked, curves=curves)
    model = posed(asked, curves)
    start = current_plan(model).feasible
    best = model.problem.expected(np.array(plan_of(proposal, model))).sum()
    rng = np.random.default_rng(0)
    tried = 0
    for _ in range(400):
        other = np.maximum(start * np.exp(0.8 * rng.normal(size=start.shape)), 0.0)
        other *= rng.uniform(0.5, 1.0) * model.problem.budget / other.sum()
        share = rng.uniform()
        for step in (1.0, 0.5, 0.25, 0.1, 0.02):
            point = start + share * step * (other - start)
            if feasible(model, point):
                tried += 1
                assert model.problem.expected(point).sum() <= proposal.upper_bound * (1 + 1e-9)
                assert model.problem.expected(point).sum() <= best * (1 + 1e-5)
                break
    assert tried > 20


def feasible(model: Posed, plan: np.ndarray) -> bool:
    from optimizer.solve.rules import violation

    return violation(model.rules, model.vector(plan)) <= 1e-6


def plan_of(proposal, model: Posed) -> list[list[float]]:
    cells = {(cell.channel, cell.week): cell.spend for cell in proposal.weeks}
    return [[cells.get((channel, week), 0.0) for week in model.problem.weeks] for channel in model.problem.channels]


@pytest.mark.parametrize(
    ("budget", "rules"),
    [(30_000, {}), (400_000, {}), (5_000_000, {}), (400_000, RULES)],
    ids=["small", "usual", "large", "all rules"],
)
def test_amounts_are_whole_sum_exactly_and_keep_the_rules(budget, rules):
    asked = demand(budget, **rules)
    proposal = propose(asked, curves=three_curves())
    amounts = [cell.spend for cell in proposal.weeks]
    assert all(amount == int(amount) and amount >= 0 for amount in amounts)
    data = proposal.as_dict()
    assert sum(row["spend"] for row in data["weeks"]) == data["allocated"] == sum(c["spend"] for c in data["channels"])
    assert data["allocated"] + data["unspent"] == budget
    assert data["unspent"] <= 1
    model = posed(asked, three_curves())
    assert feasible(model, np.array(plan_of(proposal, model)))


def test_without_carry_over_one_price_holds_everywhere():
    """Cross-check by bisection on the marginal return, with no solver."""
    curves = three_curves(adstock=0.0)
    proposal = propose(demand(), curves=curves)
    low, high = 1e-9, 1.0
    for _ in range(200):
        price = np.sqrt(low * high)
        wanted = sum(float(c.curve.spend_at(np.array(price))) for c in curves.curves.values())
        low, high = (price, high) if wanted > 100_000 else (low, price)
    for channel in proposal.channels:
        expected = 4 * float(curves.curves[channel.channel].curve.spend_at(np.array(price)))
        assert channel.spend == pytest.approx(expected, rel=5e-3)
    assert proposal.marginal_per_1000 == pytest.approx(1000 * price, rel=1e-3)


@pytest.mark.parametrize("factor", [1e-8, 1e-4, 1e4, 1e8])
def test_scaling_the_response_changes_no_amount(factor):
    plain, scaled = propose(demand(), curves=three_curves()), propose(demand(), curves=three_curves(factor))
    # Near the optimum the outcome is flat: amounts may differ within the proven gap, not beyond.
    assert scaled.gap <= 2e-6
    assert scaled.objective == pytest.approx(plain.objective * factor, rel=3e-6)
    for one, other in zip(plain.channels, scaled.channels, strict=True):
        assert other.spend == pytest.approx(one.spend, rel=1e-2)


def test_the_same_request_gives_the_same_proposal():
    first, second = (json.dumps(propose(demand(**RULES), curves=three_curves()).as_dict()) for _ in range(2))
    assert first == second


def test_the_order_of_channels_changes_nothing():
    curves = three_curves()
    turned = dataclasses.replace(curves, curves=dict(reversed(curves.curves.items())))
    asked = [demand(channels=names) for names in (("a", "b", "c"), ("c", "a", "b"))]
    assert propose(asked[0], curves=curves).as_dict() == propose(asked[1], curves=turned).as_dict()


def test_more_budget_is_never_worse():
    outcomes = [propose(demand(budget), curves=three_curves()).objective for budget in range(100_000, 900_000, 200_000)]
    assert outcomes == sorted(outcomes)


@pytest.mark.parametrize("seed", range(8))
def test_never_below_the_current_plan(seed):
    rng = np.random.default_rng(seed)
    amounts = rng.dirichlet(np.ones(3)) * 400_000
    current = {name: twd(int(amount)) for name, amount in zip("abc", amounts, strict=True)}
    proposal = propose(demand(current=current), curves=three_curves())
    assert proposal.objective >= proposal.current_objective
    assert proposal.current_given


def test_the_best_plan_as_current_plan_stays():
    first = propose(demand(), curves=three_curves(adstock=0.0))
    current = {channel.channel: twd(int(channel.spend)) for channel in first.channels}
    again = propose(demand(current=current), curves=three_curves(adstock=0.0))
    assert again.uplift <= 2e-6
    assert again.objective >= again.current_objective


def test_the_current_plan_is_the_recent_shares_scaled():
    proposal = propose(demand(1_000_000), curves=three_curves())
    assert [channel.current_spend for channel in proposal.channels] == [300_000, 600_000, 100_000]


def test_a_current_plan_that_breaks_a_rule_is_compared_as_the_nearest_that_keeps_it():
    proposal = propose(demand(1_000_000, bounds={"b": Bounds(max=twd(500_000))}), curves=three_curves())
    assert "optimizer.current.breaks_rules" in [warning.id for warning in proposal.warnings]
    assert proposal.channels[1].current_spend <= 500_000
    assert sum(channel.current_spend for channel in proposal.channels) == 1_000_000


def test_limits_that_cannot_take_the_budget_leave_it_unspent_with_a_reason():
    proposal = propose(demand(share_caps={"a": 0.2, "b": 0.2, "c": 0.2}), curves=three_curves())
    assert proposal.allocated == 240_000
    assert proposal.as_dict()["unspent"] == 160_000
    assert "optimizer.unspent.limits" in [warning.id for warning in proposal.warnings]
    assert proposal.marginal_per_1000 == pytest.approx(0.0, abs=1e-9)
    assert all(channel.why.id.startswith("optimizer.why.held_max") for channel in proposal.channels)


def test_the_price_of_a_rule_is_what_easing_it_brings():
    tight = propose(demand(bounds={"b": Bounds(max=twd(50_000))}), curves=three_curves())
    eased = propose(demand(bounds={"b": Bounds(max=twd(51_000))}), curves=three_curves())
    (binding,) = tight.channels[1].binding
    assert binding.rule == "channel_bounds"
    assert eased.objective - tight.objective == pytest.approx(binding.price_per_1000, rel=0.02)


def test_a_partial_week_is_a_shorter_cell():
    proposal = propose(demand(period=Period(date(2025, 7, 9), date(2025, 7, 29))), curves=three_curves(adstock=0.0))
    cells = [cell for cell in proposal.weeks if cell.channel == "b"]
    assert [cell.week.days for cell in cells] == [5, 7, 7, 2]
    rates = [cell.spend / cell.week.days for cell in cells]
    assert max(rates) / min(rates) == pytest.approx(1.0, rel=0.01)


def test_carry_over_moves_money_before_the_end():
    """The last week's spend is felt in part after the period: it is worth less than the same money before."""
    cells = [cell for cell in propose(demand(), curves=three_curves(adstock=0.8)).weeks if cell.channel == "a"]
    assert cells[-1].spend < cells[1].spend


def test_a_channel_outside_its_flight_spends_nothing():
    proposal = propose(demand(flights={"a": Period(date(2025, 7, 21), date(2025, 8, 3))}), curves=three_curves())
    assert {cell.week.start for cell in proposal.weeks if cell.channel == "a"} == {date(2025, 7, 21), date(2025, 7, 28)}


def test_as_dict_is_plain_json_in_both_languages():
    data = json.loads(json.dumps(propose(demand(**RULES), curves=three_curves()).as_dict(), allow_nan=False))
    assert data["interval"] == 0.9
    for channel in data["channels"]:
        assert channel["why"]["text"]["zh-TW"] != channel["why"]["text"]["en"]
        assert channel["expected_low"] <= channel["expected"] <= channel["expected_high"]
        assert len(channel["points"]) > 10


def test_one_channel_gets_everything():
    asked = demand(channels=("a",), period=FOUR_WEEKS)
    proposal = propose(asked, curves=three_curves())
    assert [channel.spend for channel in proposal.channels] == [400_000]
