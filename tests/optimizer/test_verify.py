"""A kept plan is worked out again without the solver: it holds, and stops holding when any number of it is changed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from engine.vocabulary import Period
from optimizer.ask import Kpi, Pacing, Risk
from optimizer.asking import posed_demand
from optimizer.curves.curve_set import CurveSet
from optimizer.curves.families.hill import Hill
from optimizer.demand import Bounds, Demand, GroupLimit, PackageOffer
from optimizer.proposal import Proposal
from optimizer.propose import propose
from optimizer.solve.whole import priced_bound
from optimizer.verify import Claim, Verdict, posed_again, verify
from tests.optimizer.cases import demand, known, three_curves, twd

SHAPED = CurveSet(
    {
        name: known(name, Hill(a=a, k=k, s=s), recent=30_000.0)
        for name, a, k, s in (("a", 900.0, 70_000.0, 2.6), ("b", 700.0, 60_000.0, 3.1), ("c", 500.0, 40_000.0, 0.8))
    },
    "conversions",
    "TWD",
    date(2025, 1, 6),
    date(2025, 7, 6),
)
ONE_WEEK = Period(date(2025, 7, 7), date(2025, 7, 13))
VALUE = replace(three_curves(200.0), result="conversions_value")

CASES: dict[str, tuple[Demand, CurveSet]] = {
    "plain": (demand(), three_curves()),
    "bounds": (
        demand(
            bounds={"a": Bounds(twd(50_000), twd(90_000))}, share_caps={"b": 0.3}, weekly=Bounds(None, twd(110_000))
        ),
        three_curves(),
    ),
    "groups": (demand(groups=(GroupLimit("g", ("a", "b"), twd(10_000), twd(150_000), None, None),)), three_curves()),
    "days": (demand(by_day=True, pacing=Pacing(0.3)), three_curves()),
    "risk": (demand(risk=Risk(0.2, 0.5)), three_curves()),
    "target": (demand(targets=(Kpi("conversions", 50.0, ("b",)),)), three_curves()),
    "package": (demand(packages=(PackageOffer("p", "b", twd(100_000), 900.0),)), three_curves()),
    "switches": (demand(min_if_active={"a": twd(150_000), "b": twd(90_000)}, most_channels=2), three_curves()),
    "shaped": (demand(110_000, ONE_WEEK), SHAPED),
    "shaped weeks": (demand(300_000), SHAPED),
    "in order": (demand(then=("conversions_value",), give=0.02), three_curves()),
}


def proposed(name: str) -> tuple[Proposal, dict[str, Any]]:
    asked, curves = CASES[name]
    others = {"conversions_value": VALUE} if asked.then else None
    proposal = propose(asked, curves=curves, others=others)
    return proposal, json.loads(json.dumps(proposal.as_dict()))


def claim_of(document: dict[str, Any], channels: tuple[str, ...], steps: tuple[Period, ...]) -> Claim:
    plan = np.zeros((len(channels), len(steps)))
    starts = {step.start.isoformat(): number for number, step in enumerate(steps)}
    for cell in document["weeks"]:
        plan[channels.index(cell["channel"]), starts[cell["week_start"]]] = cell["spend"]
    bought = np.array([float(one["bought"]) for one in document["packages"]])
    return Claim(
        plan,
        bought,
        document["objective_value"],
        document["objective"],
        document["upper_bound"],
        document["gap"],
        document["proof"],
    )


def checked(name: str, document: dict[str, Any], curves: CurveSet | None = None) -> Verdict:
    asked, own = CASES[name]
    others = {"conversions_value": VALUE} if asked.then else None
    problem = posed_demand(asked, tuple(sorted(own.curves)), curves or own, others)
    posed = posed_again(problem, document["proof"])
    return verify(posed, claim_of(document, problem.channels, problem.weeks), 1.0)


@pytest.mark.parametrize("name", CASES)
def test_a_proposal_holds(name):
    proposal, document = proposed(name)
    verdict = checked(name, document)
    assert verdict.faults == () and verdict.holds
    assert verdict.objective == pytest.approx(proposal.objective_value, rel=1e-12)
    assert verdict.proven == proposal.upper_bound and verdict.proven_gap == pytest.approx(proposal.gap, abs=1e-12)
    assert verdict.bound >= verdict.objective * (1 - 1e-12)
    if verdict.whole:
        assert verdict.bound == pytest.approx(verdict.proven, rel=1e-9)
    else:
        assert verdict.bound >= verdict.proven * (1 - document["proof"]["tolerance"])


def test_cases_of_both_kinds_are_tried():
    kinds = {checked(name, proposed(name)[1]).whole for name in ("plain", "shaped", "switches")}
    assert kinds == {True, False}


def change_spend(document: dict[str, Any]) -> None:
    first, second = (cell for cell in document["weeks"][:2])
    first["spend"] += 500
    second["spend"] -= 500 if second["spend"] >= 500 else 0


def change_price(document: dict[str, Any]) -> None:
    prices = document["proof"]["whole"]
    if prices is None:
        row = max(document["proof"]["rows"], key=lambda row: abs(row["price"]))
        row["price"] *= 1.001
    else:
        at = int(np.argmax(np.abs(prices)))
        prices[at] *= 1.001


def change_limit(document: dict[str, Any]) -> None:
    row = next(row for row in document["proof"]["rows"] if row["rule"] == "total_budget")
    row["upper"] *= 1.01


CHANGES = {
    "spend": (change_spend, {"objective", "broken", "outside"}),
    "price": (change_price, {"bound"}),
    "limit": (change_limit, {"rules"}),
    "bound": (lambda d: d.update(upper_bound=d["upper_bound"] * 0.999), {"proven"}),
    "both bounds": (
        lambda d: (d.update(upper_bound=d["upper_bound"] * 1.5), d["proof"].update(bound=d["proof"]["bound"] * 1.5)),
        {"proven"},
    ),
    "prices' bound": (lambda d: d["proof"].update(prices_bound=d["proof"]["prices_bound"] * 1.001), {"bound"}),
    "gap": (lambda d: d.update(gap=d["gap"] + 1e-6), {"gap"}),
    "objective": (lambda d: d.update(objective_value=d["objective_value"] * 1.0001), {"objective"}),
    "expected": (lambda d: d.update(objective=d["objective"] * 1.0001), {"expected"}),
    "no prices": (lambda d: d["proof"].update(rows=d["proof"]["rows"][1:], whole=None), {"rules", "prices"}),
}


@pytest.mark.parametrize("name", ["bounds", "shaped", "package"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_number_does_not_hold(name, change):
    _, document = proposed(name)
    alter, told = CHANGES[change]
    alter(document)
    verdict = checked(name, document)
    found = {fault.id.removeprefix("optimizer.verify.") for fault in verdict.faults}
    assert not verdict.holds and found & told


@pytest.mark.parametrize("name", ["plain", "shaped"])
def test_other_curves_do_not_hold(name):
    _, document = proposed(name)
    own = CASES[name][1]
    dearer = replace(own.curves["a"], curve=own.curves["a"].curve.scaled(1.001))
    verdict = checked(name, document, replace(own, curves={**own.curves, "a": dearer}))
    assert {"optimizer.verify.objective", "optimizer.verify.bound"} & {fault.id for fault in verdict.faults}


@pytest.mark.parametrize("name", ["bounds", "shaped", "switches", "package"])
def test_prices_of_any_origin_bound_the_plan(name):
    asked, own = CASES[name]
    proposal, document = proposed(name)
    posed = posed_again(posed_demand(asked, tuple(sorted(own.curves)), own), document["proof"])
    rng = np.random.default_rng(3)
    prices = np.array([row["price"] for row in document["proof"]["rows"]])
    for _ in range(20):
        drawn = prices * rng.uniform(0.3, 3.0, len(prices)) + rng.normal(0, 1e-3, len(prices))
        assert priced_bound(posed.task, drawn) >= proposal.objective_value * (1 - 1e-12)


def test_no_solver_is_loaded(tmp_path):
    _, document = proposed("plain")
    (tmp_path / "d.json").write_text(json.dumps(document))
    program = (
        "import json, sys; from tests.optimizer.test_verify import checked;"
        "v = checked('plain', json.load(open(sys.argv[1])));"
        "print(v.holds, 'highspy' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "d.json")], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["True", "False"]
