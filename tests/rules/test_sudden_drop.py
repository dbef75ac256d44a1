"""How often ordinary weeks raise the alarm for a sudden drop, and how often a day with six in ten gone does."""

from __future__ import annotations

import pytest

from tests.rules.sudden_days import LOST, RESTLESS, impressions, named


@pytest.mark.parametrize(
    ("noise", "more", "most"),
    [
        (0.1, {}, 0.0025),
        (0.2, {}, 0.005),
        (0.2, RESTLESS, 0.015),
        (0.35, RESTLESS, 0.03),
    ],
    ids=["steady", "ordinary", "declining, with a holiday", "restless"],
)
def test_ordinary_weeks_are_seldom_an_alarm(noise, more, most):
    assert named(impressions(noise, lost=0.0, **more)) <= most


@pytest.mark.parametrize(("noise", "least"), [(0.1, 0.9), (0.2, 0.55)])
def test_six_in_ten_gone_is_seen(noise, least):
    assert named(impressions(noise, lost=LOST)) >= least
