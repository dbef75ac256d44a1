"""On accounts whose truth is known, few flags are false and the bad ads with data are found."""

from __future__ import annotations

import pytest

from tests.rules import simulate


def test_the_pinned_generator():
    said = simulate.flag_accounts(simulate.pinned, 5)
    assert said.flagged > 250
    assert said.false_share <= 0.14
    assert said.power >= 0.14
    assert said.sure_false_share <= 0.05


@pytest.mark.parametrize(("median", "power"), [(800, 0.08), (3_000, 0.25), (30_000, 0.6)])
def test_a_generator_of_another_shape(median, power):
    said = simulate.flag_accounts(lambda rng: simulate.graded(rng, median=median), 4)
    assert said.flagged > 100
    assert said.false_share <= 0.14
    assert said.power >= power
    assert said.sure_false_share <= 0.05


def test_many_bad_peers_do_not_hide_each_other():
    said = simulate.flag_accounts(simulate.mostly_bad, 10)
    assert said.false_share <= 0.14
    assert said.power >= 0.7


def test_a_sound_account_is_left_alone():
    assert simulate.flag_accounts(simulate.all_sound, 5).flagged <= 5


@pytest.mark.parametrize(("ads", "dead"), [(2_000, 0.1), (200, 0.1), (60, 0.05)])
def test_ads_that_never_convert(ads, dead):
    said = simulate.flag_silent_ads(max(4, 8_000 // ads), ads, dead, 6.0)
    assert said.flagged > 50
    assert said.false_share <= 0.14
    assert said.power >= 0.6


def test_no_ad_is_silent_for_good_where_all_convert():
    said = simulate.flag_silent_ads(20, 200, 0.0, 6.0)
    assert said.flagged <= 20 * 200 * 0.005
