"""The judge is judged: the best plan is best, and the value is the documented sum."""

import itertools

import pytest

from tests.promises.true_plan import TrueResponse, best_plan, value

SEASON = {"weekday_spend_share": [0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2], "weekday_demand": [1, 1, 1, 1, 1, 1.1, 0.9]}
CHANNELS = {
    "a": {"curve": {"family": "hill", "scale": 90, "half": 3000.0, "shape": 0.9}, "carry_over_daily": 0.5,
          "effective_spend_at_end": 2000.0},
    "b": {"curve": {"family": "power", "scale": 0.8, "exponent": 0.55}, "carry_over_daily": 0.2,
          "effective_spend_at_end": 8000.0},
    "c": {"curve": {"family": "hill", "scale": 40, "half": 900.0, "shape": 1.0}, "carry_over_daily": 0.7,
          "effective_spend_at_end": 0.0},
}  # fmt: skip


@pytest.fixture
def responses():
    return {name: TrueResponse(channel, SEASON, 4) for name, channel in CHANNELS.items()}


def test_no_plan_on_a_grid_beats_the_best(responses):
    budget, steps = 200_000.0, 24
    best = best_plan(responses, budget)
    assert sum(sum(weeks) for weeks in best.values()) == pytest.approx(budget)
    top = value(responses, best)
    for first, second in itertools.product(range(steps + 1), repeat=2):
        if first + second <= steps:
            shares = (first / steps, second / steps, (steps - first - second) / steps)
            plan = {name: [share * budget / 4] * 4 for name, share in zip(responses, shares, strict=True)}
            assert value(responses, plan) <= top * (1 + 1e-9)


def test_value_by_hand_without_carry_over():
    channel = CHANNELS["b"] | {"carry_over_daily": 0.0}
    season = {"weekday_spend_share": [1 / 7] * 7, "weekday_demand": [1.0] * 7}
    assert TrueResponse(channel, season, 2).conversions([7000.0, 14000.0]) == pytest.approx(
        7 * 0.8 * (1000**0.55 + 2000**0.55)
    )


def test_money_carried_in_counts(responses):
    assert responses["b"].conversions([0.0] * 4) > 0
    assert responses["c"].conversions([0.0] * 4) == 0
