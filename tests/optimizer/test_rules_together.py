"""Rules in any company: built around a plan that keeps them all, so there is an answer, and it must be no worse."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.vocabulary import Period
from optimizer.ask import Kpi, Pacing
from optimizer.demand import Bounds, Demand, GroupLimit, PackageOffer, RatioLimit
from tests.optimizer.cases import TWELVE_DAYS, demand, three_curves, twd
from tests.optimizer.keeping import RULES, Plan, broken
from tests.optimizer.solving import solved

CURVES = three_curves()
CHANNELS = ("a", "b", "c")
PROVEN = 2e-4  # where branches decide, a plan is proven to 1e-4


@st.composite
def stretches(draw: st.DrawFn) -> Period:
    first = draw(st.integers(0, 11))
    last = draw(st.integers(first, 11))
    return Period(TWELVE_DAYS.start + timedelta(days=first), TWELVE_DAYS.start + timedelta(days=last))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan of three channels, with flights, gaps and a package on offer."""
    bare = demand(
        1,
        TWELVE_DAYS,
        by_day=draw(st.booleans()),
        flights=draw(st.dictionaries(st.sampled_from("ab"), stretches(), max_size=2)),
        blackouts={name: (gap,) for name, gap in draw(st.dictionaries(st.sampled_from("ab"), stretches())).items()},
        packages=(PackageOffer("page", "b", twd(30_000), draw(st.sampled_from([20.0, 200.0]))),),
    )
    gone = {name for name in "ab" if not any(Plan(bare, CURVES, {}, frozenset()).runs(name, day) for day in _days())}
    bare = replace(bare, blackouts={name: gaps for name, gaps in bare.blackouts.items() if name not in gone})
    empty = Plan(bare, CURVES, {}, frozenset())
    usual = {name: draw(st.sampled_from([0, 1_000, 4_000, 9_000])) for name in CHANNELS}
    spend = {
        (name, number): float(
            sum(empty.runs(name, day) for day in step) * usual[name] * draw(st.sampled_from([8, 10, 11])) // 10
        )
        for name in CHANNELS
        for number, step in enumerate(empty.steps)
    }
    return Plan(bare, CURVES, spend, frozenset(draw(st.sampled_from([(), ("page",)]))))


def _days():
    return [TWELVE_DAYS.start + timedelta(days=ahead) for ahead in range(TWELVE_DAYS.days)]


def around(plan: Plan, slack: float) -> dict[str, dict[str, Any]]:
    """By rule, fields that ask for it so that ``plan`` keeps it, with ``slack`` to spare."""
    total = {name: plan.total(name) for name in CHANNELS}
    budget = math.ceil(plan.everything * (1.0 + slack)) + 1
    results = {name: plan.results(name) for name in CHANNELS}
    less, more = 1.0 - slack, 1.0 + slack
    out: dict[str, dict[str, Any]] = {
        "channel_bounds": {"bounds": {"a": between(total["a"] * less, total["a"] * more), "c": between(None, budget)}},
        "locks": {"locks": {"c": twd(round(total["c"]))}},
        "shares": {
            "share_caps": {"b": min(1.0, total["b"] / budget * more + 1e-9)},
            "share_floors": {"b": total["b"] / budget * less},
        },
        "groups": {
            "groups": (
                GroupLimit("ab", ("a", "b"), min=twd(int((total["a"] + total["b"]) * less)), max_share=1.0),
                GroupLimit("bc", ("b", "c"), max=twd(math.ceil((total["b"] + total["c"]) * more))),
            )
        },
        "min_if_active": {"min_if_active": {name: twd(int(total[name] * less) or 5_000) for name in CHANNELS}},
        "active_channels": {
            "fewest_channels": sum(one >= 1.0 for one in total.values()),
            "most_channels": max(1, sum(one >= 1.0 for one in total.values())),
        },
        "packages": {"packages": tuple(replace(one, must=bool(plan.bought)) for one in plan.demand.packages)},
        "kpi_targets": {
            "targets": (
                Kpi("conversions", sum(results.values()) * less or 1e-9),
                Kpi("conversions", results["b"] * less or 1e-9, ("b",)),
            )
        },
        "learning_reserve": {"learning_reserve": total["c"] / budget * less},
        "hold_flagged": {"held": ("a",), "current": {name: twd(math.ceil(total[name])) for name in CHANNELS}},
        "weekly_total": {"weekly": of_weeks(plan, {n: plan.on_day(n) for n in plan.days}, lambda _: True, slack)},
        "weekly_bounds": {
            "weekly_bounds": {
                "a": of_weeks(plan, {d: plan.daily["a", d] for d in plan.days}, lambda d: plan.runs("a", d), slack)
            }
        },
        "daily_total": {"daily": of_days(plan, slack)},
    }
    if sum(results.values()) > 0 and plan.everything > 0:
        out["efficiency"] = {"cpa": twd(math.ceil(plan.everything / sum(results.values()) * more))}
    if total["a"] > 0:
        times = total["b"] / total["a"]
        out["ratios"] = {"ratios": (RatioLimit("b", "a", times * less, times * more),)}
    out |= paced(plan) | ramped(plan)
    return {rule: {"budget": twd(budget)} | fields for rule, fields in out.items()}


def between(low: float | None, high: float) -> Bounds:
    return Bounds(None if low is None else twd(int(low)), twd(math.ceil(high)))


def of_weeks(plan: Plan, money: dict, runs, slack: float) -> Bounds:
    """Bounds per full week that hold for every week of the plan."""
    rates = [
        sum(money[day] for day in days) * 7.0 / on
        for days in plan.weeks.values()
        if (on := len([day for day in days if runs(day)]))
    ]
    return between(min(rates) * (1.0 - slack), max(rates) * (1.0 + slack) + 1.0)


def of_days(plan: Plan, slack: float) -> Bounds:
    rates = [plan.on_day(day) for day in plan.days if any(plan.runs(name, day) for name in CHANNELS)]
    return between(min(rates) * (1.0 - slack), max(rates) * (1.0 + slack) + 1.0)


def paced(plan: Plan) -> dict[str, dict[str, Any]]:
    """Pacing that the plan keeps, where any tolerance up to 1 will do."""
    tolerance = 0.01
    while tolerance < 1.0:
        asked = Pacing(min(tolerance, 1.0), 0.7, 0.5)
        if broken(replace(plan, demand=replace(plan.demand, pacing=asked)), "pacing") <= 0.0:
            return {"pacing": {"pacing": asked}}
        tolerance *= 1.5
    return {}


def ramped(plan: Plan) -> dict[str, dict[str, Any]]:
    for change in (0.1, 0.3, 0.6, 1.0, 3.0):
        asked = {"a": change, "b": change}
        if broken(replace(plan, demand=replace(plan.demand, ramp=asked)), "ramp") <= 0.0:
            return {"ramp": {"ramp": asked}}
    return {}


@pytest.mark.slow
@given(plan=plans(), slack=st.sampled_from([0.0, 0.02, 0.2]), data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rules_together_are_kept_and_cost_no_more_than_they_must(plan, slack, data):
    known = around(plan, slack)
    chosen = data.draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=6, unique=True), label="rules")
    fields: dict[str, Any] = {}
    for rule in chosen:
        fields |= known[rule]
    asked: Demand = replace(plan.demand, **fields)
    reference = replace(plan, demand=asked)
    assert {rule for rule in RULES if broken(reference, rule) > 1e-6} == set(), "the plan it is built around"
    found, objective = solved(asked, CURVES)
    assert {rule: amount for rule in RULES if (amount := broken(found, rule)) > 1e-3} == {}
    brought = sum(found.results(name) for name in CHANNELS)
    assert abs(brought - objective) <= 1e-6 * max(brought, 1.0)
    assert brought >= sum(reference.results(name) for name in CHANNELS) * (1.0 - PROVEN)
