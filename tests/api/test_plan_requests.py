"""A budget request: kept as it always was, read from a body, a file, options and a form alike, every fault at once."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from api.cli.app import run
from api.console.forms import proposal_request
from api.console.request_fields import form_values, not_in_form
from api.plan_files import checked_request, read_plan
from api.plan_options import typed_fields, with_typed
from api.problems import FieldFaults
from api.services.demands import demand_of
from api.services.plan_request import ProposalRequest
from api.services.plan_rules import (
    Days,
    GroupRule,
    LiftRule,
    PacingRule,
    PackageRule,
    Range,
    RatioRule,
    RiskRule,
    TargetRule,
)
from engine.errors import InputError
from engine.money import Money
from engine.vocabulary import content_hash

PLAN = Path(__file__).resolve().parents[2] / "docs" / "plan.yaml"
START, END = date(2026, 11, 16), date(2026, 12, 13)
OLD = {
    "budget": "1200000", "start": "2026-11-16", "end": "2026-12-13", "result": "conversions",
    "minimums": {"line": "5E+4", "meta": "1"}, "maximums": {}, "share_caps": {"meta": "0.30"}, "credit": {},
}  # fmt: skip
SALES, SEARCH = "meta/OUTCOME_SALES", "google_ads/Search"
EVERYTHING = ProposalRequest(
    budget=None,
    start=START,
    end=END,
    result="conversions_value",
    share_floors={SALES: Decimal("0.1")},
    locks={SEARCH: Decimal(120000)},
    min_if_active={SALES: Decimal(3)},
    steps={SALES: Decimal(100)},
    ramp={SALES: Decimal("0.3")},
    current={SALES: Decimal(400000)},
    channels=(SALES, SEARCH),
    held=(SEARCH,),
    fewest_channels=1,
    most_channels=2,
    groups=(GroupRule("Meta", (SALES,), max=Decimal(5), min_share=Decimal("0.2")),),
    ratios=(RatioRule(SALES, SEARCH, max=Decimal(3)),),
    packages=(PackageRule("首頁", SALES, Decimal(80000), Decimal(250), must=True),),
    weekly=Range(max=Decimal(400000)),
    weekly_bounds={SALES: Range(Decimal(1), Decimal(2))},
    daily=Range(min=Decimal(1)),
    by_day=True,
    pacing=PacingRule(Decimal("0.2"), weekend=Decimal("1.5")),
    flights={SALES: Days(START, END)},
    blackouts={"*": (Days(date(2026, 11, 20), date(2026, 11, 21)),)},
    goal="least_spend",
    targets=(TargetRule("conversions", Decimal(3000), (SALES,)),),
    roas=Decimal(3),
    margin=Decimal("0.3"),
    weights={"conversions_value": Decimal(1), "clicks": Decimal("0.5")},
    then=("impressions",),
    give=Decimal("0.01"),
    on_top=Decimal(300000),
    learning_reserve=Decimal("0.05"),
    risk=RiskRule(Decimal("0.1"), Decimal("0.5")),
    lift_tests=(LiftRule(SALES, START, END, Decimal(9), Decimal(-3), "clicks", standard_error=Decimal(2), source="x"),),
)


def test_a_request_of_before_is_kept_to_the_letter():
    request = ProposalRequest.from_dict(OLD)
    assert request.as_dict() == OLD and list(request.as_dict()) == list(OLD)
    assert content_hash(request.as_dict()) == content_hash(OLD)
    asked = ProposalRequest(Decimal(1200000), START, END)
    assert set(asked.as_dict()) == set(OLD) and asked.further_results == ()


def test_a_request_with_everything_comes_back_the_same():
    kept = json.loads(json.dumps(EVERYTHING.as_dict()))
    assert ProposalRequest.from_dict(kept) == EVERYTHING
    assert "budget" not in kept and "marginal_cpa" not in kept and kept["risk"] == {"tail": "0.1", "weight": "0.5"}
    assert EVERYTHING.further_results == ("clicks", "conversions", "impressions")


def test_every_field_of_a_request_reaches_the_demand():
    demand = demand_of(EVERYTHING, "TWD")
    assert demand.money == demand.budget == Money.of(Decimal(700000), "TWD")
    plain = demand_of(ProposalRequest(Decimal(1), START, END), "TWD")
    same = {name for name in plain.__slots__ if getattr(plain, name) == getattr(demand, name)}
    # What EVERYTHING leaves as it is: one price of efficiency of two, and what older fields say.
    assert same == {"period", "bounds", "share_caps", "cpa", "marginal_cpa", "marginal_roas"}


def test_the_plan_file_of_the_docs_is_read_and_planned(filled_dir, capsys):
    assert run(["propose", "--plan", str(PLAN), "--json"]) == 0, capsys.readouterr().err
    told = json.loads(capsys.readouterr().out)
    spend = {one["channel"]: one["spend"] for one in told["channels"]}
    asked = told["request"]
    assert spend["google_ads/Video"] == 120000 and spend["line/WEBSITE_CONVERSION"] >= 50000
    assert spend["meta/OUTCOME_TRAFFIC"] <= 300000
    assert asked["budget"] == "1200000" and asked["share_floors"] == {SALES: "0.1"}
    assert asked["packages"][0]["price"] == "80000"


def test_what_the_comments_of_the_plan_file_offer_is_read_too(tmp_path):
    text = PLAN.read_text(encoding="utf-8")
    offered = [
        line[2:].partition("#")[0] for line in text.splitlines() if line.startswith("# ") and line[2:3].isascii()
    ]
    chosen = [line for line in offered if ": " in line and not line.startswith("adcue")]
    assert len(chosen) == 13
    path = tmp_path / "plan.yaml"
    path.write_text("\n".join(["start: 2026-11-16", "end: 2026-12-13", *chosen]), encoding="utf-8")
    request = checked_request(read_plan(path), "zh-TW", path.name)
    assert request.risk == RiskRule(Decimal("0.1"), Decimal("0.5")) and request.on_top == 300000
    assert request.weights == {"conversions": 1, "clicks": Decimal("0.01")}
    assert [test.coverage for test in request.lift_tests] == [Decimal("0.9"), Decimal("0.5")]


def test_every_fault_of_a_plan_file_is_told_at_once_with_file_and_field(tmp_path):
    path = tmp_path / "winter.yaml"
    path.write_text(
        "budget: 很多\nstart: 2026-11-16\nend: soon\ngroups:\n  - {name: x, channels: [], max: -5}\nsurprise: 1\n"
        "share_caps: {meta: 140%}\ngoal: best\n",
        encoding="utf-8",
    )
    with pytest.raises(FieldFaults) as refused:
        checked_request(read_plan(path), "zh-TW", path.name)
    places = {place for place, _ in refused.value.fields}
    fields = ("budget", "end", "groups.0.channels", "groups.0.max", "surprise", "share_caps.meta", "goal")
    assert places == {f"winter.yaml {name}" for name in fields}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("budget: 1\nbudget: 2\n", "api.plan.unreadable", 1),
        ("a: &x 1\nb: *x\n", "api.plan.unreadable", 2),
        ("a: [1\nb: 2\n", "api.plan.unreadable", 2),
        ("- 1\n", "api.plan.not_fields", None),
        ("", "api.plan.not_fields", None),
        ("a: '" + "x" * 1_000_001 + "'", "api.plan.too_large", None),
        ("a: !!python/object/apply:os.system [ls]\n", "api.plan.unreadable", 1),
    ],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path, text, code, line):
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_plan(path)
    assert refused.value.code == code and refused.value.message.values.get("line") == line


TYPED = {
    "budget": "120萬",
    "start": "2026-11-16",
    "end": "2026-12-13",
    "minimum": [f"{SALES}=20萬"],
    "lock": [f"{SEARCH}=5萬"],
    "share_floor": [f"{SALES}=10%"],
    "group": [f"Meta={SALES}+meta/OUTCOME_TRAFFIC:max=30萬,max-share=40%"],
    "target": ["conversions=3000"],
    "goal": "least-spend",
    "blackout": ["*=2026-11-20", "*=2026-11-25..2026-11-26"],
    "flight": [f"{SALES}=2026-11-20..2026-12-01"],
    "pacing": "20%",
    "ramp": [f"{SALES}=150%"],
    "risk": "10%:50%",
    "weight": ["conversions=1", "clicks=0.01"],
    "held": [SEARCH],
    "most_channels": "4",
    "by_day": True,
}


def test_options_are_read_like_a_file():
    request = checked_request(typed_fields(TYPED), "en")
    assert request.groups == (
        GroupRule("Meta", (SALES, "meta/OUTCOME_TRAFFIC"), max=Decimal(300000), max_share=Decimal("0.4")),
    )
    assert request.blackouts["*"] == (
        Days(date(2026, 11, 20), date(2026, 11, 20)),
        Days(date(2026, 11, 25), date(2026, 11, 26)),
    )
    assert request.goal == "least_spend" and request.targets == (TargetRule("conversions", Decimal(3000)),)
    assert request.ramp == {SALES: Decimal("1.5")} and request.by_day and request.most_channels == 4


def test_options_come_after_the_file():
    file = {"budget": 1, "locks": {"a": 1, "b": 2}, "held": ["a"], "start": "2026-11-16"}
    both = with_typed(file, typed_fields({"budget": "2", "lock": ["b=3"], "held": ["c"]}))
    assert both == {"budget": "2", "locks": {"a": 1, "b": "3"}, "held": ["a", "c"], "start": "2026-11-16"}


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ({"group": ["Meta=a+b"]}, "--group"),
        ({"group": ["Meta=a+b:most=3"]}, "--group"),
        ({"risk": "10%"}, "--risk"),
        ({"pacing": "-1"}, "--pacing"),
        ({"blackout": ["a=yesterday"]}, "--blackout"),
        ({"most_channels": "four"}, "--most-channels"),
        ({"on_top": "more"}, "--on-top"),
        ({"share_floor": ["a=2"]}, "--share-floor"),
    ],
)
def test_an_option_that_cannot_be_read_is_named(typed, option):
    with pytest.raises(InputError) as refused:
        typed_fields(typed)
    assert refused.value.message.values["option"] == option


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "conversions"),
        ({"margin": "0.3"}, "conversions_value"),
        ({"roas": 3}, "conversions_value"),
        ({"weights": {"clicks": 0.01, "conversions": 1}}, "conversions"),
        ({"weights": {"clicks": 2, "conversions": 1}}, "clicks"),
        ({"margin": "0.3", "result": "clicks"}, "clicks"),
    ],
)
def test_a_result_that_is_not_named_is_the_one_spoken_of(fields, result):
    asked = {"budget": 1, "start": "2026-11-16", "end": "2026-12-13"} | fields
    assert checked_request(asked, "en").result == result


def test_what_the_form_shows_is_what_it_would_send_again():
    form = MultiDict({"budget": "120萬", "start": "2026-11-16", "end": "2026-12-13", "result": "clicks"})
    shown = {name: ("; ".join(value) if isinstance(value, list) else value) for name, value in TYPED.items()}
    shown = {name: text for name, text in shown.items() if name in form_values({}, "en")}
    request = proposal_request(form | shown, "en")
    again = proposal_request(form | form_values(request.as_dict(), "en"), "en")
    assert again.groups[0].max == 300000 and again.blackouts == request.blackouts and again.goal == "least_spend"
    assert again.pacing == request.pacing and again.targets == request.targets
    assert not_in_form(request.as_dict()) == []
    assert not_in_form(EVERYTHING.as_dict()) == [
        "by_day", "channels", "current", "daily", "fewest_channels", "give", "learning_reserve", "lift_tests",
        "min_if_active", "pacing", "packages", "ramp", "ratios", "risk", "steps", "targets", "then", "weekly",
        "weekly_bounds", "weights",
    ]  # fmt: skip


def test_a_number_alone_is_a_target_of_the_result_chosen():
    form = {"budget": "1", "start": "2026-11-16", "end": "2026-12-13", "result": "clicks", "target": "5000"}
    assert proposal_request(form, "en").targets == (TargetRule("clicks", Decimal(5000)),)
    assert proposal_request(form | {"target": "", "margin": "30%"}, "en").result == "conversions_value"
