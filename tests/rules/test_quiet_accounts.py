"""The shipped rules keep quiet about accounts in which nothing is wrong, on one night and over many."""

from __future__ import annotations

import pytest

from tests.rules.quiet_accounts import false_flags

FACTS = {"learning_limited", "tiktok_learning_limited"}  # a budget split too finely is so, whatever chance does


def _shares(flagged, looked):
    return {rule: flagged[rule] / looked[rule] for rule in looked if looked[rule] and rule not in FACTS}


@pytest.mark.parametrize("accounts", [4, pytest.param(8, marks=pytest.mark.soak)])
def test_one_look_at_sound_accounts(accounts):
    flagged, looked = false_flags(accounts, 1)
    assert sum(looked.values()) > 187 * accounts
    assert sum(flagged[rule] for rule in flagged if rule not in FACTS) <= 0.002 * sum(looked.values())
    assert max(_shares(flagged, looked).values()) <= 0.05


@pytest.mark.parametrize(("accounts", "mornings"), [(1, 6), pytest.param(2, 10, marks=pytest.mark.soak)])
def test_many_mornings_in_a_row(accounts, mornings):
    flagged, looked = false_flags(accounts, mornings, first_seed=50)
    assert max(_shares(flagged, looked).values()) <= 0.07
    assert sum(flagged[rule] for rule in flagged if rule not in FACTS) <= 0.01 * sum(looked.values())
