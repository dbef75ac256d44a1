"""The limit for a plan by day: a quarter's segment model in one array, HiGHS interior point, no crossover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.bench.optimizer.problems import PeriodProblem
from tests.bench.optimizer.reference_curves import Array

SETTINGS = {
    "output_flag": False,
    "threads": 1,
    "solver": "ipm",
    "run_crossover": "off",
    "presolve": "off",  # a third faster without
}


@dataclass(frozen=True, slots=True)
class PeriodAnswer:
    """Spend by channel and day, worth on the true curves and on the segments."""

    objective: float
    spend: Array
    model_objective: float
    status: str


def solve_period(problem: PeriodProblem) -> PeriodAnswer:
    """The best daily plan of the segment model."""
    import highspy

    channels, days = problem.season.shape
    pieces = problem.segments
    share = np.arange(pieces + 1) / pieces
    reach = problem.upper / problem.bend
    cuts = problem.bend[:, None] * ((1.0 + reach[:, None]) ** share - 1.0)  # equal curvature of a log curve
    length = np.diff(cuts, axis=1)
    chord = problem.worth[:, None] * np.diff(np.log1p(cuts / problem.bend[:, None]), axis=1) / length
    cost = (problem.season[:, :, None] * chord[:, None, :]).ravel()
    upper = np.broadcast_to(length[:, None, :], (channels, days, pieces)).ravel()
    index = np.empty((channels, days, pieces, 3), dtype=np.int32)
    index[..., 0] = 0
    index[..., 1] = 1 + np.arange(channels)[:, None, None]
    index[..., 2] = 1 + channels + problem.week[None, :, None]
    limits = np.concatenate([[problem.budget], problem.channel_caps, problem.weekly_caps])
    solver = highspy.Highs()
    for name, setting in SETTINGS.items():
        solver.setOptionValue(name, setting)
    count = len(cost)
    solver.passModel(
        count,
        len(limits),
        3 * count,
        1,  # column-wise
        -1,  # maximise
        0.0,
        cost,
        np.zeros(count),
        upper,
        np.full(len(limits), -np.inf),
        limits,
        np.arange(0, 3 * count, 3, dtype=np.int32),
        index.ravel(),
        np.ones(3 * count),
        np.zeros(count, dtype=np.int32),  # all continuous; HiGHS reads past an empty array
    )
    solver.run()
    taken = np.array(solver.getSolution().col_value).reshape(channels, days, pieces)
    spend = np.clip(taken.sum(axis=2), 0.0, problem.upper[:, None])
    value = problem.worth[:, None] * problem.season * np.log1p(spend / problem.bend[:, None])
    status = solver.modelStatusToString(solver.getModelStatus())
    return PeriodAnswer(float(value.sum()), spend, float(cost @ taken.ravel()), status)
