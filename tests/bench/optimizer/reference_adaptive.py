"""The limit for concave curves under budget and group rows: adaptive segments written straight on numpy and HiGHS.

Twelve segments of equal curvature, then cuts at equal marginal values around the hurdle, until the Lagrangian bound at
the row duals is met. Every table is (channels, segments) with empty segments left in, so nothing is searched or
compressed; the start basis takes segments by slope, group by group and then for the budget, which leaves HiGHS to
confirm it where no channel has two groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.bench.optimizer.allocation import Allocation, Answer
from tests.bench.optimizer.greedy_start import greedy_basis, start_at
from tests.bench.optimizer.reference_curves import Array

# The fastest of 48 settings over twelve problems of 20 to 1000 channels; a millionth is proven in three rounds.
COARSE = 12
AROUND = np.sign(np.linspace(-1.0, 1.0, 11)) * np.abs(np.linspace(-1.0, 1.0, 11)) ** 1.7  # closer in the middle
FIRST_WIDTH, NARROWER, WIDER = 0.15, 0.2, 3.0  # of the hurdle; each round's window in terms of the last
ROUNDS = 14
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Proof:
    """The certificate at row prices: its value, every channel's best spend and hurdle."""

    bound: float
    best: Array
    hurdle: Array


def solve_adaptively(allocation: Allocation, tolerance: float = 1e-6) -> Answer:
    """A plan within the proven relative ``tolerance`` of the best."""
    solver = _open_solver()
    worth = max(float(allocation.curves.value(allocation.upper).sum()), 1e-300)
    task = allocation.scaled(allocation.budget / allocation.size, worth / allocation.size)
    low, high = task.lower[:, None], task.upper[:, None]
    coarse = task.curves.cuts(task.lower, task.upper, COARSE)
    cuts, width, rounds = coarse, FIRST_WIDTH, 0
    value, bound, plan, last = -np.inf, np.inf, task.lower, np.inf
    for _ in range(ROUNDS):
        rounds += 1
        points = np.sort(np.concatenate([low, cuts, high], axis=1), axis=1)
        length = np.diff(points, axis=1)
        taken, prices = _run(task, solver, points, length)
        if taken is None:
            return allocation.no_answer(str(solver.getModelStatus()))
        spend = task.lower + taken.sum(axis=1)
        reached = task.objective(spend)
        if reached > value:
            value, plan = reached, spend
        proof = _certify(task, prices, spend)
        bound = min(bound, proof.bound)
        gap = bound - value
        if gap <= tolerance * abs(bound):
            break
        if gap > 0.5 * last:  # the window has closed beside the hurdle
            width *= WIDER / NARROWER
        last = gap
        fine = _around(task, proof, width)
        cuts = np.concatenate([coarse[:, 1::3], plan[:, None], fine], axis=1)
        width *= NARROWER
    unit = worth / allocation.size
    plan = allocation.kept(plan * (allocation.budget / allocation.size))
    return allocation.answer(plan, bound * unit, f"{rounds} rounds")


def _open_solver() -> Any:
    import highspy

    solver = highspy.Highs()
    for name, setting in {
        "output_flag": False,
        "threads": 1,
        "presolve": "off",
        "solver": "simplex",
        "simplex_strategy": 4,
        "simplex_scale_strategy": 0,
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
    }.items():
        solver.setOptionValue(name, setting)
    return solver


def _run(task: Allocation, solver: Any, points: Array, length: Array) -> tuple[Array | None, Array]:
    """Spend in every segment and the row prices; None for the spend when HiGHS has no optimum."""
    import highspy

    values = task.curves.value(points)
    floor = 1e-13 * (1.0 + points[:, -1:])
    open_ = length > floor
    gain = np.diff(values, axis=1) / np.where(open_, length, 1.0)
    gain = np.minimum.accumulate(np.where(open_, gain, np.inf), axis=1)
    gain = np.where(np.isfinite(gain), gain, 0.0)
    length = np.where(open_, length, 0.0)
    size, pieces = length.shape
    counts = np.diff(task.rows.indptr)
    limits = task.limits - task.rows @ task.lower
    start, index = _columns(task, counts, pieces)
    solver.passModel(
        size * pieces,
        len(limits),
        len(index),
        1,  # column-wise
        -1,  # maximise
        0.0,
        gain.ravel(),
        np.zeros(size * pieces),
        length.ravel(),
        np.full(len(limits), -np.inf),
        limits,
        start,
        index,
        np.ones(len(index)),
        np.zeros(size * pieces, dtype=np.int32),  # all continuous; HiGHS reads past an empty array
    )
    if task.disjoint:
        start_at(solver, *greedy_basis(task, gain, length, limits))
    solver.run()
    solution = solver.getSolution()
    prices = np.maximum(np.array(solution.row_dual), 0.0)
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None, prices
    return np.array(solution.col_value).reshape(size, pieces), prices


def _columns(task: Allocation, counts: Index, pieces: int) -> tuple[Index, Index]:
    """Column starts and row indices: every channel's own column, ``pieces`` times."""
    repeated = np.repeat(counts, pieces)
    start = np.zeros(len(repeated), dtype=np.int32)
    np.cumsum(repeated[:-1], out=start[1:])
    inside = np.arange(repeated.sum(), dtype=np.int32) - np.repeat(start, repeated)
    index = task.rows.indices[inside + np.repeat(np.repeat(task.rows.indptr[:-1], pieces), repeated)]
    return start, index.astype(np.int32)


def _certify(task: Allocation, prices: Array, spend: Array) -> _Proof:
    r"""$\sum_i \max_x (f_i(x) - w_i x) + y \cdot h$ with $w = A^\top y$; tangents make up for an inexact inverse."""
    hurdle = np.asarray(task.rows.T @ prices)
    best = task.curves.spend_at(np.maximum(hurdle, 1e-12), np.maximum(spend, 1e-3 * task.upper))
    best = np.clip(best, np.maximum(task.lower, 1e-14 * task.upper), task.upper)
    slack = task.curves.slope(best) - hurdle
    tangent = np.maximum(slack * (task.upper - best), slack * (task.lower - best))
    value = float((task.curves.value(best) - hurdle * best + tangent).sum())
    return _Proof(value + float(prices @ task.limits), best, hurdle)


def _around(task: Allocation, proof: _Proof, width: float) -> Array:
    """Cuts whose marginal response spans the hurdle by a fraction ``width`` each way."""
    reach = np.minimum(width * proof.hurdle / -task.curves.bend(proof.best), 0.5 * (task.upper - task.lower))
    points = proof.best[:, None] + reach[:, None] * AROUND
    return np.clip(points, task.lower[:, None], task.upper[:, None])
