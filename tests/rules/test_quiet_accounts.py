"""The shipped rules keep quiet about accounts in which nothing is wrong, on one night and over many."""

from __future__ import annotations

from tests.rules.quiet_accounts import false_flags

FACTS = {"learning_limited", "tiktok_learning_limited"}  # a budget split too finely is so, whatever chance does


def _shares(flagged, looked):
    return {rule: flagged[rule] / looked[rule] for rule in looked if looked[rule] and rule not in FACTS}


def test_one_look_at_sound_accounts():
    flagged, looked = false_flags(8, 1)
    assert sum(looked.values()) > 1500
    assert sum(flagged[rule] for rule in flagged if rule not in FACTS) <= 0.002 * sum(looked.values())
    assert max(_shares(flagged, looked).values()) <= 0.05


def test_ten_mornings_in_a_row():
    flagged, looked = false_flags(2, 10, first_seed=50)
    assert max(_shares(flagged, looked).values()) <= 0.07
    assert sum(flagged[rule] for rule in flagged if rule not in FACTS) <= 0.01 * sum(looked.values())
