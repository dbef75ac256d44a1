"""A promise that is not kept is not reported as kept."""

from dataclasses import replace

import pytest

from tests.promises.scores import Score, promise_lines

GOOD = Score(
    family="hill", seed=1, current=80.0, proposed=98.0, best=100.0, flagged=20, flagged_bad=18, bad_with_data=20,
    bad_with_data_flagged=18, alerts=2, alerts_right=2, silent=2, illegal=20, illegal_blocked=20, lawful=180,
    lawful_blocked=0, seconds=1.0,
)  # fmt: skip


def test_all_kept():
    assert all(line.kept for line in promise_lines([GOOD, replace(GOOD, family="power", seed=2)]))


@pytest.mark.parametrize(
    "fault",
    [
        {"proposed": 93.9},
        {"current": 99.9, "proposed": 98.8, "best": 100.0},
        {"flagged_bad": 16},
        {"bad_with_data_flagged": 11},
        {"flagged": 0, "flagged_bad": 0, "bad_with_data": 0, "bad_with_data_flagged": 0},
        {"alerts": 3},
        {"illegal_blocked": 19},
        {"lawful_blocked": 1},
    ],
)
def test_each_shortfall_breaks_its_line(fault):
    assert not all(line.kept for line in promise_lines([replace(GOOD, **fault)]))


def test_median_counts_only_seeds_that_lose_a_tenth():
    close = replace(GOOD, seed=2, current=95.0, proposed=95.0)
    lines = promise_lines([GOOD, close])
    assert lines[0].kept and lines[0].figure == "90% over 1 seeds"
