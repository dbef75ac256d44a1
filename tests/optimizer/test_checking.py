"""Requests that make no sense: every fault named, in both languages, all at once; those that do are let through."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.errors import DemandError
from engine.messages import LANGUAGES, render, sentence_ids
from optimizer.checking import check_demand
from optimizer.curves.curve_set import CurveSet
from optimizer.demand import group_by_platform
from tests.optimizer.cases import TWELVE_DAYS, examples, read_demand, three_curves

BAD = Path(__file__).resolve().parents[1] / "cases" / "optimizer" / "bad_demands.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(BAD.read_text(encoding="utf-8"))
SAFE = {"budget": 200_000, "period": [TWELVE_DAYS.start, TWELVE_DAYS.end]}


def faults(case: dict[str, Any]) -> DemandError:
    others: dict[str, CurveSet] = {}
    for result in case.get("others", ()):
        curves = three_curves(result=result)
        kept = {name: curves.curves[name] for name in case.get("others_channels", curves.curves)}
        others[result] = replace(curves, curves=kept, currency=case.get("others_currency", "TWD"))
    curves = three_curves(result=case.get("curves", "conversions"))
    with pytest.raises(DemandError) as caught:
        check_demand(read_demand(SAFE | case["asks"]), curves, others)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: "+".join(case["told"][:3]) + ":" + "+".join(case["asks"]))
def test_a_request_that_makes_no_sense_is_named(case):
    error = faults(case)
    assert error.code == "optimizer.demand.unusable"
    assert sorted(detail.id for detail in error.details) == sorted(f"optimizer.demand.{one}" for one in case["told"])
    for message in error.details:
        assert render(message, LANGUAGES[0]) != render(message, LANGUAGES[1])
    assert error.text("zh-TW").count("\n") == len(case["told"])


def test_every_fault_that_has_words_has_a_case():
    words = {name.removeprefix("demand.") for name in sentence_ids("optimizer") if name.startswith("demand.")}
    assert words - {"unusable", "nothing_known"} == {one for case in CASES for one in case["told"]}


@pytest.mark.parametrize("name", sorted(n for n in sentence_ids("optimizer") if n.startswith(("demand.", "rule."))))
def test_both_languages_say_the_same_figures(name):
    named = [
        {field for _, field, _, _ in string.Formatter().parse(text) if field}
        for text in sentence_ids("optimizer")[name].values()
    ]
    assert len(named) == 2
    assert named[0] == named[1]


@pytest.mark.parametrize("name", sorted(examples()))
def test_what_makes_sense_is_let_through(name):
    example = examples()[name]
    assert check_demand(example.demand, example.curves) == ("a", "b", "c")


def test_an_unknown_channel_lists_the_known_ones():
    text = faults({"asks": {"bounds": {"facebok": {}}}}).text("zh-TW")
    assert "facebok" in text
    assert "a、b、c" in text


def test_channels_are_planned_in_the_order_of_their_names():
    assert check_demand(read_demand(SAFE | {"channels": ["c", "a"]}), three_curves()) == ("a", "c")


def test_a_group_can_be_all_channels_of_a_platform():
    names = ["meta/traffic", "google_ads/search", "meta/leads", "line"]
    assert group_by_platform(names) == {
        "google_ads": ("google_ads/search",),
        "line": ("line",),
        "meta": ("meta/leads", "meta/traffic"),
    }
