"""A fast share of ``make simulate``: intervals hold the truth, and an action of no effect is credited with none."""

from __future__ import annotations

import numpy as np
import pytest

from rules.effect.found import OUTCOMES
from rules.effect.lift import lift_of
from tests.rules.effect import simulate_effect, worlds

FEW = 12
CTR = OUTCOMES["ctr"]


@pytest.fixture(scope="module")
def accounts():
    """Lines of a few accounts by name."""
    return {one.name: one for one in simulate_effect.account_lines(FEW)}


def test_before_and_after_credits_an_action_of_no_effect_and_nothing_of_ours_does(accounts):
    assert accounts["before/after credits an action of no effect with"].measured > 0.5
    for name in ("holdout", "peers", "series"):
        assert abs(accounts[f"{name} is off on average at +0% by"].measured) < 0.04
        assert accounts[f"{name} holds +0% of the flagged"].measured >= 0.85


def test_a_true_effect_is_held_by_every_method(accounts):
    for name in ("holdout", "peers", "series"):
        assert accounts[f"{name} holds +25% of the flagged"].measured >= 0.85


def test_only_peers_that_run_alike_are_trusted(accounts):
    assert accounts["peers that run alike pass the check of the trend at +0%"].measured >= 0.8
    assert accounts["peers drifting apart by 2% a week are trusted all the same"].measured <= 0.1


def test_the_lift_interval_misses_one_time_in_twenty():
    lines = list(simulate_effect.lift_lines(100, arms=((180, 20),), effects=(0.0, 0.3)))
    assert len(lines) == 5
    for one in lines:
        assert 0.90 <= one.measured <= 0.99, one


def test_welch_alone_would_be_too_narrow_for_small_arms(monkeypatch):
    """What the drawing of arms is for: without it the same worlds fall short."""
    monkeypatch.setattr("rules.effect.intervals.SMALL_ARM", 2)
    said = [lift_of(*worlds.clicks_arms(np.random.default_rng(s), (180, 20), 0.0), CTR) for s in range(300)]
    assert simulate_effect.covered(said, 0.0) < 0.93


def test_a_pause_or_a_cut_saves_what_is_told():
    for one in simulate_effect.money_lines(50):
        assert one.measured >= 0.88, one


def test_a_line_that_falls_short_stops_the_run(monkeypatch, capsys):
    short = simulate_effect.line("promise", 0.5, (0.93, 0.97))
    kept = simulate_effect.line("promise", 0.95, (0.93, 0.97))
    for lines, code in (([kept, short], 1), ([kept], 0)):
        monkeypatch.setattr(simulate_effect, "lines", lambda *_, lines=lines: iter(lines))
        assert simulate_effect.main(["5"]) == code
    assert "SHORT promise: 0.500" in capsys.readouterr().out
