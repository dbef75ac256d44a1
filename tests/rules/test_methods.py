"""What a flag needs as evidence: e-values that may be read nightly, costs weighed with their error, what is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import numpy as np
import pytest

from engine.messages import LANGUAGES, render
from rules.dispersion import dispersion
from rules.evidence_form import Evidence, MethodName
from rules.judge import judge
from rules.judgement import Targets
from rules.loading import shipped_packs
from rules.looking import EPOCH, counted_days, first_morning
from rules.methods import METHODS
from rules.methods.platforms import platform_numbers
from rules.methods.poisson_zero import LEAST_E, _growth
from rules.rate_ratios import MOST_DOUBLINGS, fit_spread, log_e_below, probability_below
from rules.signals import SignalSource
from rules.silence import SHAPES, Silence, fit_silence
from tests.rules import truth
from tests.rules.accounts import AS_OF, daily, healthy, snapshot
from tests.rules.judged_truth import AT_ONCE

RULES = {pack.id: (pack, ref) for pack, ref in shipped_packs()}
RNG = np.random.default_rng(7)


def test_every_method_that_a_pack_may_name_exists():
    assert set(METHODS) == set(get_args(MethodName))
    assert all(method.e_value >= 1 for method in METHODS.values())


@pytest.mark.parametrize("ads", [8_000, pytest.param(60_000, marks=pytest.mark.soak)])
def test_a_healthy_ad_seldom_reaches_an_e_value_however_often_it_is_looked_at(ads):
    """Ville: at most 1/least, over 120 looks at counts that only grow."""
    error, leasts = 0.03, (5.0, 20.0, 50.0)
    daily_due = RNG.lognormal(0.0, 1.0, ads)
    bad = RNG.random(ads) < 0.12
    theta = np.where(bad, 0.55, RNG.gamma(100, 0.01, ads))
    theta = np.where(~bad & (theta < 0.8), 1.0, theta)
    peers = RNG.gamma(error**-2, error**2, ads)
    counts, highest, spread = np.zeros(ads), np.full(ads, -np.inf), None
    for look in range(1, 121):
        counts += RNG.poisson(daily_due * theta * peers)
        due, errors = daily_due * look, np.full(ads, error)
        spread = fit_spread(counts, due, errors, 30.0, 0.8) if look % 40 == 1 or spread is None else spread
        highest = np.maximum(highest, log_e_below(counts, due, errors, spread))
    for least in leasts:
        ever = highest >= np.log(least)
        assert ever[~bad].mean() <= 1 / least
        assert ever[bad].mean() > 0.5


def test_the_e_value_is_what_moves_the_odds():
    due, errors = RNG.lognormal(3, 1, 500), np.full(500, 0.02)
    counts = RNG.poisson(due * np.where(RNG.random(500) < 0.2, 0.5, 1.0)).astype(float)
    spread = fit_spread(counts, due, errors, 20.0, 0.8)
    prior = spread.weight[spread.theta < 0.8].sum()
    sure = probability_below(counts, due, errors, spread)
    moved = np.log(sure / (1 - sure)) - np.log(prior / (1 - prior))
    assert log_e_below(counts, due, errors, spread) == pytest.approx(moved, rel=1e-4)


def test_an_uncertain_peer_rate_makes_a_smaller_e_value():
    spread = fit_spread(np.array([]), np.array([]), np.array([]), 20.0, 0.8)
    errors = np.array([0.01, 0.05, 0.2, 0.5])
    assert (np.diff(log_e_below(np.full(4, 500.0), np.full(4, 1_000.0), errors, spread)) < 0).all()


def test_silence_is_no_evidence_before_anything_was_due():
    told = fit_silence(np.array([3.0, 4.0, 0.0, 5.0]), np.full(4, 4.0), np.full(4, 300.0))
    due = np.array([1e-6, 1.0, 5.0, 50.0])
    log_e = told.log_e(due, np.full(4, 300.0))
    assert log_e[0] == pytest.approx(0, abs=1e-5) and (np.diff(log_e) > 0).all()
    assert (np.diff(told.sure(due, np.full(4, 300.0))) > 0).all()


def test_silence_that_is_never_sure_wants_more_without_end():
    """Where hardly any entity converts never, the e-value is reached long before the probability could be."""
    told = Silence((1.0, *[0.0] * (len(SHAPES) - 1)), (1e-6,) * len(SHAPES))
    due, exactly = np.array([100.0]), np.array([np.nan])
    most = due * 2.0**MOST_DOUBLINGS
    assert told.log_e(most, exactly)[0] >= np.log(LEAST_E) and told.sure(most, exactly)[0] < 0.9
    assert np.isinf(_growth(told, due, exactly, Evidence(method="poisson_zero", fdr=0.1)))
    sooner = Silence(told.weights, (0.05,) * len(SHAPES))
    assert np.isfinite(_growth(sooner, due, exactly, Evidence(method="poisson_zero", fdr=0.1)))


@pytest.mark.parametrize(("burst", "index"), [(0.0, 1.0), (1.0, 2.5), (3.0, 4.75)])
def test_conversions_that_come_in_bursts_are_noticed(burst, index):
    """With N more of each result on its day, N Poisson, variance over mean is 1 + N + N / (1 + N)."""
    rng = np.random.default_rng(1)
    costs = truth.Costs(np.ones(300), np.full(300, 30.0), np.zeros(300, bool))
    facts = truth.snapshot_of(truth.conversions_of(costs, rng, 56, 300.0, burst), AS_OF - timedelta(days=1)).facts
    source = SignalSource(facts, (AS_OF - EPOCH).days, Targets())
    table = source.table("ad", 56, 1, ("conversions",))
    assert dispersion(table, platform_numbers(table)) == pytest.approx(np.full(300, index), rel=0.08)


def test_the_first_day_of_the_evidence_stays_for_a_quarter():
    pack = RULES["low_ctr_vs_peers"][0]
    day = (date(2026, 2, 10) - EPOCH).days
    assert EPOCH + timedelta(days=first_morning(day)) == date(2026, 1, 1)
    starts = {day + more - counted_days(pack, day + more) for more in range(-40, 49)}
    assert len(starts) == 1
    assert counted_days(pack, (date(2026, 4, 1) - EPOCH).days) == pack.window.days
    assert counted_days(RULES["spend_no_conv"][0], day) == RULES["spend_no_conv"][0].window.days


def _cpa(rows, target=400.0):
    said = judge(snapshot(rows), AS_OF, packs=[RULES["cpa_over"]], targets=Targets({"meta": target}), given=AT_ONCE)
    return said


def _grouped(name, **numbers):
    return [r | {"ad_group_name": name} for r in daily(name, -40, -1, impressions=2000, clicks=30, **numbers)]


def test_a_dear_ad_group_is_flagged_with_the_numbers_behind_it():
    rows = [r for at in range(8) for r in _grouped(f"sound {at}", spend=400, conversions=1)]
    (one,) = _cpa([*rows, *_grouped("dear", spend=1600, conversions=1)]).recommendations
    told = one.evidence
    assert one.subject.name == "dear" and told["method"] == "cpa_gamma"
    assert told["counted"]["numbers"]["conversions"] == 40
    assert told["counted"]["numbers"]["conversions_due"] == pytest.approx(160)
    assert told["counted"]["start"] <= one.window.start.isoformat() and told["least_e"] == 20
    assert told["log_e"] > np.log(20) and told["probability"] >= 0.9 and told["certain"] is True
    for language in LANGUAGES:
        text = one.reason[language]
        assert "NT$64,000" in text and "{" not in text and "99.9%" in text


def test_too_few_conversions_are_answered_in_money():
    rows = [r for at in range(8) for r in _grouped(f"sound {at}", spend=400, conversions=1)]
    said = _cpa([*rows, *_grouped("thin", spend=60, conversions=1 / 20)])
    assert not said.recommendations
    (answer,) = [one for one in said.no_data if one.subject.name == "thin"]
    assert answer.unit == "spend" and answer.more and answer.more_impressions is None
    assert answer.more == 13_000 and "NT$13,000" in render(answer.reason, "zh-TW")


def test_a_weak_ad_on_thin_data_is_answered_in_impressions():
    rows = [*healthy(8), *daily("thin", -40, -1, impressions=30, clicks=0.225, spend=4, conversions=0.1)]
    said = judge(snapshot(rows), AS_OF, packs=[RULES["low_ctr_vs_peers"]])
    assert not said.recommendations
    (answer,) = said.no_data
    assert answer.unit == "impressions" and answer.more == answer.more_impressions > 0


def test_a_click_flag_names_its_peers_by_key_and_hash():
    rows = [*healthy(8), *daily("weak", -40, -1, impressions=2000, clicks=12, spend=400, conversions=1)]
    (one,) = judge(snapshot(rows), AS_OF, packs=[RULES["low_ctr_vs_peers"]]).recommendations
    peers = one.evidence["peers"]
    assert len(peers["members"]) == peers["count"] == 8 and one.entity not in peers["members"]
    assert len(peers["members_hash"]) == 64
    more = [*rows, *daily("another", -40, -1, impressions=2000, clicks=30, spend=400, conversions=1)]
    (again,) = judge(snapshot(more), AS_OF, packs=[RULES["low_ctr_vs_peers"]]).recommendations
    assert again.evidence["peers"]["members_hash"] != peers["members_hash"]


def test_a_flag_needs_the_e_value_its_rule_asks_for():
    pack, ref = RULES["low_ctr_vs_peers"]
    rows = [*healthy(8), *daily("weak", -40, -1, impressions=400, clicks=3.6, spend=400, conversions=1)]
    (one,) = judge(snapshot(rows), AS_OF, packs=[(pack, ref)]).recommendations
    above = np.exp(one.evidence["log_e"]) * 1.01
    strict = pack.model_copy(update={"evidence": Evidence(**pack.evidence.model_dump() | {"e_value": above})})
    said = judge(snapshot(rows), AS_OF, packs=[(strict, ref)])
    assert not said.recommendations and len(said.no_data) == 1
