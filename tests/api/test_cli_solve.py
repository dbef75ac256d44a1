"""``adcue solve``: the answer for people and for programs, exit codes, faults at their place, no traceback."""

from __future__ import annotations

import io
import json
import sys

import pytest

from api.cli.app import run

LOG = {"family": "log", "a": 100.0, "b": 50.0}
PROBLEM = {
    "name": "demo",
    "budget": 1000,
    "channels": [{"name": "甲", **LOG}, {"name": "b", **LOG, "ub": 200, "lb": 10}, {"name": "s", **LOG, "a": 1.0}],
    "groups": [{"name": "g", "idx": [0, 2], "hi": 700}],
}


@pytest.fixture
def solve(data_dir, capsys, tmp_path):
    """Runs ``adcue solve`` on a document: exit code, standard output, standard error."""

    def call(document: object, *options: object) -> tuple[int, str, str]:
        path = tmp_path / "p.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        code = run(["solve", str(path), *map(str, options)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_answer_for_programs_holds_plan_proof_prices_and_what_it_took(solve):
    code, out, err = solve(PROBLEM, "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told["spend"] == {"甲": pytest.approx(700, rel=1e-3), "b": 200, "s": pytest.approx(0, abs=1)}
    assert told["objective"] <= told["bound"] and 0 <= told["gap"] <= 1e-6
    assert {(one["rule"], one.get("channel"), one.get("group")) for one in told["binding"]} == {
        ("groups", None, "g"),
        ("channel_bounds", "b", None),
    }
    assert all(one["price"] > 0 for one in told["binding"])
    assert told["unspent"] == pytest.approx(100)
    assert 0 < told["seconds"] <= told["seconds_total"] and told["peak_memory_mb"] > 10
    assert "frontier" not in told


def test_the_answer_for_people_begins_with_the_conclusion(solve, monkeypatch):
    code, out, err = solve(PROBLEM)
    assert (code, err) == (0, "")
    assert out.startswith("demo：預算 1,000 用掉 900")
    assert out.index("甲") < out.index("「g」") < out.index("留下 100 沒有花") < out.index("MB")
    monkeypatch.setenv("ADCUE_LANGUAGE", "en")
    assert solve(PROBLEM)[1].startswith("demo: 900 of 1,000")


def test_a_frontier_is_told_with_the_gap_of_every_point(solve):
    code, out, _ = solve(PROBLEM, "--frontier", 5, "--json")
    points = json.loads(out)["frontier"]["points"]
    assert code == 0 and [point["budget"] for point in points] == [500, 750, 1000, 1250, 1500]
    assert all(0 <= point["gap"] <= 1e-6 for point in points)
    assert "再加 1 元多得" in solve(PROBLEM, "--frontier", 5)[1]


def test_a_problem_comes_in_by_standard_input(solve, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(PROBLEM).encode())))
    assert run(["solve", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spend"]["b"] == 200


def test_what_no_plan_can_meet_ends_with_3_and_a_repair(solve):
    problem = PROBLEM | {"groups": [{"name": "g", "idx": [0, 1], "lo": 1500}]}
    code, out, err = solve(problem, "--json")
    told = json.loads(out)
    assert code == 3 and told["code"] == "optimizer.infeasible.heading" and told["errors"]
    assert err.count("\n") >= 2 and "1,500" in err + json.dumps(told)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ('{"budget": 1,', "不是正確的 JSON"),
        ('{"budget": 1, "channels": [{"name": "a", "family": "log", "a": NaN, "b": 1}]}', "channels[0].a"),
        ({"budget": 0, "channels": []}, "channels"),
        (PROBLEM | {"budgett": 3}, "是不是「budget」"),
    ],
)
def test_a_faulty_file_ends_with_2_and_every_fault(solve, document, told):
    code, out, err = solve(document)
    assert (code, out) == (2, "") and told in err and "Traceback" not in err
    code, out, _ = solve(document, "--json")
    assert code == 2 and json.loads(out)["code"] == "optimizer.problem.faults" and json.loads(out)["errors"]


def test_a_file_that_is_not_there_is_named(data_dir, capsys):
    assert run(["solve", "nowhere.json"]) == 2
    assert "nowhere.json" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--tolerance", "2"], ["--frontier", "1"], ["--tolerance", "nan"]])
def test_options_out_of_range_end_with_2(solve, options):
    code, out, err = solve(PROBLEM, *options)
    assert (code, out) == (2, "") and options[0] in err
