"""What lags is held against other days, the others and targets at equal maturity, by a lag that is known."""

from __future__ import annotations

import numpy as np
import pytest

from rules.entities import EPOCH
from rules.given import Given
from rules.judge import judge
from rules.judgement import Targets
from rules.reporting_lag import LagCurve
from rules.signals import SignalSource
from tests.rules.accounts import AS_OF, facts, row, shipped, snapshot

SHARE = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # of a day's conversions, by its age
CURVE = LagCurve("meta", SHARE, 30, "restated")
DAYS, DUE = 7, 10.0


def _day(ad, day, due=DUE, **more):
    """One day of an ad that will bring ``due`` conversions for 1,000, of which those of its age are told."""
    told = due * SHARE[min(-day, len(SHARE) - 1)]
    cells = {
        "impressions": 1000.0,
        "clicks": 100.0,
        "spend": 1000.0,
        "conversions": told,
        "conversions_value": 300 * told,
    }
    return row(day, ad, **cells | more)


def _table(rows, lag=CURVE, **targets):
    given = Given(lag={"meta": lag} if lag else {})
    return SignalSource(facts(rows), (AS_OF - EPOCH).days, Targets(**targets), given).table("ad", DAYS, 1, ("cpa",))


def test_a_steady_ad_is_at_par_with_its_past_however_late_its_conversions_are():
    columns = _table([_day("a", day) for day in range(-70, 0)]).columns
    assert columns["reported_now"].tolist() == pytest.approx([sum((*SHARE[1:], 1.0, 1.0)) / DAYS])
    for name in ("cvr", "cpa", "roas", "conversions"):
        for side in ("previous", "same_weekday"):
            assert columns[f"{name}@{side}"] == pytest.approx(columns[name]), (name, side)
    assert columns["conversions_trend"] == pytest.approx([0.0], abs=1e-9)
    assert columns["conversions_mads"] == pytest.approx([0.0], abs=1e-9)
    without = _table([_day("a", day) for day in range(-70, 0)], LagCurve("meta", (1.0,), 30, "restated")).columns
    assert without["cvr@previous"] > 1.3 * without["cvr"] and without["conversions_mads"] < -1


def test_a_target_comes_to_what_is_reported_of_it():
    columns = _table(
        [_day("a", day) for day in range(-30, 0)], target_cpa={"meta": 100.0}, target_roas={"meta": 3.0}
    ).columns
    assert columns["cpa"] > 130 and columns["cpa@target"] == pytest.approx(columns["cpa"])
    assert columns["roas"] < 2.3 and columns["roas@target"] == pytest.approx(columns["roas"])
    assert columns["target_cpa"].tolist() == [100.0] and columns["target_roas"].tolist() == [3.0]


def test_an_ad_that_spent_late_is_not_dear_beside_a_rest_that_spent_evenly():
    late = [_day("late", day) for day in range(-3, 0)]
    rest = [_day("rest", day) for day in range(-30, 0)]
    table = _table(late + rest)
    at = table.facts.entities["ad_name"].tolist().index("late")
    assert table.columns["cpa"][at] == pytest.approx(250)
    assert table.columns["cpa@rest"][at] == pytest.approx(250)


def test_silence_of_days_that_are_not_reported_yet_is_no_broken_tracking():
    rows = [_day("a", day, due=3.0, conversions=3.0 if day < -4 else 0.0) for day in range(-60, 0)]
    packs = shipped("spend_no_conv")

    def findings(share):
        given = Given(lag={"meta": LagCurve("meta", share, 30, "restated")})
        said = judge(snapshot(rows), AS_OF, packs=packs, given=given)
        return [one.code for one in said.findings if one.code == "tracking_break"]

    assert findings((1.0,)) == ["tracking_break"]
    assert findings(SHARE) == []


def test_evidence_says_from_where_the_lag_is_known():
    ads = [("dear", 2.0), *((f"sound {at}", 10.0) for at in range(5))]
    rows = [_day(name, day, due=due, ad_group_name=name) for name, due in ads for day in range(-60, 0)]
    packs = shipped("cpa_over")

    def told(lag):
        given = Given(lag={"meta": lag} if lag else {})
        said = judge(snapshot(rows), AS_OF, packs=packs, given=given, targets=Targets({"meta": 100.0}))
        return said.recommendations[0].evidence["target"]

    assert (told(CURVE)["lag_basis"], told(CURVE)["lag_days_seen"]) == ("restated", 30)
    assert (told(None)["lag_basis"], told(None)["lag_days_seen"]) == ("assumed", 0)
    assert 0 < told(CURVE)["reported_share"] < 1 and np.isfinite(told(None)["reported_share"])
