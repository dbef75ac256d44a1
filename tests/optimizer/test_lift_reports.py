"""A lift study becomes a test of its channel's curve, and brings the plan nearer to the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from engine.errors import DemandError
from engine.money import Money
from optimizer.calibrating import CALIBRATED
from optimizer.curves.lift import LiftTest
from optimizer.demand import Demand
from optimizer.fitting import fit_curves, fit_history
from optimizer.lift_report import LiftReport, calibrating_tests
from optimizer.propose import propose
from tests.optimizer.cases import demand, three_curves, twd
from tests.optimizer.simulator import Advertiser, simulate
from tests.optimizer.test_lift import DAYS, doubling_error, lift_test

STUDY = LiftReport("a", date(2025, 5, 5), date(2025, 6, 1), twd(280_000), 500.0, low=400.0, high=650.0)
INSIDE = date(2025, 4, 7), date(2025, 5, 4)


def as_report(test: LiftTest, **more: object) -> LiftReport:
    """The study that a test would have come from."""
    spends = [Money.of(Decimal(str(round(spend))), "TWD") for spend in (test.spend_with, test.spend_without)]
    made = LiftReport(
        test.channel, test.start, test.end, spends[0], test.lift, spend_without=spends[1], low=test.low, high=test.high
    )
    return replace(made, **more)


def test_a_range_at_ninety_percent_is_taken_as_it_is():
    assert STUDY.as_test() == LiftTest("a", STUDY.start, STUDY.end, 0.0, 280_000.0, 500.0, 400.0, 650.0)


@pytest.mark.parametrize(("level", "errors"), [(0.8, 1.2815516), (0.95, 1.9599640), (0.99, 2.5758293)])
def test_a_range_at_another_level_is_brought_to_ninety_percent(level, errors):
    report = replace(STUDY, low=500.0 - 60.0 * errors, high=500.0 + 60.0 * errors, level=level)
    assert report.as_test().error == pytest.approx(60.0)
    assert replace(STUDY, low=None, high=None, standard_error=60.0).as_test().error == pytest.approx(60.0)


def test_a_part_of_the_audience_is_scaled_up_to_the_channel():
    whole, part = STUDY.as_test(), replace(STUDY, coverage=0.25, spend_without=twd(70_000)).as_test()
    assert (part.spend_with, part.spend_without, part.lift) == (4 * whole.spend_with, 280_000.0, 4 * whole.lift)
    assert part.error == pytest.approx(4 * whole.error)


def test_a_study_moves_only_the_curves_of_its_result():
    reports = [STUDY, replace(STUDY, result="clicks"), replace(STUDY, channel="b")]
    assert [test.channel for test in calibrating_tests(reports, "conversions")] == ["a", "b"]
    assert not calibrating_tests(reports, "conversions_value")


def test_history_is_fitted_once_for_any_tests():
    made = simulate(2, "hill", channels=3)
    once, tests = fit_history(made.history), [lift_test(made), lift_test(made, 1, bias=0.7)]
    for chosen in ([], tests[:1], tests, tests[::-1]):
        assert once.calibrated(chosen).hash == fit_curves(made.history, lift_tests=chosen).hash
    assert len({once.calibrated(chosen).hash for chosen in ([], tests[:1], tests[1:], tests)}) == 4


@pytest.mark.parametrize("seeds", [2, pytest.param(4, marks=pytest.mark.soak)])
def test_a_study_brings_the_plan_nearer_to_the_truth(seeds):
    """An advertiser follows demand with one channel, which looks better than it is; a study of it says by how much."""
    alone, tested, gained = [], [], []
    for seed in range(seeds):
        made = simulate(seed, "power", channels=3, shocks=0.2, confounded=1.5)
        studies = [as_report(lift_test(made, number)) for number in range(3)]
        asked = demand(budget=round(28 * 1.5 * sum(channel.usual for channel in made.channels)))
        plain, moved = (propose(replace(asked, lift_tests=some), made.history) for some in ((), studies))
        knowing = fit_curves(made.history, lift_tests=[study.as_test() for study in studies])
        alone += [abs(doubling_error(fit_curves(made.history), made, number)) for number in range(3)]
        tested += [abs(doubling_error(knowing, made, number)) for number in range(3)]
        gained.append(_truly(made, moved) / _truly(made, plain))
        told = [note for note in moved.warnings if note.id == CALIBRATED]
        assert moved.curves_hash == knowing.hash != plain.curves_hash and len(told) == 3
    assert np.mean(tested) < 0.5 * np.mean(alone)
    assert np.mean(gained) >= 1.0


def _truly(made: Advertiser, plan) -> float:
    """What a plan brings in truth."""
    weeks = sorted({cell.week.start for cell in plan.weeks})
    spend = {channel.name: np.zeros(len(weeks)) for channel in made.channels}
    for cell in plan.weeks:
        spend[cell.channel][weeks.index(cell.week.start)] = cell.spend
    return made.outcome(spend)


def test_the_same_studies_give_the_same_plan_twice():
    made = simulate(1, "hill", channels=3)
    asked = demand(lift_tests=[as_report(lift_test(made, bias=0.6))])
    first, again = (propose(asked, made.history).as_dict() for _ in range(2))
    assert first == again


def test_faults_are_told_before_anything_is_calibrated():
    made = simulate(1, "hill", channels=3)
    wrong = [replace(STUDY, channel="p0/t0", low=900.0), replace(STUDY, channel="nobody")]
    with pytest.raises(DemandError) as caught:
        propose(demand(lift_tests=wrong), made.history)
    places = {detail.id.rpartition(".")[2]: detail.values["field"] for detail in caught.value.details}
    assert places == {"lift_outside_range": "lift_tests/1/lift", "unknown_channel": "lift_tests/2"}


def test_stored_curves_are_not_calibrated_again():
    curves, asked = three_curves(), Demand(twd(200_000), demand().period)
    plans = [propose(replace(asked, lift_tests=some), curves=curves) for some in ((), (STUDY,))]
    assert plans[0].as_dict() == plans[1].as_dict()


def doubts(test: LiftTest, made: Advertiser) -> list[str]:
    notes = fit_history(made.history).calibrated([test]).warnings
    return [note.id.removeprefix("optimizer.fit.") for note in notes if note.id.startswith("optimizer.fit.lift_")]


def test_days_outside_the_history_and_a_spend_unlike_it_are_doubted():
    made = simulate(2, "hill", channels=3)
    usual = lift_test(made)
    days = made.daily[(made.daily["channel"] == usual.channel) & made.daily["day"].between(*map(str, INSIDE))]
    within = replace(usual, start=INSIDE[0], end=INSIDE[1], spend_with=float(days["spend"].sum()), spend_without=0.0)
    tenth = {name: getattr(usual, name) / 10 for name in ("spend_with", "spend_without", "lift", "low", "high")}
    assert usual.start == DAYS[0] and doubts(usual, made) == ["lift_outside"]
    assert doubts(within, made) == []
    assert doubts(replace(within, **tenth), made) == ["lift_spend"]
    assert doubts(replace(within, spend_with=0.0, spend_without=within.spend_with), made) == []


@pytest.mark.parametrize(
    "change",
    [
        {"lift": -5e8, "low": -5e8 - 1e-6, "high": -5e8 + 1e-6},
        {"lift": 9e8, "low": 9e8 - 1e-3, "high": 9e8 + 1e-3},
        {"lift": 1e-6, "low": 0.0, "high": 2e-6},
        {"spend_with": 1e-6, "spend_without": 0.0},
        {"spend_with": 9e14},
        {"low": -9e8, "high": 9e8},
        {"end": date(2045, 1, 1)},
    ],
)
def test_a_study_that_no_curve_could_follow_leaves_a_curve_that_can_be_planned_on(change):
    made = simulate(1, "hill", channels=3)
    test = replace(lift_test(made), **change)
    curves = fit_curves(made.history, lift_tests=[test])
    at = np.geomspace(1.0, 1e7, 50)
    value, slope = curves.curves["p0/t0"].curve.value(at), curves.curves["p0/t0"].curve.slope(at)
    assert np.isfinite(value).all() and (np.diff(value) >= 0).all() and np.isfinite(slope).all()
    assert propose(demand(), curves=curves).gap < 1e-4


def test_a_channel_that_went_dark_without_recent_spend_is_calibrated():
    made = simulate(2, "hill", channels=3)
    test = LiftTest("line", *DAYS, 400_000.0, 0.0, -500.0, -550.0, -450.0)
    curves = fit_curves(made.history, channels=["line"], lift_tests=[test])
    assert 4.0 * float(curves.curves["line"].curve.value(np.array(100_000.0))) == pytest.approx(500.0, rel=0.1)
