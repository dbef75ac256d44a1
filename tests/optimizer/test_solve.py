"""The certified solver on its own: reference problems, the bound, nearest plans, warm starts, degenerate inputs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Family, curve_from
from optimizer.solve.certificate import upper_bound
from optimizer.solve.nearest import cheapest_repair, nearest_point
from optimizer.solve.rules import LinearRules, violation
from optimizer.solve.solving import Answer, solve
from optimizer.solve.task import scaled, spend_task
from tests.shared import shared_dir

CONCAVE = (
    "concave_n5_s0",
    "concave_n20_s0",
    "concave_n100_s0",
    "concave_n1000_s0",
    "concave_n10000_s0",
    "concave_groups_n20",
    "concave_groups_n100",
    "log_n20",
    "real_pymc_mmm_example_truth",
)
OTHERS = (
    "real_robyn_weekly",
    "sshape_n5_s0",
    "sshape_n20_s0",
    "sshape_n100_s0",
    "sshape_n500_s0",
    "sshape_mia_groups_n20",
    "sshape_mia_groups_n100",
)
NAMES = {"mm": "michaelis_menten"}
LETTERS = ("a", "b", "p", "k", "s", "l", "c")


def curve_of(channel: dict[str, Any]) -> Family:
    family = NAMES.get(channel["family"], channel["family"])
    return curve_from(family, {letter: channel[letter] for letter in LETTERS if letter in channel})


def rules_of(problem: dict[str, Any]) -> LinearRules:
    count = len(problem["channels"])
    rows, highs = [np.ones(count)], [problem["budget"]]
    for group in problem.get("groups", []):
        row = np.zeros(count)
        row[group["idx"]] = 1.0
        rows.append(row)
        highs.append(group["hi"])
    return LinearRules(
        sp.csc_array(np.array(rows)),
        np.full(len(highs), -np.inf),
        np.array(highs),
        np.array([channel["lb"] for channel in problem["channels"]]),
        np.array([channel["ub"] for channel in problem["channels"]]),
    )


def answer(rules: LinearRules, curves: list[Family], tolerance: float, least: Any = None) -> Answer:
    return solve(spend_task(rules, curves, np.arange(len(curves)), least=least), tolerance=tolerance)


def read(name: str) -> tuple[dict[str, Any], LinearRules, list[Family], Any]:
    problem = json.loads((shared_dir() / "alloc" / f"{name}.json").read_text())
    channels = problem["channels"]
    least = np.array([channel.get("min_if_active") or 0.0 for channel in channels])
    return problem, rules_of(problem), [curve_of(channel) for channel in channels], least


def kept(rules: LinearRules, point: Any) -> bool:
    return violation(rules, point[:-1]) <= 1e-9 * float(rules.row_upper.max())


@pytest.mark.shared
@pytest.mark.parametrize("name", CONCAVE)
def test_concave_reference_problems_are_solved_to_the_last_digits(name):
    problem, rules, curves, _ = read(name)
    found = answer(rules, curves, 1e-6)
    assert found.gap <= 1e-9
    assert found.objective >= problem["best"]["objective"] * (1 - 1e-9)
    assert kept(rules, found.point)


@pytest.mark.shared
@pytest.mark.parametrize("name", OTHERS)
def test_the_other_reference_problems_are_solved_with_proof(name):
    problem, rules, curves, least = read(name)
    found = answer(rules, curves, 1e-4, least)
    assert found.gap <= 1e-4
    assert found.objective >= problem["best"]["objective"] * (1 - 1e-6)
    assert kept(rules, found.point)
    spend = found.point[:-1]
    assert np.all((spend <= 1e-9) | (spend >= least * (1 - 1e-9)))


def mixed(count: int, seed: int = 0) -> list[Family]:
    rng = np.random.default_rng(seed)
    makers = [
        lambda a, k: curve_from("log", {"a": a, "b": k}),
        lambda a, k: curve_from("power", {"a": a / k**0.5, "p": 0.5}),
        lambda a, k: curve_from("michaelis_menten", {"a": a, "k": k}),
        lambda a, k: curve_from("hill", {"a": a, "k": k, "s": 0.7}),
        lambda a, k: curve_from("tanh", {"a": a, "b": k}),
    ]
    return [
        makers[number % len(makers)](float(rng.uniform(50, 500)), float(rng.uniform(1e3, 1e5)))
        for number in range(count)
    ]


def simplex(count: int, budget: float) -> LinearRules:
    return LinearRules(
        sp.csc_array(np.ones((1, count))),
        np.array([-np.inf]),
        np.array([budget]),
        np.zeros(count),
        np.full(count, budget),
    )


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_bisection_on_the_price_finds_the_same_outcome(count):
    curves, budget = mixed(count), 2e4 * count
    found = answer(simplex(count, budget), curves, 1e-9)
    plain = CurveBank(curves)
    low, high = 1e-12, 1e3
    for _ in range(300):
        price = np.sqrt(low * high)
        spend = np.minimum(plain.spend_at(np.full(count, price)), budget)
        low, high = (price, high) if spend.sum() > budget else (low, price)
    assert found.objective == pytest.approx(float(plain.value(spend).sum()), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_any_prices_give_a_bound_no_plan_passes(seed):
    rng = np.random.default_rng(seed)
    curves = mixed(6, seed)
    task = scaled(spend_task(simplex(6, 1e5), curves, np.arange(6)))
    bank = CurveBank(curves)
    for price in 10.0 ** rng.uniform(-6, 0, size=10):
        bound = upper_bound(task.task, task.task.banks, np.array([price])).value * task.unit
        for _ in range(50):
            plan = rng.dirichlet(np.full(6, 0.4)) * 1e5 * rng.uniform(0.2, 1.0)
            assert bank.value(plan).sum() <= bound * (1 + 1e-12)


def test_a_curve_that_cannot_move_and_one_that_brings_nothing():
    curves: list[Family] = [*mixed(2), curve_from("log", {"a": 0.0, "b": 1.0})]
    rules = simplex(3, 1e5)
    rules.upper[0] = 0.0
    found = answer(rules, curves, 1e-6)
    assert found.gap <= 1e-6
    assert found.point[0] == 0.0
    assert found.point[1] == pytest.approx(1e5, rel=1e-6)


def test_rules_without_a_plan_are_called_infeasible():
    rules = simplex(3, 1e5)
    rules.lower[:] = 5e4
    assert answer(rules, mixed(3), 1e-6).status == "infeasible"


def test_the_nearest_plan_hands_freed_money_on_in_proportion():
    rules = simplex(3, 100.0)
    rules.upper[0] = 20.0
    nearest = nearest_point(rules, np.array([60.0, 30.0, 10.0]), np.arange(3))
    assert nearest == pytest.approx([20.0, 60.0, 20.0], abs=0.5)


def test_the_cheapest_repair_is_the_least_money():
    rules = simplex(2, 100.0)
    rows = sp.csc_array(np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    asked = LinearRules(
        rows,
        np.array([-np.inf, 70.0, 50.0]),
        np.array([100.0, np.inf, np.inf]),
        rules.lower,
        rules.upper,
    )
    repairs = cheapest_repair(asked, np.array([True, True, True]), np.array([1.01, 1.0, 1.0]))
    assert sum(abs(repair.amount) for repair in repairs) == pytest.approx(20.0)
    assert all(repair.row in (1, 2) and repair.amount < 0 for repair in repairs)
