"""A step at the day of the action is found among weekdays, trend and lingering chance, and never trusted far."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from engine.messages import render
from engine.vocabulary import Period
from rules.effect.arms import EffectFaults
from rules.effect.found import OUTCOMES
from rules.effect.its import Days, its_of
from rules.effect.serial import fit_days
from tests.rules.effect.worlds import ACTED_ON, FIRST, FLAG_WINDOW, WEEKDAYS

CTR = OUTCOMES["ctr"]
LENGTH = 112
AT = np.arange(LENGTH)
AFTER = AT >= (ACTED_ON - FIRST).days


def days(effect=0.0, seed=1, rho=0.0, spread=0.0, trend=0.0, volume=30_000):
    """Daily clicks and impressions with a step at the action."""
    rng = np.random.default_rng(seed)
    market = [rng.standard_normal() / np.sqrt(1 - rho**2)]
    for _ in AT[1:]:
        market.append(rho * market[-1] + rng.standard_normal())
    shown = rng.poisson(volume * WEEKDAYS[AT % 7])
    rate = 0.01 * WEEKDAYS[(AT + 3) % 7] * np.exp(spread * np.array(market)) * (1 + trend * AT / LENGTH)
    return Days(FIRST, rng.poisson(shown * rate * np.where(AFTER, 1 + effect, 1.0)), shown)


def test_the_step_is_found_beside_weekdays_and_trend():
    said = its_of(days(effect=0.3, trend=-0.3), ACTED_ON, CTR)
    assert said.low < 0.3 < said.high and 0.2 < said.low
    assert (said.basis, said.trust, said.acted_on, said.compared) == ("its", "low", 28, 84)


def test_a_trend_is_not_taken_for_an_effect():
    assert its_of(days(trend=0.5), ACTED_ON, CTR).shown == "none"


@pytest.mark.parametrize("seeds", [20, pytest.param(60, marks=pytest.mark.soak)])
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_lingering_chance_is_allowed_for(rho, seeds):
    said = [its_of(days(seed=seed, rho=rho, spread=0.06), ACTED_ON, CTR, FLAG_WINDOW) for seed in range(seeds)]
    assert np.mean([one.low <= 0 <= one.high for one in said]) >= 0.88


def test_days_that_hang_together_widen_the_interval():
    loose, tight = (its_of(days(rho=rho, spread=0.06), ACTED_ON, CTR) for rho in (0.8, 0.0))
    assert loose.high - loose.low > 1.5 * (tight.high - tight.low)


def test_the_flag_window_is_looked_at_only_where_it_is_not_named():
    dip = days()
    bad = np.array([FLAG_WINDOW.start <= FIRST + timedelta(int(i)) <= FLAG_WINDOW.end for i in AT])
    dipped = Days(FIRST, np.where(bad, np.asarray(dip.numerator) // 2, dip.numerator), dip.denominator)
    assert its_of(dipped, ACTED_ON, CTR, FLAG_WINDOW) == its_of(dip, ACTED_ON, CTR, FLAG_WINDOW)
    assert its_of(dipped, ACTED_ON, CTR).value > its_of(dipped, ACTED_ON, CTR, FLAG_WINDOW).value + 0.1


def test_what_stops_altogether_is_minus_a_hundred_percent():
    said = its_of(days(effect=-0.95), ACTED_ON, CTR)
    assert said.low >= -1.0 and said.high < -0.85


def test_short_series_are_told_how_many_days_are_missing():
    whole = days()
    short = Days(FIRST + timedelta(60), whole.numerator[60:90], whole.denominator[60:90])
    said = its_of(short, ACTED_ON, CTR)
    assert said.lacks.values == {"more_acted_on": 8, "more_compared": 4}
    assert "8 more after" in render(said.says, "en") and "還差 8 天與 4 天" in render(said.says, "zh-TW")


def test_days_without_volume_tell_nothing_and_series_without_events_neither():
    whole = days()
    gaps = np.where(AT % 9 == 0, 0, whole.denominator)
    said = its_of(Days(FIRST, np.where(AT % 9 == 0, 0, whole.numerator), gaps), ACTED_ON, CTR)
    assert said.acted_on + said.compared == int((gaps > 0).sum())
    silent = its_of(Days(FIRST, np.where(AFTER, whole.numerator, 0), whole.denominator), ACTED_ON, CTR)
    assert silent.lacks.id == "rules.effect.lacks.events"


def test_series_that_cannot_be_read_are_refused_with_every_fault():
    with pytest.raises(EffectFaults) as refused:
        its_of(Days(FIRST, [1.0, -2.0, 3.0], [10.0, np.nan]), ACTED_ON, CTR, Period(FIRST, FIRST))
    told = [(m.id.rsplit(".", 1)[1], m.values["column"]) for m in refused.value.details]
    assert told == [("length", "denominator"), ("cell", "numerator"), ("cell", "denominator")]
    assert "2026-01-06" in refused.value.text("en")


def test_independent_errors_give_the_textbook_fit():
    rng = np.random.default_rng(2)
    design = np.column_stack((np.ones(60), np.arange(60) >= 30)).astype(float)
    values = 5 + design[:, 1] + 0.1 * rng.standard_normal(60)
    fits = fit_days(values, design, np.arange(60.0), np.ones(60), np.array([[0.0, 1.0], [1.0, 0.0]]))
    alone = fits.covariance[0][0, 0]
    rest = values - design @ np.linalg.lstsq(design, values)[0]
    assert fits.estimate[0] == pytest.approx(np.linalg.lstsq(design, values)[0][::-1])
    assert alone == pytest.approx(rest @ rest / 58 * np.linalg.inv(design.T @ design)[1, 1])
    assert fits.weight.sum() == pytest.approx(1)
