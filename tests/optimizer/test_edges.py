"""Problems at the edge of what can be asked: nothing to decide, jumps out of reach, plans on the bends of tables."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from engine.errors import DemandError
from engine.settings import Settings
from optimizer.curves.families.log import Log
from optimizer.curves.families.tabulated import Tabulated
from optimizer.doors.solution import Solution, solve_file
from optimizer.frontier import frontier
from optimizer.problem_file import read_problem
from optimizer.solve.linear import maximise_linear
from optimizer.solve.polish import polish
from optimizer.solve.rules import LinearRules
from optimizer.solve.task import filled, scaled, spend_task


def solved(document: dict[str, Any]) -> Solution:
    return solve_file(read_problem(json.dumps(document).encode(), "p.json", Settings()))


def log(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "family": "log", "a": 100.0, "b": 50.0, **more}


def test_where_no_channel_can_get_anything_the_plan_is_nothing():
    told = solved({"budget": 10, "channels": [log("a", lock=0), log("b", ub=0)]}).as_dict()
    assert told["spend"] == {"a": 0, "b": 0} and told["objective"] == 0 and told["unspent"] == 10


@pytest.mark.parametrize(("low", "status"), [(-1.0, "optimal"), (1.0, "infeasible")])
def test_a_programme_without_columns_is_answered_by_its_rows(low, status):
    nothing = np.empty(0)
    answer = maximise_linear(nothing, sp.csc_array((1, 0)), nothing, nothing, np.array([low]), np.array([np.inf]))
    assert answer.status == status and answer.row_dual.tolist() == [0.0]


@pytest.mark.parametrize(
    "more", [{"min_if_active": 20}, {"min_if_active": 6, "ub": 8, "share_cap": 0.5}, {"min_if_active": 10.1}]
)
def test_a_channel_that_cannot_reach_its_least_amount_is_off(more):
    told = solved({"budget": 10, "channels": [log("a", **more), log("b", a=1.0)]}).as_dict()
    assert told["spend"] == {"a": 0, "b": pytest.approx(10)}


def test_a_channel_that_must_run_and_cannot_is_explained():
    for more in ({"lb": 1, "min_if_active": 8, "share_cap": 0.5}, {"lb": 6, "share_cap": 0.5}):
        with pytest.raises(DemandError) as caught:
            solved({"budget": 10, "channels": [log("a", **more), log("b")]})
        assert caught.value.lines("zh-TW")


def test_a_least_amount_out_of_reach_of_small_budgets_is_reached_by_larger_ones():
    document = {"budget": 10.0, "channels": [log("a", a=900.0, min_if_active=9.0), log("b", a=1.0)]}
    line = frontier(read_problem(json.dumps(document).encode(), "p.json", Settings()).posed(), points=5)
    assert [point.spend[0] > 0 for point in line.points] == [False, False, True, True, True]
    assert max(point.gap for point in line.points) <= 1e-4


def test_polishing_never_loses_on_the_bends_of_tables():
    rng = np.random.default_rng(5)
    below = 0
    for _ in range(100):
        budget = float(rng.uniform(1e5, 1e7))
        points = np.round(np.array([0.1, 0.2, 0.3, 0.6, 0.7]) * budget * rng.uniform(0.9, 1.1), 3)
        table = Tabulated(a=np.array([0.1, 0.11, 4.0, 4.1, 4.4]) * budget, x=points)
        rules = LinearRules(
            sp.csc_array(np.ones((1, 2))), np.array([-np.inf]), np.array([budget]), np.zeros(2), np.full(2, budget)
        )
        task = scaled(spend_task(rules, [table, Log(a=0.8 * budget, b=0.1 * budget)], np.arange(2))).task
        bend = points[2] / task.banks[0].spend_unit
        below += bend * task.banks[0].spend_unit < points[2]  # where the slope at the bend is that of the piece before
        point = filled(task, task.banks, np.array([bend, 2.0 - bend, 0.0]))
        found = polish(task, point, 1e-9)
        assert found is not None and found.objective >= task.objective(point) * (1 - 1e-9)
    assert below > 0
