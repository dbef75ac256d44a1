"""The yardsticks of the optimizer bench are right: they agree with each other, and no row or bound is broken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.bench.optimizer import problems
from tests.bench.optimizer.allocation import Allocation, Answer, read_problem
from tests.bench.optimizer.problems import Problem
from tests.bench.optimizer.reference_adaptive import solve_adaptively
from tests.bench.optimizer.reference_bisection import solve_by_price
from tests.bench.optimizer.reference_frontier import solve_frontier
from tests.bench.optimizer.reference_halving import solve_by_halving
from tests.bench.optimizer.reference_milp import solve_with_milp
from tests.bench.optimizer.reference_nlopt import solve_with_nlopt
from tests.bench.optimizer.reference_period import solve_period
from tests.bench.optimizer.reference_slsqp import solve_with_slsqp

FORMULAS = {
    "log": lambda c, x: c["a"] * np.log1p(x / c["b"]),
    "power": lambda c, x: c["a"] * x ** c["p"],
    "mm": lambda c, x: c["a"] * x / (c["k"] + x),
    "hill": lambda c, x: c["a"] * (x + c.get("c", 0)) ** c["s"] / (c["k"] ** c["s"] + (x + c.get("c", 0)) ** c["s"]),
    "logistic": lambda c, x: c["a"] * np.tanh(c["l"] * x / 2),
    "tanh": lambda c, x: c["a"] * np.tanh(x / c["b"]),
}


def value_of(problem: Problem, spend: np.ndarray) -> float:
    """The objective by the formulas of the problem's schema, one channel at a time."""
    return float(sum(FORMULAS[c["family"]](c, x) for c, x in zip(problem["channels"], spend, strict=True)))


def with_offsets(problem: Problem) -> Problem:
    for channel in problem["channels"]:
        if channel["family"] == "hill":
            channel["c"] = 0.05 * channel["k"]
    return problem


def check_plan(problem: Problem, answer: Answer) -> None:
    spend, slack = answer.spend, 1e-12 * problem["budget"]
    assert answer.objective == pytest.approx(value_of(problem, spend), rel=1e-12)
    assert spend.sum() <= problem["budget"] + slack
    for channel, amount in zip(problem["channels"], spend, strict=True):
        assert channel["lb"] <= amount <= channel["ub"]
    for group in problem["groups"]:
        assert spend[group["idx"]].sum() <= group["hi"] + slack
    if answer.bound is not None:
        assert answer.objective <= answer.bound * (1 + 1e-12)


@pytest.mark.parametrize(
    "problem",
    [
        with_offsets(problems.draw_concave(24, 1)),
        with_offsets(problems.draw_s_shaped(8, 1)),
        problems.perturb_problem(problems.draw_s_shaped_groups(10, 2), 2, 3),
    ],
    ids=lambda p: p["name"],
)
def test_curves_follow_their_formulas_slopes_and_inverses(problem: Problem) -> None:
    allocation = read_problem(problem)
    curves, order = allocation.curves, allocation.order
    share = np.linspace(0.02, 0.98, 7)
    for part in share:
        x = part * allocation.upper
        expected = [
            FORMULAS[problem["channels"][i]["family"]](problem["channels"][i], x[j]) for j, i in enumerate(order)
        ]
        np.testing.assert_allclose(curves.value(x), expected, rtol=1e-12)
        step = 1e-5 * x
        slope = (curves.value(x + step) - curves.value(x - step)) / (2 * step)
        np.testing.assert_allclose(curves.slope(x), slope, rtol=1e-5, atol=1e-9 * slope.max())
        bend = (curves.slope(x + step) - curves.slope(x - step)) / (2 * step)
        np.testing.assert_allclose(curves.bend(x), bend, rtol=1e-4, atol=1e-9 * np.abs(bend).max())
        falling = x > curves.inflection() * 1.05
        again = curves.spend_at(np.where(falling, curves.slope(x), curves.slope(allocation.upper)))
        np.testing.assert_allclose(again[falling], x[falling], rtol=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_peers_agree_on_concave_curves(seed: int) -> None:
    problem = problems.draw_concave(12, seed)
    allocation = read_problem(problem)
    best = solve_by_price(allocation)
    assert best.gap < 1e-9
    for answer in (best, solve_adaptively(allocation, 1e-8), solve_with_slsqp(allocation)):
        check_plan(problem, answer)
        assert answer.objective == pytest.approx(best.objective, rel=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_peers_agree_under_groups(seed: int) -> None:
    problem = problems.draw_concave_groups(30, seed)
    allocation = read_problem(problem)
    best = solve_adaptively(allocation, 1e-8)
    assert best.gap <= 1e-8
    for answer in (best, solve_with_slsqp(allocation)):
        check_plan(problem, answer)
        assert answer.objective == pytest.approx(best.objective, rel=1e-6)


def test_overlapping_groups_are_solved_without_a_greedy_start() -> None:
    problem = problems.draw_concave_groups(20, 4)
    problem["groups"].append({"name": "both", "idx": list(range(5, 15)), "hi": 0.7 * problem["groups"][0]["hi"]})
    allocation = read_problem(problem)
    assert not allocation.disjoint
    answer = solve_adaptively(allocation)
    check_plan(problem, answer)
    assert answer.gap <= 1e-6


def test_nlopt_agrees_on_concave_curves() -> None:
    pytest.importorskip("nlopt", reason="nlopt is not installed")
    problem = problems.draw_concave(12, 1)
    answer = solve_with_nlopt(read_problem(problem))
    check_plan(problem, answer)
    assert answer.objective == pytest.approx(solve_by_price(read_problem(problem)).objective, rel=1e-6)


def test_a_budget_for_everything_is_not_spent_twice() -> None:
    problem = problems.draw_concave(6, 1) | {"budget": 1e9}
    for answer in (solve_by_price(read_problem(problem)), solve_adaptively(read_problem(problem))):
        check_plan(problem, answer)
        assert answer.spend == pytest.approx([c["ub"] for c in problem["channels"]])


@pytest.mark.parametrize("draw", [problems.draw_s_shaped, problems.draw_s_shaped_groups])
def test_the_integer_model_is_no_worse_than_many_starts(draw: object) -> None:
    problem = draw(10, 2)  # type: ignore[operator]
    allocation = read_problem(problem)
    exact, local = solve_with_milp(allocation), solve_with_slsqp(allocation, starts=20)
    for answer in (exact, local):
        check_plan(problem, answer)
        used = answer.spend > 0
        least = np.array([c.get("min_if_active", 0.0) for c in problem["channels"]])
        assert (answer.spend[used] >= least[used] * (1 - 1e-9)).all()
    assert exact.objective >= local.objective * (1 - 2e-3)


def test_no_answer_in_no_time_is_said() -> None:
    allocation = read_problem(problems.draw_concave(40, 1))
    answer = solve_with_slsqp(allocation, cap_seconds=0.0)
    assert np.isnan(answer.objective) and answer.status.startswith("no answer")


def test_a_frontier_meets_the_single_budgets() -> None:
    allocation = read_problem(problems.draw_concave(20, 1))
    frontier = solve_frontier(allocation, np.linspace(0.5, 1.5, 5))
    assert (np.diff(frontier.objective) > 0).all() and (np.diff(frontier.marginal) <= 0).all()
    for budget, objective in zip(frontier.budgets, frontier.objective, strict=True):
        best = solve_by_price(with_budget(allocation, budget))
        assert best.objective * (1 - 1e-3) <= objective <= best.objective * (1 + 1e-9)


def with_budget(allocation: Allocation, budget: float) -> Allocation:
    return replace(allocation, limits=np.array([budget]))


def test_a_period_keeps_its_caps() -> None:
    problem = problems.draw_period(1, channels=8, days=14)
    answer = solve_period(problem)
    assert answer.status == "Optimal"
    assert answer.objective >= answer.model_objective
    slack = 1 + 1e-6
    assert (answer.spend.sum(axis=1) <= problem.channel_caps * slack).all()
    assert (np.bincount(problem.week, answer.spend.sum(axis=0)) <= problem.weekly_caps * slack).all()
    assert answer.spend.sum() <= problem.budget * slack


@pytest.mark.parametrize("size", [5, 60])
def test_halving_the_price_finds_what_the_fast_search_finds(size):
    allocation = read_problem(problems.draw_concave(size, 4))
    assert solve_by_halving(allocation).objective == pytest.approx(solve_by_price(allocation).objective, rel=1e-10)
