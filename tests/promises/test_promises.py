"""The promises on a few samples; ``make bench-promises`` measures them on twenty seeds of each family."""

import pytest

from tests.promises.evaluate import main, score_sample
from tests.promises.scores import promise_lines

SAMPLES = [("hill", 1), ("power", 11)]
"""Seeds whose current plan loses more than a tenth, so that every promise is put to the test."""


@pytest.fixture(scope="module")
def scores():
    return [score_sample(family, seed) for family, seed in SAMPLES]


def test_these_samples_test_something(scores):
    assert all(score.loss >= 0.1 for score in scores)
    assert all(score.bad_with_data >= 10 and score.illegal >= 15 for score in scores)


def test_promises_hold(scores):
    broken = [line for line in promise_lines(scores) if not line.kept]
    assert not broken, "\n".join([*map(str, broken), *(miss for score in scores for miss in score.misses)])


def test_command_prints_a_row_a_sample_and_a_line_a_promise(capsys, monkeypatch, scores):
    monkeypatch.setattr("tests.promises.evaluate.score_sample", lambda family, seed, weeks: scores[seed - 1])
    assert main(["--seeds", "2", "--families", "hill", "--workers", "1"]) in (0, 1)
    printed = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(("hill ", "power ")) for line in printed) == 2
    assert sum(line.startswith(("kept", "BROKEN")) for line in printed) == len(promise_lines(scores[:2]))
