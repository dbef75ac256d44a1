"""A proposal explains itself: why this much, what a rule costs, what moves against now, what would change it."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from engine.messages import LANGUAGES
from optimizer.ask import Kpi, Pacing, Risk
from optimizer.curves.curve_set import CurveSet
from optimizer.curves.families.hill_average import HillAverage
from optimizer.demand import Bounds, GroupLimit, PackageOffer, RatioLimit
from optimizer.proposal import Proposal
from optimizer.propose import propose
from tests.optimizer.cases import demand, known, three_curves, twd

RULES: dict[str, dict[str, Any]] = {
    "plain": {},
    "lock": {"locks": {"a": twd(100_001)}},
    "bounds": {"bounds": {"b": Bounds(max=twd(50_000))}},
    "floor": {"share_floors": {"b": 0.5}},
    "cap": {"share_caps": {"a": 0.2}},
    "group": {"groups": [GroupLimit("影音", ("a", "c"), max=twd(150_000))]},
    "ratio": {"ratios": [RatioLimit("a", "b", max=0.7)]},
    "jump": {"min_if_active": {"b": twd(150_000), "c": twd(60_000)}},
    "count": {"most_channels": 2},
    "package": {
        "packages": [
            PackageOffer("首頁", "c", twd(50_000), 400.0),
            PackageOffer("貴", "b", twd(90_000), 10.0),
            PackageOffer("必買", "a", twd(20_000), 5.0, must=True),
        ]
    },
    "week": {"weekly": Bounds(max=twd(90_000))},
    "day": {"daily": Bounds(max=twd(13_000))},
    "pacing": {"pacing": Pacing(0.1)},
    "ramp": {"ramp": {"a": 0.1, "b": 0.2}},
    "save": {"targets": [Kpi("conversions", 1100.0, None)], "goal": "least_spend"},
    "cpa": {"cpa": twd(250), "budget": 1_500_000},
    "marginal": {"marginal_cpa": twd(500), "budget": 3_000_000},
    "reserve": {"learning_reserve": 0.3},
    "risk": {"risk": Risk(0.2, 0.5)},
}


def drawn_curves() -> CurveSet:
    """Two channels whose level the data leave open, one of them far more."""
    plain = three_curves(adstock=0.0)
    a = HillAverage(a=60.0 * np.array([0.9, 0.95, 1.0, 1.05, 1.1]), k=np.full(5, 60_000.0), s=np.full(5, 0.8))
    c = HillAverage(a=60.0 * np.array([0.2, 0.6, 1.0, 1.4, 1.8]), k=np.full(5, 60_000.0), s=np.full(5, 0.8))
    curves = {"a": known("a", a), "b": plain.curves["b"], "c": known("c", c)}
    return CurveSet(curves, "conversions", "TWD", plain.data_start, plain.data_end)


def sentences(proposal: Proposal) -> list[dict[str, Any]]:
    data = proposal.as_dict()
    out = [channel["why"] for channel in data["channels"]] + [one["change"]["text"] for one in data["channels"]]
    out += [package["why"] for package in data["packages"]] + [shift["text"] for shift in data["what_would_change"]]
    out += [binding["name"] for one in data["channels"] for binding in one["binding"]]
    return [*out, data["change"]["text"], data["rounding_text"], *data["warnings"]]


@pytest.mark.parametrize("rules", sorted(RULES))
def test_every_kind_of_rule_is_told_in_both_languages(rules):
    proposal = propose(demand(**RULES[rules]), curves=three_curves())
    json.dumps(proposal.as_dict(), allow_nan=False)
    for told in sentences(proposal):
        assert set(told["text"]) == set(LANGUAGES)
        for text in told["text"].values():
            assert text
            assert not re.search(r"[{}]|\bnan\b|\binf\b", text), text


@pytest.mark.parametrize("rules", sorted(RULES))
def test_the_proposal_is_worth_the_current_plan_at_least(rules):
    proposal = propose(demand(**RULES[rules]), curves=three_curves())
    if proposal.current_keeps_rules:
        assert proposal.objective_value >= proposal.objective_current
    else:
        assert "optimizer.current.cannot_keep_rules" in [warning.id for warning in proposal.warnings]


@pytest.mark.parametrize("rules", ["bounds", "floor", "cap", "group", "week", "day"])
def test_the_price_of_a_rule_is_what_easing_it_brings(rules):
    """Eased by a thousand and solved again, the objective moves by the price."""
    eased = {
        "bounds": {"bounds": {"b": Bounds(max=twd(51_000))}},
        "floor": {"share_floors": {"b": 0.5 - 1000 / 400_000}},
        "cap": {"share_caps": {"a": 0.2 + 1000 / 400_000}},
        "group": {"groups": [GroupLimit("影音", ("a", "c"), max=twd(151_000))]},
        "week": {"weekly": Bounds(max=twd(91_000))},
        "day": {"daily": Bounds(max=twd(13_100))},
    }[rules]
    thousands = 0.1 if rules == "day" else 1.0
    before, after = (propose(demand(**one), curves=three_curves()) for one in (RULES[rules], eased))
    binding = next(channel.binding[0] for channel in before.channels if channel.binding)
    assert after.objective - before.objective == pytest.approx(thousands * binding.price_per_1000, rel=0.03)


def test_a_price_that_is_next_to_nothing_is_not_the_reason():
    proposal = propose(demand(**RULES["pacing"]), curves=three_curves())
    assert all(channel.why.id.split(".")[2] in ("raised", "lowered", "kept") for channel in proposal.channels)


def test_a_channel_that_the_count_leaves_out_says_what_it_would_bring():
    two, three = (propose(demand(**one), curves=three_curves()) for one in (RULES["count"], {}))
    (out,) = [channel for channel in two.channels if channel.spend == 0]
    assert out.why.id == "optimizer.why.none_counted"
    gain = three.objective - two.objective
    assert float(str(out.why.values["without"]).replace(",", "")) == pytest.approx(gain, rel=0.01)


def test_a_channel_too_dear_to_start_says_what_its_least_would_bring():
    proposal = propose(demand(min_if_active={"c": twd(390_000)}), curves=three_curves())
    assert proposal.channels[2].spend == 0
    assert proposal.channels[2].why.id == "optimizer.why.none_small"
    assert proposal.channels[2].why.values["least"] == "NT$390,000"


def test_packages_say_what_the_other_choice_would_change():
    proposal = propose(demand(**RULES["package"]), curves=three_curves())
    front, dear, must = proposal.packages
    assert (front.bought, dear.bought, must.bought) == (True, False, True)
    without = propose(demand(packages=RULES["package"]["packages"][1:]), curves=three_curves())
    assert front.toggled == pytest.approx(without.objective - proposal.objective, rel=1e-3)
    assert dear.toggled is not None and dear.toggled < 0
    assert proposal.package_spend == 70_000
    assert proposal.package_results == 405.0
    assert proposal.allocated == 400_000
    cells = sum(cell.expected for cell in proposal.weeks)
    assert proposal.objective == pytest.approx(cells + 405.0)
    assert proposal.objective_low <= proposal.objective <= proposal.objective_high


def test_a_least_spend_plan_tells_money_and_still_states_its_results():
    proposal = propose(demand(**RULES["save"]), curves=three_curves())
    assert proposal.aim == "least_spend"
    assert proposal.objective_value == -proposal.allocated
    assert proposal.objective >= 1100.0
    assert "optimizer.unspent.saved" in [warning.id for warning in proposal.warnings]
    dearer = propose(demand(targets=[Kpi("conversions", 1101.0, None)], goal="least_spend"), curves=three_curves())
    binding = proposal.channels[0].binding[0]
    assert (binding.rule, binding.unit) == ("kpi_targets", "results")
    assert dearer.allocated - proposal.allocated == pytest.approx(binding.price_per_1000 / 1000, rel=0.02)


@pytest.mark.parametrize(("rules", "reason"), [("cpa", "efficiency"), ("marginal", "worth"), ("day", "limits")])
def test_money_left_unspent_has_a_reason(rules, reason):
    proposal = propose(demand(**RULES[rules]), curves=three_curves())
    assert proposal.as_dict()["unspent"] > 0
    assert f"optimizer.unspent.{reason}" in [warning.id for warning in proposal.warnings]


def test_more_and_less_budget_are_solved_not_guessed():
    shifts = {s.kind: s for s in propose(demand(), curves=three_curves()).what_would_change}
    outcomes = {
        budget: propose(demand(budget), curves=three_curves()).objective for budget in (360_000, 400_000, 440_000)
    }
    assert shifts["budget_more"].results == pytest.approx(outcomes[440_000] - outcomes[400_000], rel=0.01)
    assert shifts["budget_less"].results == pytest.approx(outcomes[360_000] - outcomes[400_000], rel=0.01)
    assert shifts["budget_more"].step == 40_000


def test_the_dearest_rule_is_tried_a_tenth_further():
    tight = propose(demand(**RULES["bounds"]), curves=three_curves())
    (shift,) = [one for one in tight.what_would_change if one.kind == "rule"]
    eased = propose(demand(bounds={"b": Bounds(max=twd(55_000))}), curves=three_curves())
    assert (shift.rule, shift.side, shift.channel, shift.step) == ("channel_bounds", "max", "b", 5_000)
    assert shift.results == pytest.approx(eased.objective - tight.objective, rel=0.02)


def test_the_least_certain_curve_is_the_one_that_would_change_the_answer():
    proposal = propose(demand(), curves=drawn_curves())
    (shift,) = [one for one in proposal.what_would_change if one.kind == "curve"]
    assert shift.channel == "c"
    assert shift.factor is not None and shift.factor > 1
    assert shift.chance is not None and 0 < shift.chance <= 1


def test_what_moves_adds_up_to_what_is_gained():
    proposal = propose(demand(), curves=drawn_curves())
    change = proposal.change
    assert change.gained == pytest.approx(proposal.objective - proposal.current_objective)
    assert change.gained == pytest.approx(sum(channel.change.expected for channel in proposal.channels))
    assert change.gained_low <= change.gained <= change.gained_high
    assert change.added == 0
    up = sum(channel.change.spend for channel in proposal.channels if channel.change.spend > 0)
    assert change.moved >= up > 0
    assert change.gained_per_1000 == pytest.approx(1000 * change.gained / change.moved)


def test_the_proof_holds_a_price_for_every_rule_in_their_order():
    proposal = propose(demand(**RULES["cap"]), curves=three_curves())
    proof = proposal.as_dict()["proof"]
    assert proof["bound"] >= proof["objective"] > 0
    assert proof["curves_hash"] == proposal.curves_hash
    assert {row["rule"] for row in proof["rows"]} == {"carry_over", "shares", "total_budget"}
    (budget,) = [row for row in proof["rows"] if row["rule"] == "total_budget"]
    assert 1000 * budget["price"] == pytest.approx(proposal.marginal_per_1000)
    again = propose(demand(**RULES["cap"]), curves=three_curves()).as_dict()["proof"]
    assert again == proof
    other = propose(demand(share_caps={"a": 0.21}), curves=three_curves()).as_dict()["proof"]
    assert other["posed_hash"] != proof["posed_hash"]
