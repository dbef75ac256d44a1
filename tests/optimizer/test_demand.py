"""Impossible requests: each named, in money, in both languages, all at once."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import DemandError
from engine.messages import LANGUAGES, render
from engine.vocabulary import Period
from optimizer.demand import Bounds
from optimizer.propose import propose
from tests.optimizer.cases import demand, three_curves, twd

IMPOSSIBLE = {
    "minimums_above_budget": {
        "budget": 100_000,
        "bounds": {name: Bounds(min=twd(40_000)) for name in "abc"},
    },
    "minimum_above_share": {"bounds": {"a": Bounds(min=twd(200_000))}, "share_caps": {"a": 0.3}},
    "minimum_above_weekly": {
        "bounds": {"a": Bounds(min=twd(200_000))},
        "weekly_bounds": {"a": Bounds(max=twd(10_000))},
    },
    "weekly_minimums_above_maximum": {
        "bounds": {"a": Bounds(max=twd(10_000))},
        "weekly_bounds": {"a": Bounds(min=twd(10_000))},
    },
    "weekly_minimum_above_budget": {"weekly": Bounds(min=twd(200_000))},
    "minimums_above_weekly_maximum": {
        "bounds": {"a": Bounds(min=twd(300_000))},
        "weekly": Bounds(max=twd(50_000)),
    },
}


def refused(**asked) -> DemandError:
    with pytest.raises(DemandError) as caught:
        propose(demand(**asked), curves=three_curves())
    for message in (caught.value.message, *caught.value.details):
        assert render(message, "zh-TW") != render(message, "en")
    return caught.value


@pytest.mark.parametrize("conflict", sorted(IMPOSSIBLE))
def test_an_impossible_request_is_explained_by_sums(conflict):
    error = refused(**IMPOSSIBLE[conflict])
    assert f"optimizer.infeasible.{conflict}" in [detail.id for detail in error.details]


def test_minimums_above_the_budget_say_by_how_much():
    text = refused(**IMPOSSIBLE["minimums_above_budget"]).text("zh-TW")
    assert "合計 NT$120,000，超過預算 NT$100,000；請把預算提高 NT$20,000" in text


def test_what_sums_do_not_show_gets_the_cheapest_repair():
    """Each rule alone is fine; together the one week of b's flight cannot hold every minimum."""
    flight = Period(date(2025, 7, 28), date(2025, 8, 3))
    error = refused(
        bounds={"b": Bounds(min=twd(90_000))},
        flights={"b": flight},
        weekly=Bounds(max=twd(100_000)),
        weekly_bounds={"a": Bounds(min=twd(15_000)), "c": Bounds(min=twd(2_000))},
    )
    assert error.code == "optimizer.infeasible.heading"
    heading, *more = error.details
    steps = [detail for detail in more if detail.id.startswith("optimizer.repair.")]
    assert heading.values["total"] == "NT$7,000"
    assert len(steps) == 1
    assert steps[0].values["amount"] == "NT$7,000"
    assert render(heading, LANGUAGES[0])


def test_nothing_known_is_said():
    with pytest.raises(DemandError) as caught:
        propose(demand())
    assert caught.value.code == "optimizer.demand.nothing_known"
