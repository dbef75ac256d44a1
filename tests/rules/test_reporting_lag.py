"""The reporting lag is found again from days exported more than once, and assumed where they do not suffice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rules.reporting_lag import assumed_curve, estimate_lag

START = pd.Timestamp("2026-01-05")


def _receipts(rng, true_share, *, per_day=60.0, days=60, every=1, covers=30, platform="meta"):
    """Exports every few days, each covering the last ``covers`` days, of conversions reported by ``true_share``."""
    chance = np.diff(true_share, prepend=0.0)
    reported = rng.poisson(per_day * chance, size=(days, len(chance))).cumsum(axis=1)
    rows = []
    for sent in range(1, days + 1, every):
        for day in range(max(0, sent - covers), sent):
            got = reported[day, min(sent - day, len(chance) - 1)]
            seen = {"date_day": START + pd.Timedelta(day, "D"), "seen_on": START + pd.Timedelta(sent, "D")}
            rows.append({"platform": platform, **seen, "conversions": float(got)})
    return pd.DataFrame(rows)


TRUE = {
    "fast": 1 - 0.2 * np.exp(-np.arange(31) / 1.5),
    "slow": 1 - 0.6 * np.exp(-np.arange(31) / 6.0),
    "two steps": np.array([0.3, 0.5, 0.5, 0.5, 0.9, *[1.0] * 26]),
}


@pytest.mark.parametrize("every", [1, 7], ids=["daily exports", "weekly exports"])
@pytest.mark.parametrize("name", TRUE)
def test_the_curve_is_found_again(name, every):
    true = TRUE[name] / TRUE[name][-1]
    errors = []
    for seed in range(8):
        curve = estimate_lag(_receipts(np.random.default_rng(seed), true, every=every))["meta"]
        assert curve.basis == "restated"
        errors.append(curve.at(np.arange(1, 29)) - true[1:29])
    bias = np.abs(np.mean(errors, axis=0)).max()
    spread = np.sqrt(np.mean(np.square(errors), axis=0)).max()
    assert bias < 0.03 and spread < 0.04, (bias, spread)


def test_days_cut_off_by_today_do_not_pass_for_complete():
    true = TRUE["slow"] / TRUE["slow"][-1]
    curve = estimate_lag(_receipts(np.random.default_rng(3), true, days=24, per_day=400))["meta"]
    assert curve.share[3] == pytest.approx(true[3], abs=0.06)


def test_too_few_receipts_leave_the_assumed_curve():
    once = _receipts(np.random.default_rng(1), TRUE["fast"], every=60)
    few = _receipts(np.random.default_rng(1), TRUE["fast"], days=5)
    thin = _receipts(np.random.default_rng(1), TRUE["fast"], per_day=0.5, days=30)
    for receipts in (once, few, thin):
        assert estimate_lag(receipts)["meta"] == assumed_curve("meta")


def test_corrections_downwards_and_platforms_stay_apart():
    one = _receipts(np.random.default_rng(5), TRUE["fast"])
    late = one["date_day"] + pd.Timedelta(6, "D") <= one["seen_on"]
    one.loc[late, "conversions"] -= 2.0
    other = _receipts(np.random.default_rng(6), TRUE["slow"] / TRUE["slow"][-1], platform="line")
    curves = estimate_lag(pd.concat([one, other]))
    for curve in curves.values():
        share = np.asarray(curve.share)
        assert (np.diff(share) >= 0).all() and 0 < share[0] and share[-1] <= 1
    assert curves["meta"].share[1] > curves["line"].share[1] + 0.2


def test_an_age_before_the_day_counts_as_the_day_itself():
    curve = assumed_curve("line")
    assert curve.at(np.array([-3, 0, 1, 400])).tolist() == [
        curve.share[0],
        curve.share[0],
        curve.share[1],
        curve.share[-1],
    ]
