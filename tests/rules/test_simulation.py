"""On accounts whose truth is known, few flags are false and the bad ads with data are found: the short version.

``make simulate`` counts every promise in full (``tests/rules/simulate.py``).
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tests.rules import naive, simulate, truth
from tests.rules.judged_truth import nightly, tally
from tests.rules.simulate import CPA, clicks, costs, packs

RULES = packs()
LOW, ZERO, OVER = RULES["low_ctr_vs_peers"], RULES["spend_no_conv"], RULES["cpa_over"]


def _kept(lines):
    short = [line for line in lines if not line.holds]
    assert not short


def test_the_pinned_generator():
    _kept(simulate.pinned_lines(repetitions=5))


def test_a_generator_of_another_shape():
    said = tally(clicks(truth.drawn, [3, 4, 5, 6]), LOW)
    assert said.flagged > 100
    _kept(simulate.found_lines("drawn", said, simulate.LEAST_POWER))


def test_many_bad_peers_do_not_hide_each_other():
    _kept(simulate.found_lines("mostly bad", tally(clicks(truth.mostly_bad, [0, 1, 2]), LOW), 0.7))


def test_a_sound_account_is_left_alone():
    assert tally(clicks(truth.all_sound, [0, 1]), LOW).flagged <= 3


@pytest.mark.parametrize("first", [simulate.ACROSS, pytest.param(simulate.WITHIN, marks=pytest.mark.soak)])
def test_thirty_looks_at_a_healthy_ad(first):
    said = nightly(list(clicks(truth.even, [0], simulate.DAYS[first])), LOW, first)
    assert said.healthy > 500 and said.power > 0.6
    assert said.false_share <= simulate.MOST_EVER
    assert said.certain_share <= 0.005


@pytest.mark.parametrize(("ads", "share"), [(1_000, 0.1), (60, 0.1)])
def test_ads_that_never_convert(ads, share):
    seeds = list(range(max(2, 2_400 // ads)))
    said = tally(costs(lambda rng: truth.silent(rng, ads, share, 6.0), seeds, 31), ZERO, CPA)
    assert said.flagged >= 10
    _kept(simulate.found_lines("silent", said, 0.2))


def test_no_ad_is_silent_for_good_where_all_convert():
    assert tally(costs(lambda rng: truth.silent(rng, 200, 0.0, 6.0), list(range(5)), 31), ZERO, CPA).flagged <= 2


@pytest.mark.parametrize(("burst", "power"), [(0.0, 0.15), (1.0, 0.08)])
def test_conversions_that_cost_too_much(burst, power):
    """Bursts of conversions carry less evidence than as many that come one by one, and are weighed so."""
    said = tally(costs(lambda rng: truth.costly(rng, 600, 10.0, 1.2), [0, 1, 2], 58, burst), OVER, CPA)
    assert said.flagged >= 20
    _kept(simulate.found_lines("dear", said, power))


def test_a_naive_rule_is_counted_as_it_flags():
    shown, clicked = np.full((1, 4), 1_000), np.array([[10, 10, 10, 5]])
    diary = truth.Diary(
        np.zeros(4, int), np.array([False, False, False, True]), {"impressions": shown, "clicks": clicked}
    )
    said = naive.count([diary], naive.USUAL)
    assert (said.flagged, said.false, said.found) == (1, 0, 1)
    assert naive.count([diary], naive.Cut(0.8, 2_000)).flagged == 0
    assert naive.best_at([diary], 0.0).power == 1


def test_the_diary_of_a_day_is_the_snapshot_of_a_day():
    rng = np.random.default_rng(0)
    diary = truth.clicks_of(truth.even(rng, 24), rng, 3)
    frame = truth.snapshot_of(diary, date(2026, 3, 1)).facts
    assert len(frame) == 72 and frame["date_day"].max().date() == date(2026, 3, 1)
    first = frame[frame["date_day"].dt.date == date(2026, 3, 1) - timedelta(days=2)]
    assert first["clicks"].to_numpy().tolist() == diary.numbers["clicks"][0].tolist()


def test_a_line_that_falls_short_fails_the_run(monkeypatch, capsys):
    good, bad = simulate.at_most("few", 0.1, 0.14, 9), simulate.at_least("many", 0.1, 0.15, 9)
    assert good.holds and not bad.holds
    monkeypatch.setattr(simulate, "lines", lambda seed: iter([good, bad]))
    assert simulate.main(["--seed", "5"]) == 1
    assert "SHORT many" in capsys.readouterr().out
    monkeypatch.setattr(simulate, "lines", lambda seed: iter([good]))
    assert simulate.main([]) == 0
