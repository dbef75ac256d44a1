"""How sure "below its peers" is grows with the data, does not depend on luck alone, and says how much is missing."""

from __future__ import annotations

import time

import numpy as np
import pytest

from rules.condition_form import columns_of
from rules.conditions import Conditions
from rules.evidence import false_discovery_set
from rules.evidence_form import SURE
from rules.loading import shipped_packs
from rules.peers import LARGEST_SHAPE, peer_rates, shape_by_moments
from rules.rate_ratios import fit_spread, growth_until_sure, probability_below
from tests.rules.truth import entities


def _array(*values):
    return np.array(values, dtype=np.float64)


PRIOR = fit_spread(_array(), _array(), _array(), 20.0, 0.8)


def test_the_same_ratio_is_surer_on_more_data():
    due = np.array([10.0, 100.0, 1_000.0, 100_000.0])
    sure = probability_below(due * 0.6, due, np.full(4, 0.02), PRIOR)
    assert (np.diff(sure) > 0).all() and sure[-1] > 0.999
    above = probability_below(due * 0.9, due, np.full(4, 0.02), PRIOR)
    assert (np.diff(above) < 0).all() and above[-1] < 0.001


def test_an_uncertain_peer_rate_makes_everything_less_sure():
    errors = np.array([0.01, 0.05, 0.2, 0.5])
    sure = probability_below(np.full(4, 500.0), np.full(4, 1_000.0), errors, PRIOR)
    assert (np.diff(sure) < 0).all()


def test_no_click_at_all_is_an_answer():
    assert probability_below(_array(0.0), _array(200.0), _array(0.05), PRIOR)[0] > 0.99


@pytest.mark.parametrize(("clicks", "shown"), [(66, 10_000), (6, 1_000), (136, 20_000)])
def test_the_impressions_asked_for_are_what_settles_it(clicks, shown):
    rate, error = 0.01, _array(0.03)
    c, n = _array(clicks), _array(shown)
    more = n * (growth_until_sure(c, n * rate, error, PRIOR) - 1)
    assert np.isfinite(more[0])
    assert probability_below(c, n * rate, error, PRIOR)[0] < SURE
    for factor, settled in ((1.05, True), (0.9, False)):
        grown = (n + more * factor) / n
        assert (probability_below(c * grown, n * rate * grown, error, PRIOR)[0] >= SURE) is np.bool_(settled)


def test_an_ad_on_the_line_is_never_settled():
    assert np.isinf(growth_until_sure(_array(85), _array(100), _array(0.03), PRIOR)[0])


def test_the_spread_follows_the_account():
    rng = np.random.default_rng(0)
    due = np.full(3_000, 400.0)
    theta = np.where(rng.random(3_000) < 0.2, 0.5, 1.05)
    fitted = fit_spread(rng.poisson(due * theta).astype(float), due, np.full(3_000, 0.01), 30.0, 0.8)
    low = fitted.weight[fitted.theta < 0.65].sum()
    assert low == pytest.approx(0.2, abs=0.03)
    assert fitted.weight[(fitted.theta > 0.7) & (fitted.theta < 0.9)].sum() < 0.02


def test_the_false_discovery_set_is_the_largest_within_its_rate():
    sure = np.array([0.99, np.nan, 0.95, 0.5, 0.90, 0.999])
    chosen, rank = false_discovery_set(sure, np.array([True, True, True, True, True, False]), 0.10)
    assert chosen.tolist() == [True, False, True, False, True, False]
    assert rank[[0, 2, 4, 3]].tolist() == [1, 2, 3, 4] and np.isnan(rank[[1, 5]]).all()
    assert not false_discovery_set(np.array([0.5]), np.array([True]), 0.10)[0].any()


def test_peers_are_the_others_of_the_ad_group():
    group = np.repeat([0, 1], 6)
    shown, clicks = np.full(12, 10_000.0), np.array([100.0] * 6 + [300.0] * 6)
    peers = peer_rates(entities(group), {"impressions": shown, "clicks": clicks})
    assert peers.which.tolist() == [0] * 12 and peers.count.tolist() == [5] * 12
    assert peers.rate == pytest.approx(np.array([0.01] * 6 + [0.03] * 6), rel=0.02)


def test_one_giant_does_not_set_the_rate_for_all():
    shown = np.array([10_000_000.0, *[20_000.0] * 8])
    clicks = shown * np.array([0.03, *[0.01] * 8])
    rate = peer_rates(entities(np.zeros(9, int)), {"impressions": shown, "clicks": clicks}).rate
    assert rate[1:].max() < 0.013


def test_too_few_peers_look_further_and_are_less_sure():
    group = np.array([0, 0, 1, 1, 1, 1, 1, 1])
    shown = np.full(8, 50_000.0)
    clicks = shown * np.array([0.01, 0.01, *[0.012] * 6])
    peers = peer_rates(entities(group), {"impressions": shown, "clicks": clicks})
    assert peers.which.tolist() == [1, 1, *[0] * 6]
    assert peers.log_error[0] > 2 * peers.log_error[4]
    assert peers.rate[0] == pytest.approx(0.01, rel=0.1)
    few = peer_rates(entities(np.zeros(4, int)), {"impressions": shown[:4], "clicks": clicks[:4]})
    assert (few.which == -1).all() and np.isnan(few.rate).all()


def test_the_shape_is_found_again():
    rng = np.random.default_rng(1)
    due = rng.lognormal(4, 1, 20_000)
    assert shape_by_moments(rng.poisson(due * rng.gamma(9, 1 / 9, 20_000)), due) == pytest.approx(9, rel=0.1)
    assert shape_by_moments(rng.poisson(due), due) > 500
    assert shape_by_moments(_array(1, 2), _array(1, 2)) == LARGEST_SHAPE


def test_conditions_of_every_rule_over_100000_entities_take_a_moment():
    rng = np.random.default_rng(2)
    names = {name for pack, _ in shipped_packs() for name in columns_of(pack.when)}
    columns = {name: rng.lognormal(0, 1, 100_000) for name in sorted(names)}
    rounds = []
    for _ in range(3):
        began = time.process_time()
        told = Conditions(columns, 100_000)
        for pack, _ in shipped_packs():
            told.masks(pack.when)
        rounds.append(time.process_time() - began)
    assert min(rounds) < 0.25
