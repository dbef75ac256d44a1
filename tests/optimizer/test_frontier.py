"""What other budgets bring: every point as good as one solved alone, proven, and never less for more money."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.settings import Settings
from optimizer.asking import posed_demand
from optimizer.demand import Bounds
from optimizer.frontier import Frontier, frontier, in_shares
from optimizer.planning import plan, pose_model
from optimizer.problem import Problem
from optimizer.problem_file import read_problem
from tests.optimizer.cases import demand, three_curves, twd
from tests.shared import shared_dir


def problem_of(document: dict[str, Any]) -> Problem:
    return read_problem(json.dumps(document).encode(), "p.json", Settings()).posed()


def concave(**more: Any) -> dict[str, Any]:
    channels = [
        {"name": "a", "family": "log", "a": 300.0, "b": 50.0, "ub": 400.0},
        {"name": "b", "family": "mm", "a": 200.0, "k": 90.0, "lb": 20.0},
        {"name": "c", "family": "hill", "a": 500.0, "k": 300.0, "s": 0.7},
    ]
    return {"budget": 1000.0, "channels": channels, "groups": [{"name": "g", "idx": [0, 2], "hi": 700.0}], **more}


def shaped() -> dict[str, Any]:
    document = concave(max_active=3)
    document["channels"] += [
        {"name": "s", "family": "hill", "a": 900.0, "k": 400.0, "s": 3.0},
        {"name": "m", "family": "mm", "a": 300.0, "k": 200.0, "min_if_active": 250.0},
    ]
    return document


def alone(problem: Problem, budget: float) -> tuple[float, float]:
    """Objective and bound of one budget solved by itself."""
    answer = plan(pose_model(replace(problem, ask=replace(problem.ask, budget=budget)))).answer
    assert answer.status == "optimal"
    return answer.objective, answer.bound


def check(problem: Problem, line: Frontier, gap: float) -> None:
    for point in line.points:
        objective, bound = alone(problem, point.budget)
        assert objective * (1 - gap) <= point.objective <= bound * (1 + 1e-12)
        assert point.bound >= objective * (1 - 1e-12) and point.gap <= gap
        assert point.allocated <= point.budget * (1 + 1e-9)
    assert all(np.diff([point.objective for point in line.points]) >= 0)


def test_fifty_budgets_are_the_default_each_as_good_as_one_solved_alone():
    problem = problem_of(concave())
    line = frontier(problem)
    assert [point.budget for point in line.points] == pytest.approx(np.linspace(500, 1500, 50))
    check(problem, line, 1e-9)
    for before, point, after in zip(line.points, line.points[1:], line.points[2:], strict=False):
        rise = (after.objective - before.objective) / (after.budget - before.budget)
        assert min(before.marginal, after.marginal) - 1e-9 <= rise <= max(before.marginal, after.marginal) + 1e-9
        assert point.marginal >= 0


@pytest.mark.parametrize(
    "document",
    [shaped(), concave(packages=[{"name": "p", "channel": "b", "price": 300.0, "results": 90.0}])],
)
def test_branches_and_fixed_buys_are_proven_at_every_point(document):
    problem = problem_of(document)
    line = frontier(problem, points=9)
    check(problem, line, 1e-4)


def test_rules_in_shares_move_with_the_budget():
    document = concave()
    document["channels"][0] |= {"share_cap": 0.2}
    document["groups"] = [{"name": "g", "idx": [1], "share_floor": 0.4}]
    problem = problem_of(document)
    line = frontier(problem, points=7)
    assert in_shares(problem) and len(line.points) == 7
    for point in line.points:
        assert point.spend[0] <= 0.2 * point.budget * (1 + 1e-9)
        assert point.spend[1] >= 0.4 * point.budget * (1 - 1e-9)
        assert point.objective == pytest.approx(alone(problem, point.budget)[0], rel=1e-9)


def test_budgets_that_no_plan_keeps_are_named():
    document = concave()
    document["channels"][1]["lb"] = 800.0
    line = frontier(problem_of(document), points=11)
    assert line.impossible == pytest.approx([500, 600, 700])
    assert [point.budget for point in line.points] == pytest.approx(np.linspace(800, 1500, 8))
    assert line.as_dict()["impossible"] == list(line.impossible)


def test_a_demand_of_weeks_with_carry_over_has_a_frontier():
    curves = three_curves()
    asked = demand(bounds={"a": Bounds(twd(20_000), twd(90_000))})
    problem = posed_demand(asked, tuple(sorted(curves.curves)), curves)
    line = frontier(problem, points=6)
    check(problem, line, 1e-6)
    assert json.loads(json.dumps(line.as_dict()))["points"][0]["spend"].keys() == {"a", "b", "c"}


@pytest.mark.parametrize(("points", "low", "high"), [(1, 0.5, 1.5), (5, 0.0, 1.5), (5, 1.0, 1.0)])
def test_a_frontier_of_nothing_is_refused(points, low, high):
    with pytest.raises(ValueError, match="two points"):
        frontier(problem_of(concave()), points=points, low=low, high=high)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["concave_groups_n20", "real_robyn_weekly", "sshape_n20_s0"])
def test_the_frontier_of_a_reference_problem_is_proven_throughout(name):
    document = json.loads((shared_dir() / "alloc" / f"{name}.json").read_text())
    problem = problem_of(document)
    line = frontier(problem, points=12)
    check(problem, line, 1e-4)
    (own,) = [point for point in frontier(problem, points=3).points if point.budget == document["budget"]]
    assert own.objective >= document["best"]["objective"] * (1 - 1e-4)


@pytest.mark.shared
def test_ten_thousand_channels_need_no_programme_after_the_first_point():
    text = (shared_dir() / "alloc" / "concave_n10000_s0.json").read_bytes()
    problem = read_problem(text, "p.json", Settings()).posed()
    start = time.process_time()
    line = frontier(problem)
    assert time.process_time() - start < 15 and len(line.points) == 50
    assert max(point.gap for point in line.points) < 1e-9
