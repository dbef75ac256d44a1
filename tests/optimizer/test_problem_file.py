"""The door for other people's problems: what a plan of a problem file keeps to, and what it is worth."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import DemandError
from optimizer.curves.curve import curve_from
from optimizer.doors.channels import EVERY_KEY, FAMILIES
from optimizer.doors.solution import solve_file
from optimizer.doors.wishes import GROUP_KEYS, PACKAGE_KEYS, RATIO_KEYS
from optimizer.problem_file import IGNORED, KEYS, RESULT
from tests.optimizer.problem_files import TABLE, base, log, read, solved
from tests.shared import shared_dir


def value_of(document: dict[str, Any], spend: dict[str, float]) -> float:
    """The objective, worked out from the document alone."""
    total = 0.0
    for channel in document["channels"]:
        kind = {"mm": "michaelis_menten"}.get(channel["family"], channel["family"])
        letters = {key: channel[key] for key in ("a", "b", "p", "k", "s", "l", "c") if key in channel}
        if kind == "tabulated":
            letters = {"a": [float(v) for v in channel["values"]], "x": [float(p) for p in channel["points"]]}
        total += float(curve_from(kind, letters).value(np.array([spend[channel["name"]]]))[0])
    return total


SHARED = (
    "concave_n20_s0",
    "concave_groups_n100",
    "log_n20",
    "real_robyn_weekly",
    "sshape_mia_groups_n20",
    "sshape_n5_s0",
)


@pytest.mark.shared
@pytest.mark.parametrize("name", [*SHARED, "real_pymc_mmm_example_truth", "concave_n10000_s0"])
def test_a_reference_problem_is_solved_within_its_rules(name):
    document = json.loads((shared_dir() / "alloc" / f"{name}.json").read_text())
    told = solved(document).as_dict()
    best = document["best"]
    assert told["status"] == "optimal" and told["gap"] <= 1e-4
    assert told["objective"] >= best["objective"] * (1 - 1e-6)
    assert told["objective"] == pytest.approx(value_of(document, told["spend"]), rel=1e-12)
    if (proven := best.get("lagrangian_ub") or best.get("dual_bound") or best.get("ub")) is not None:
        assert told["objective"] <= proven * (1 + 1e-12) and told["bound"] >= best["objective"] * (1 - 1e-12)
    assert math.fsum(told["spend"].values()) <= document["budget"]
    for channel in document["channels"]:
        spend, least = told["spend"][channel["name"]], channel.get("min_if_active", 0.0)
        assert channel["lb"] <= spend <= channel["ub"] and (spend == 0 or spend >= least)
    for group in document.get("groups", []):
        names = [document["channels"][at]["name"] for at in group["idx"]]
        assert math.fsum(told["spend"][name] for name in names) <= group["hi"]


@pytest.mark.parametrize("money", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("worth", [1e-9, 1.0, 1e9])
def test_amounts_of_any_scale_give_the_same_plan(money, worth):
    def scaled_problem(money: float, worth: float) -> dict[str, Any]:
        channels = [
            {"name": "s", "family": "hill", "a": 90 * worth, "k": 300 * money, "s": 2.5, "ub": 800 * money},
            {"name": "m", "family": "mm", "a": 100 * worth, "k": 200 * money, "min_if_active": 50 * money},
            log("l", a=30 * worth, b=100 * money),
        ]
        return {"budget": 700 * money, "channels": channels, "groups": [{"idx": [1, 2], "hi": 400 * money}]}

    plain, told = solved(scaled_problem(1.0, 1.0)), solved(scaled_problem(money, worth))
    assert told.spend / money == pytest.approx(plain.spend, rel=1e-5, abs=1e-3)
    assert told.objective / worth == pytest.approx(plain.objective, rel=1e-9)
    assert told.gap <= 1e-4


def test_bounds_follow_names_and_not_their_order():
    channels = [log("z", a=10, lb=300), log("a", a=90, ub=50), log("m", a=70)]
    forward, backward = solved(base(channels=channels)), solved(base(channels=channels[::-1]))
    assert forward.as_dict()["spend"] == pytest.approx(backward.as_dict()["spend"])
    assert forward.as_dict()["spend"]["z"] >= 300 and forward.as_dict()["spend"]["a"] <= 50


def test_one_channel_gets_what_it_may():
    assert solved({"budget": 10, "channels": [log("a")]}).as_dict()["spend"] == {"a": pytest.approx(10)}
    told = solved({"budget": 10, "channels": [log("a", ub=4)]}).as_dict()
    assert told["spend"] == {"a": 4} and told["unspent"] == pytest.approx(6)


def test_wishes_of_every_kind_are_kept():
    document = base(
        channels=[
            log("甲", a=100, share_cap=0.3),
            log("b", a=80, lock=100),
            log("c", a=60, share_floor=0.2),
            log("d", a=500),
            TABLE | {"name": "t", "points": [50, 100], "values": [40, 60]},
        ],
        groups=[{"name": "g", "channels": ["甲", "c"], "lo": 350, "hi": 450}, {"idx": [3], "share_cap": 0.4}],
        ratios=[{"over": "甲", "under": "c", "max": 0.5}],
        packages=[{"name": "must", "channel": "d", "price": 20, "results": 0, "must": True}],
        max_active=5,
        min_active=5,
    )
    solution = solved(document)
    spend = solution.as_dict()["spend"]
    assert spend["甲"] <= 300 and spend["b"] == pytest.approx(100) and spend["c"] >= 200
    assert 350 * (1 - 1e-9) <= spend["甲"] + spend["c"] <= 450
    assert spend["d"] + 20 <= 400 * (1 + 1e-9) and spend["甲"] <= 0.5 * spend["c"] * (1 + 1e-9)
    assert solution.as_dict()["packages"] == {"must": True} and solution.allocated <= 1000
    assert solution.objective == pytest.approx(value_of(document, spend), rel=1e-12)


def test_a_package_counts_in_money_and_in_results():
    with_one = base(packages=[{"name": "p", "channel": "b", "price": 400, "results": 500}])
    solution = solved(with_one)
    assert solution.as_dict()["packages"] == {"p": True}
    assert math.fsum(solution.spend) <= 600
    assert solution.objective == pytest.approx(value_of(with_one, solution.as_dict()["spend"]) + 500)
    assert solution.objective > solved(base()).objective


@pytest.mark.parametrize(
    ("document", "binding"),
    [
        (
            base(channels=[log("a", a=300, ub=200), log("b", a=80, lb=600), log("c", a=60)]),
            {"total_budget": "max", "a": "max", "b": "min"},
        ),
        (
            base(channels=[log("a", a=300), log("b"), log("c")], groups=[{"name": "g", "idx": [0, 2], "hi": 450}]),
            {"total_budget": "max", "g": "max"},
        ),
        (base(channels=[log("a", share_cap=0.2), log("b", share_floor=0.7)]), {"total_budget": "max", "a": "max"}),
        (base(channels=[log("a", a=300), log("b", share_floor=0.7)]), {"total_budget": "max", "b": "min"}),
        (base(channels=[log("a", lock=5), log("b")]), {"total_budget": "max", "a": "max"}),
    ],
)
def test_prices_of_binding_rules_are_what_giving_way_brings(document, binding):
    start = solved(document)
    told = {one.get("channel", one.get("group", one["rule"])): one for one in start.as_dict()["binding"]}
    assert {name: one["side"] for name, one in told.items()} == binding
    step = 1e-3
    for name, held in told.items():
        eased = json.loads(json.dumps(document))
        moved = step if held["side"] == "max" else -step
        if name == "total_budget":
            eased["budget"] += moved
            for channel in eased["channels"]:
                for share in ("share_cap", "share_floor"):
                    channel.update({share: channel[share] * 1000 / eased["budget"]} if share in channel else {})
        elif name == "g":
            eased["groups"][0]["hi"] += moved
        else:
            channel = next(one for one in eased["channels"] if one["name"] == name)
            for key, unit in (("ub", 1), ("lb", 1), ("lock", 1), ("share_floor", 1000), ("share_cap", 1000)):
                channel.update({key: channel[key] + moved / unit} if key in channel else {})
        assert (solved(eased).objective - start.objective) / step == pytest.approx(held["price"], rel=1e-3)


@pytest.mark.parametrize(
    "document",
    [
        base(channels=[log("a", lb=700), log("b", lb=700)]),
        base(groups=[{"idx": [0, 1], "lo": 1200}]),
        base(channels=[log("a", lock=700), log("b", lock=700)]),
        base(channels=[log("a", lb=300), log("b")], groups=[{"idx": [0], "hi": 200}]),
        base(channels=[log("a", ub=10), log("b", ub=10)], groups=[{"channels": ["a", "b"], "lo": 50}]),
    ],
)
def test_what_no_plan_can_meet_is_explained(document):
    with pytest.raises(DemandError) as caught:
        solved(document)
    assert caught.value.lines("zh-TW") and caught.value.lines("en")


def test_ten_thousand_channels_take_well_under_a_second_and_a_half():
    rng = np.random.default_rng(0)
    channels = [log(f"c{n}", a=float(a), b=float(b), lb=0.0, ub=5.0) for n, (a, b) in enumerate(
        zip(rng.uniform(1, 9, 10_000), rng.uniform(1, 9, 10_000), strict=True))]  # fmt: skip
    data = json.dumps({"budget": 12_000, "channels": channels}).encode()
    solve_file(read(base()))
    start = time.process_time()
    solution = solve_file(read(data))
    assert time.process_time() - start < 3.0 and solution.gap < 1e-9
    assert math.fsum(solution.spend) <= 12_000


def test_the_problem_made_is_one_week_of_one_result():
    problem = read(base()).posed()
    assert problem.result == RESULT and problem.currency == "" and len(problem.weeks) == 1
    assert problem.cells == ((0, 0), (1, 0), (2, 0))


def test_the_example_of_the_page_is_solved_and_every_key_is_on_it():
    page = (Path(__file__).resolve().parents[2] / "docs" / "problem-file.md").read_text(encoding="utf-8")
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert solved(example).gap <= 1e-4
    for key in KEYS | IGNORED | EVERY_KEY | GROUP_KEYS | RATIO_KEYS | PACKAGE_KEYS | FAMILIES.keys():
        assert f"`{key}`" in page, key
