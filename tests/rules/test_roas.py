"""Returns below target are called so about as surely as they are: simulated orders of unlike value, known truth."""

from __future__ import annotations

import numpy as np
import pytest

from rules.judgement import Targets
from rules.roas import CLEARLY
from rules.signals import SignalSource
from tests.rules.accounts import AS_OF, facts, row

DAY = int((np.datetime64(AS_OF) - np.datetime64("1970-01-01")).astype(int))
ADS, DAYS, SPEND = 60, 28, 100.0


def _sure(rng, true_roas, *, orders_a_day=0.8, spread=0.8):
    """P(below a target of 3) of ads whose orders have log-normal values with the given sigma."""
    rows = []
    each = true_roas * SPEND / orders_a_day
    for ad, value in enumerate(np.broadcast_to(each, ADS)):
        for at in range(-DAYS, 0):
            orders = rng.poisson(orders_a_day)
            worth = rng.lognormal(np.log(value) - spread**2 / 2, spread, orders).sum()
            cells = {"spend": SPEND, "conversions": float(orders), "conversions_value": float(worth)}
            rows.append(row(at, f"ad {ad:03}", impressions=100, clicks=5, **cells))
    targets = Targets(target_roas={"meta": 3.0})
    table = SignalSource(facts(rows), DAY, targets).table("ad", DAYS, 1, ("roas_sure_below",))
    return table.columns["roas_sure_below"]


@pytest.mark.parametrize("spread", [0.3, 0.8, 1.3])
def test_an_ad_on_the_line_is_called_about_as_often_as_it_says(spread):
    called = [s >= 0.9 for seed in range(12) for s in _sure(np.random.default_rng(seed), CLEARLY * 3.0, spread=spread)]
    assert 0.02 < np.mean(called) < 0.16  # exactly on the line: a tenth, were the sum exactly log-normal


def test_an_ad_on_target_is_hardly_ever_called():
    called = [s >= 0.9 for seed in range(12) for s in _sure(np.random.default_rng(seed), 3.0)]
    assert np.mean(called) < 0.02


def test_an_ad_well_below_is_called_and_one_above_is_not():
    rng = np.random.default_rng(9)
    assert (_sure(rng, 1.2) >= 0.9).mean() > 0.9
    assert (_sure(rng, 4.5) >= 0.9).mean() < 0.02


def test_without_target_or_orders_there_is_no_answer():
    rows = [row(at, impressions=9, clicks=1, spend=9, conversions=0, conversions_value=0) for at in range(-9, 0)]
    for targets in (Targets(), Targets(target_roas={"meta": 3.0})):
        table = SignalSource(facts(rows), DAY, targets).table("ad", 9, 1, ("roas_sure_below",))
        assert np.isnan(table.columns["roas_sure_below"]).all()
