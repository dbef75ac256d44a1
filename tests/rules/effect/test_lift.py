"""The lift against the holdout is right on average, as sure as it says, and silent below twenty an arm."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from engine.messages import render
from rules.effect.arms import Arm, EffectFaults
from rules.effect.found import OUTCOMES
from rules.effect.lift import lift_of
from rules.effect.money import saved_by
from rules.effect.ratios import contrast, moments
from tests.rules.effect import worlds

CTR = OUTCOMES["ctr"]
FAULTS = yaml.safe_load((Path(__file__).parents[2] / "cases/rules/effect_faults.yaml").read_text(encoding="utf-8"))


def arms(seed=1, counts=(120, 30), effect=0.2):
    return worlds.clicks_arms(np.random.default_rng(seed), counts, effect)


def test_without_before_the_value_is_the_ratio_of_ratios():
    treated, withheld = (Arm(a.entities, a.numerator, a.denominator) for a in arms())
    said = lift_of(treated, withheld, CTR)
    rates = [np.sum(a.numerator) / np.sum(a.denominator) for a in (treated, withheld)]
    assert said.value == pytest.approx(rates[0] / rates[1] - 1)
    assert said.low < said.value < said.high
    assert (said.basis, said.trust, said.acted_on, said.compared) == ("holdout", "high", 120, 30)


def test_what_was_before_narrows_the_interval():
    narrower = []
    for seed in range(20):
        with_before = lift_of(*arms(seed), CTR)
        bare = lift_of(*(Arm(a.entities, a.numerator, a.denominator) for a in arms(seed)), CTR)
        narrower.append((with_before.high - with_before.low) / (bare.high - bare.low))
    assert np.mean(narrower) < 0.97


def test_the_error_is_that_of_many_draws():
    values, errors = [], []
    for seed in range(400):
        treated, withheld = arms(seed, (300, 300), 0.0)
        sums = []
        for a in (treated, withheld):
            none = np.zeros(len(a.entities))
            sums.append(moments(a.numerator, a.denominator, (none, none)).sum(axis=0)[None])
        found = contrast(sums[0], sums[1], (300, 300))
        values.append(float(found.estimate[0]))
        errors.append(float(found.error[0]))
    assert np.std(values) == pytest.approx(np.mean(errors), rel=0.12)
    assert abs(np.mean(values)) < 3 * np.std(values) / math.sqrt(400)


def test_the_order_of_rows_and_a_rerun_change_nothing():
    treated, withheld = arms()
    turned = [
        Arm(a.entities[::-1], *(np.asarray(c)[::-1] for c in (a.numerator, a.denominator, *_before(a))))
        for a in (treated, withheld)
    ]
    assert lift_of(treated, withheld, CTR) == lift_of(*turned, CTR) == lift_of(treated, withheld, CTR)


def _before(arm):
    return arm.numerator_before, arm.denominator_before


def test_episodes_of_one_entity_count_once():
    treated, withheld = arms()
    doubled = Arm([*treated.entities, "ad0"], [*treated.numerator, 5], [*treated.denominator, 600])
    bare = Arm(withheld.entities, withheld.numerator, withheld.denominator)
    assert lift_of(doubled, bare, CTR).acted_on == 120


@pytest.mark.parametrize(("counts", "more"), [((120, 19), (0, 1)), ((12, 30), (8, 0)), ((3, 3), (17, 17))])
def test_below_twenty_an_arm_nothing_is_said(counts, more):
    said = lift_of(*arms(counts=counts), CTR)
    assert not said.enough and math.isnan(said.value) and said.shown == "not_enough"
    assert said.as_dict()["value"] is None
    assert (said.lacks.values["more_acted_on"], said.lacks.values["more_compared"]) == more
    assert f"{more[1]} more withheld" in render(said.says, "en")
    assert f"保留的還差 {more[1]} 個" in render(said.says, "zh-TW")


def test_entities_that_never_delivered_do_not_fill_an_arm():
    treated, withheld = arms(counts=(40, 20))
    silent = Arm(withheld.entities, [0, *withheld.numerator[1:]], [0, *withheld.denominator[1:]])
    assert lift_of(Arm(treated.entities, treated.numerator, treated.denominator), silent, CTR).compared == 19


def test_arms_without_events_are_not_compared():
    treated, withheld = arms()
    said = lift_of(
        treated, Arm(withheld.entities, withheld.numerator * 0, withheld.denominator, *_before(withheld)), CTR
    )
    assert said.lacks.id == "rules.effect.lacks.events"
    few = Arm([f"w{i}" for i in range(30)], [1.0] + [0.0] * 29, [100.0] * 30)
    said = lift_of(Arm(treated.entities, treated.numerator, treated.denominator), few, CTR)
    assert not said.enough or said.high > 5, "one click carries no lift"


def test_empty_arms_are_told_as_such():
    said = lift_of(Arm([], [], []), Arm([], [], []), CTR)
    assert (said.acted_on, said.compared, said.shown) == (0, 0, "not_enough")


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["name"])
@pytest.mark.parametrize("ask", [lambda t, w: lift_of(t, w, CTR), saved_by], ids=["lift", "money"])
def test_arms_that_cannot_be_read_are_refused_with_every_fault(case, ask):
    with pytest.raises(EffectFaults) as refused:
        ask(Arm(**case["treated"]), Arm(**case["withheld"]))
    told = [[m.id.rsplit(".", 1)[1], m.values["arm"], m.values.get("column")] for m in refused.value.details]
    assert told == case["told"]
    for language in ("zh-TW", "en"):
        assert len(refused.value.text(language).splitlines()) == 1 + len(case["told"])


def test_drawing_anew_meets_welch_where_arms_are_large(monkeypatch):
    treated, withheld = arms(counts=(6_000, 2_050))
    welch = lift_of(treated, withheld, CTR)
    monkeypatch.setattr("rules.effect.intervals.SMALL_ARM", 10_000)
    drawn = lift_of(treated, withheld, CTR)
    assert drawn.value == welch.value
    assert [drawn.low, drawn.high] == pytest.approx([welch.low, welch.high], abs=0.03)
    assert drawn.low != welch.low


def test_the_interval_of_a_ratio_does_not_hang_on_its_unit():
    treated, withheld = arms()
    shillings = [
        Arm(a.entities, a.numerator * 30, a.denominator, a.numerator_before * 30, a.denominator_before)
        for a in (treated, withheld)
    ]
    assert lift_of(*shillings, CTR).low == pytest.approx(lift_of(treated, withheld, CTR).low)


def test_money_saved_by_a_pause_is_what_the_withheld_went_on_spending():
    treated, withheld, true = worlds.spend_arms(np.random.default_rng(3), (200, 40), left=0.0)
    said = saved_by(treated, withheld)
    assert said.low < true < said.high
    assert said.moved == pytest.approx(np.sum(treated.denominator))
    same = np.sum(withheld.numerator) / np.sum(withheld.denominator) * said.moved
    assert said.value == pytest.approx(same)


def test_money_is_not_told_from_few_or_silent_withheld():
    treated, withheld, _ = worlds.spend_arms(np.random.default_rng(3), (200, 19), left=0.0)
    assert math.isnan(saved_by(treated, withheld).value)
    treated, withheld, _ = worlds.spend_arms(np.random.default_rng(3), (200, 40), left=0.0)
    stopped = Arm(withheld.entities, withheld.numerator * 0, withheld.denominator)
    assert math.isnan(saved_by(treated, stopped).value) and saved_by(treated, stopped).moved > 0
