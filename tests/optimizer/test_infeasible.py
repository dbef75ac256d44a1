"""A request that no plan can meet is explained: sums first, the cheapest repair in money, and a proof that holds."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from typing import Any

import numpy as np
import pytest

from engine.errors import DemandError
from engine.messages import LANGUAGES
from engine.vocabulary import Period
from optimizer.ask import Kpi, Limit, Pacing
from optimizer.asking import posed_demand
from optimizer.demand import Bounds, GroupLimit, PackageOffer, RatioLimit
from optimizer.infeasible.loosened import loosened
from optimizer.infeasible.sums import sum_conflicts
from optimizer.planning import pose_model
from optimizer.propose import propose
from optimizer.solve.contradiction import contradiction
from optimizer.solve.linear import maximise_linear
from optimizer.solve.nearest import cheapest_repair
from tests.optimizer.cases import FOUR_WEEKS, demand, three_curves, twd

FIRST_WEEK = Period(FOUR_WEEKS.start, date(2025, 7, 13))
ANY = Kpi("conversions", 5000.0, None)
SUMS: dict[str, dict[str, Any]] = {
    "floors_above_budget": {"locks": {"a": twd(300_000), "b": twd(200_000)}},
    "low_above_high": {"locks": {"a": twd(300_000)}, "share_caps": {"a": 0.5}},
    "group_min_above_channels": {
        "groups": [GroupLimit("影音", ("a", "c"), min=twd(300_000))],
        "bounds": {"a": Bounds(max=twd(100_000)), "c": Bounds(max=twd(100_000))},
    },
    "group_max_below_channels": {
        "groups": [GroupLimit("影音", ("a", "c"), max=twd(50_000))],
        "bounds": {"a": Bounds(min=twd(100_000))},
    },
    "group_in_group": {
        "groups": [GroupLimit("g", ("c",), min=twd(9_000)), GroupLimit("h", ("a", "c"), max=twd(8_000))]
    },
    "group_min_above_max": {"groups": [GroupLimit("g", ("a", "b"), min=twd(350_000), max_share=0.5)]},
    "fewest_too_dear": {"fewest_channels": 3, "min_if_active": {name: twd(200_000) for name in "abc"}},
    "most_below_minimums": {"most_channels": 1, "bounds": {n: Bounds(min=twd(10_000)) for n in "ab"}},
    "daily_minimum_above_budget": {"daily": Bounds(min=twd(20_000))},
    "minimums_above_daily_maximum": {"daily": Bounds(max=twd(5_000)), "bounds": {"a": Bounds(min=twd(300_000))}},
    "daily_above_weekly": {"daily": Bounds(min=twd(10_000)), "weekly": Bounds(max=twd(50_000))},
    "weekly_above_daily": {"daily": Bounds(max=twd(10_000)), "weekly": Bounds(min=twd(80_000))},
}


def refused(**asked: Any) -> DemandError:
    with pytest.raises(DemandError) as caught:
        propose(demand(**asked), curves=three_curves())
    error = caught.value
    for language in LANGUAGES:
        text = error.text(language)
        assert not re.search(r"[{}]|nan|inf\b", text), text
    assert error.text("zh-TW") != error.text("en")
    return error


def ids(error: DemandError) -> list[str]:
    return [detail.id.removeprefix("optimizer.") for detail in error.details]


@pytest.mark.parametrize("conflict", sorted(SUMS))
def test_sums_that_contradict_are_named_before_anything_is_solved(conflict):
    told = ids(refused(**SUMS[conflict]))
    assert told[0].startswith("infeasible.")
    assert f"infeasible.{conflict}" in told


def test_more_channels_than_can_run_are_refused():
    problem = posed_demand(demand(), ("a", "b", "c"), three_curves())
    asked = dataclasses.replace(problem, ask=dataclasses.replace(problem.ask, active=Limit(low=4)))
    assert [one.id for one in sum_conflicts(asked)] == ["optimizer.infeasible.fewest_above_channels"]


def test_a_ramp_that_never_reaches_a_minimum_says_how_far_it_gets():
    error = refused(ramp={"c": 0.1}, bounds={"c": Bounds(min=twd(100_000))})
    # 10,000 a week now: 11,000 + 12,100 + 13,310 + 14,641.
    assert "NT$51,051" in error.text("zh-TW")


def test_sums_and_their_cheapest_repair_agree():
    error = refused(locks={"a": twd(300_000), "b": twd(200_000)})
    assert ids(error)[:3] == ["infeasible.floors_above_budget", "infeasible.repair", "repair.lower"]
    assert error.details[1].values["total"] == "NT$100,000"


def test_every_conflict_is_repaired_not_only_the_first():
    groups = [GroupLimit("g", ("a",), min=twd(90_000)), GroupLimit("h", ("b",), min=twd(90_000))]
    error = refused(
        groups=groups,
        flights={name: FIRST_WEEK for name in "ab"},
        weekly_bounds={n: Bounds(max=twd(50_000)) for n in "ab"},
    )
    assert error.details[-1].id.startswith("optimizer.proof.")
    repairs = [detail for detail in error.details if detail.id.startswith("optimizer.repair.")]
    assert {(one.values["channel"] or one.values["group"]) for one in repairs} & {"a", "g"}
    assert {(one.values["channel"] or one.values["group"]) for one in repairs} & {"b", "h"}


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "ratio": {
        "ratios": [RatioLimit("a", "b", min=2.0)],
        "bounds": {"a": Bounds(max=twd(100_000)), "b": Bounds(min=twd(100_000))},
    },
    "overlapping groups": {
        "groups": [GroupLimit("g1", ("a", "b"), min=twd(300_000)), GroupLimit("g2", ("b", "c"), min=twd(300_000))],
        "bounds": {"b": Bounds(max=twd(100_000))},
    },
    "one week": {
        "flights": {"b": FIRST_WEEK},
        "weekly": Bounds(max=twd(100_000)),
        "bounds": {"b": Bounds(min=twd(90_000))},
        "weekly_bounds": {"a": Bounds(min=twd(15_000)), "c": Bounds(min=twd(2_000))},
    },
    "pacing": {
        "pacing": Pacing(0.05),
        "flights": {"a": FIRST_WEEK},
        "bounds": {"a": Bounds(min=twd(200_000))},
    },
    "ramp": {"ramp": {"a": 0.0, "b": 0.0}, "weekly": Bounds(max=twd(60_000))},
}


@pytest.mark.parametrize("name", sorted(IMPOSSIBLE))
def test_what_sums_do_not_show_gets_a_repair_in_money_and_a_proof(name):
    told = ids(refused(**IMPOSSIBLE[name]))
    assert told[0] == "infeasible.repair"
    assert told[1].startswith("repair.")
    assert "proof.heading" in told


@pytest.mark.parametrize("name", sorted(IMPOSSIBLE))
def test_the_proof_contradicts_itself_and_no_smaller_one_does(name):
    curves = three_curves()
    asked = demand(**IMPOSSIBLE[name])
    loose = loosened(pose_model(posed_demand(asked, ("a", "b", "c"), curves)))
    rules, rows = loose.rules, [row for row, _ in contradiction(loose.rules)]
    assert rows

    def possible(kept: list[int]) -> bool:
        always = np.flatnonzero(~loose.bending)
        some = np.unique(np.concatenate([always, np.array(kept, dtype=np.int64)]))
        matrix = rules.matrix.tocsr()[some].tocsc()
        cost = np.zeros(matrix.shape[1])
        found = maximise_linear(cost, matrix, rules.lower, rules.upper, rules.row_lower[some], rules.row_upper[some])
        return found.status == "optimal"

    bending = [row for row in rows if loose.bending[row]]
    assert not possible(bending)
    for row in bending:
        assert possible([other for other in bending if other != row])


@pytest.mark.parametrize("name", sorted(IMPOSSIBLE))
def test_the_repair_makes_a_plan_possible_and_less_does_not(name):
    curves = three_curves()
    asked = demand(**IMPOSSIBLE[name])
    loose = loosened(pose_model(posed_demand(asked, ("a", "b", "c"), curves)))
    rules = loose.rules
    repairs = cheapest_repair(rules, loose.bending, loose.weight)
    for share, expected in ((1.0 + 1e-6, "optimal"), (0.99, "infeasible")):
        low, high = rules.row_lower.copy(), rules.row_upper.copy()
        for repair in repairs:
            if repair.amount > 0:
                high[repair.row] += share * repair.amount
            else:
                low[repair.row] += share * repair.amount
        cost = np.zeros(rules.matrix.shape[1])
        assert maximise_linear(cost, rules.matrix, rules.lower, rules.upper, low, high).status == expected


def test_what_only_whole_choices_forbid_is_repaired_with_the_choices_kept():
    """Either channel fits its least amount, neither fits the group; half of each would."""
    error = refused(
        min_if_active={"a": twd(150_000), "b": twd(150_000)},
        groups=[GroupLimit("ab", ("a", "b"), min=twd(100_000), max=twd(140_000))],
    )
    assert ids(error) in [["infeasible.repair", f"repair.{side}", "proof.whole"] for side in ("raise", "lower")]
    assert error.details[0].values["total"] == "NT$10,000"


def test_a_package_that_must_be_bought_and_cannot_is_named():
    error = refused(packages=[PackageOffer("首頁", "a", twd(500_000), 10.0, must=True)])
    assert "repair.package" in ids(error)
    assert "首頁" in error.text("zh-TW")


def test_a_target_out_of_reach_says_how_far_the_rules_get_and_what_it_would_take():
    curves = three_curves()
    most = propose(demand(), curves=curves).objective
    error = refused(targets=[Kpi("conversions", 1.02 * most, None)])
    assert ids(error) == ["infeasible.target_out_of_reach", "infeasible.target_money"]
    assert error.details[0].values["most"] == f"{most:,.0f}"
    needed = int(re.sub(r"\D", "", str(error.details[1].values["money"])))
    assert propose(demand(needed + 200), curves=curves).objective >= 1.02 * most
    assert propose(demand(needed - 2000), curves=curves).objective < 1.02 * most


def test_a_target_no_budget_reaches_is_said_to_be_so():
    assert ids(refused(targets=[Kpi("conversions", 1e6, None)])) == [
        "infeasible.target_out_of_reach",
        "infeasible.target_never",
    ]


def test_targets_that_only_clash_say_how_short_they_fall_together():
    targets = [Kpi("conversions", 800.0, ("a",)), Kpi("conversions", 600.0, ("c",))]
    error = refused(targets=targets)
    assert set(ids(error)) == {"infeasible.short_together"}
    assert {detail.values["channel"] for detail in error.details} <= {"a", "c"}


def test_an_average_cost_that_locked_money_breaks_says_the_least_it_can_be():
    error = refused(cpa=twd(100), locks={"a": twd(200_000)})
    assert ids(error) == ["infeasible.too_dear"]


def test_a_single_week_bounded_as_variables_is_explained_too():
    error = refused(
        period=FIRST_WEEK,
        budget=100_000,
        groups=[GroupLimit("g", ("a", "b"), min=twd(90_000)), GroupLimit("h", ("b", "c"), min=twd(80_000))],
        bounds={"b": Bounds(max=twd(10_000))},
    )
    assert "infeasible.repair" in ids(error)
    assert "proof.heading" in ids(error)
