"""Wear is an ad's loss of click rate beyond what its peers lost; sound ads seldom look worn."""

from __future__ import annotations

import numpy as np
import pytest

from rules.judgement import Targets
from rules.signals import SignalSource
from tests.rules.accounts import AS_OF, facts, row

DAY = int((np.datetime64(AS_OF) - np.datetime64("1970-01-01")).astype(int))


def _columns(rates, rng=None, shown=2000, days=60):
    """Ads whose click rate by day is ``rates(ad, day)``, day counted from the launch."""
    rows = []
    for ad in range(12):
        for at in range(days):
            due = shown * rates(ad, at)
            clicks = due if rng is None else float(rng.poisson(due))
            rows.append(row(at - days, f"ad {ad:02}", impressions=shown, clicks=clicks))
    return SignalSource(facts(rows), DAY, Targets()).table("ad", 7, 1, ("ctr_wear",)).columns


def test_a_worn_ad_is_told_apart_from_its_peers():
    columns = _columns(lambda ad, at: 0.02 * (0.5 if ad == 0 and at > 40 else 1.0))
    assert columns["ctr_wear"][0] == pytest.approx(0.5) and columns["ctr_wear_z"][0] < -4
    assert columns["ctr_wear"][1:] == pytest.approx([1.0] * 11, abs=0.06)
    assert columns["ctr_first_days"] == pytest.approx([0.02] * 12)


def test_what_befalls_everybody_is_no_wear():
    columns = _columns(lambda ad, at: 0.02 * (0.6 if at > 40 else 1.0))
    assert columns["ctr_wear"] == pytest.approx([1.0] * 12)


def test_an_ad_whose_first_week_is_not_over_is_no_data():
    columns = _columns(lambda ad, at: 0.02, days=18)
    assert np.isnan(columns["ctr_wear"]).all()


def test_sound_ads_seldom_look_worn():
    worn = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        columns = _columns(lambda ad, at: 0.02, rng=rng, days=40)
        worn += ((columns["ctr_wear"] <= 0.8) & (columns["ctr_wear_z"] <= -2)).tolist()
    assert np.mean(worn) < 0.01
