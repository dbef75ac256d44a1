"""What other budgets would bring: the same from both doors, rising, proven, and refused where it cannot be told."""

from __future__ import annotations

import json

import pytest

from api.cli.app import run


@pytest.fixture
def made(filled_dir, client, key, plan):
    """A proposal, and the header of its planner."""
    header = key()
    return client.post("/v1/proposals", json=plan, headers=header).json, header


def test_a_frontier_rises_and_every_point_is_proven(made, client, capsys):
    proposal, header = made
    address = f"/v1/proposals/{proposal['short_id']}/frontier"
    told = client.get(f"{address}?points=5", headers=header).json
    assert [point["budget"] for point in told["points"]] == pytest.approx([6e5, 9e5, 12e5, 15e5, 18e5])
    results = [point["objective"] for point in told["points"]]
    assert results == sorted(results) and told["impossible"] == []
    assert all(0 <= point["gap"] <= 1e-5 for point in told["points"])
    assert told["points"][2]["objective"] == pytest.approx(proposal["objective_value"], rel=1e-5)
    assert run(["frontier", proposal["short_id"], "--points", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told | {"result_label": "轉換"}


def test_a_request_of_its_own_is_told_without_a_proposal(filled_dir, capsys, plan):
    words = ["--budget", "120萬", "--start", plan["start"], "--end", plan["end"], "--points", "4", "--high", "1"]
    assert run(["frontier", *words]) == 0
    told = capsys.readouterr().out
    assert "NT$600,000" in told and "NT$1,200,000" in told and "差距至多" in told


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("points=1", "api.fields"),
        ("points=1000", "api.fields"),
        ("low=2&high=1", "api.frontier.order"),
        ("high=9", "api.fields"),
    ],
)
def test_budgets_that_make_no_sense_are_refused(made, client, query, code):
    proposal, header = made
    answer = client.get(f"/v1/proposals/{proposal['id']}/frontier?{query}", headers=header)
    assert (answer.status_code, answer.json["code"]) == (422, code)
