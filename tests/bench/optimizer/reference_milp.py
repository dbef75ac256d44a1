"""The plain mixed-integer peer: incremental segments of the curves on HiGHS, binaries on convex parts only.

An S-shaped curve has 10 convex segments, entered one after the other by binaries, and 20 concave ones of equal
curvature that open with the last of them; one cut lies where the concave envelope touches the curve, which makes the
relaxation nearly exact. A least spend is a first segment that is taken whole or not at all. One
thread, relative gap 1e-4, the model passed as arrays. The solver's own bound is one of the model, not of the curves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.bench.optimizer.allocation import Allocation, Answer
from tests.bench.optimizer.reference_curves import Array

CONVEX, CONCAVE = 10, 20
TO_TOUCH = 4  # of the concave segments, how many lie before the envelope's touching point
GAP = 1e-4
CAP_SECONDS = 60.0
PRESOLVE_FROM = 400  # channels; without it 1.6 to 15 times faster up to 300, with it up to twice faster at 500
Index = npt.NDArray[np.int64]


def solve_with_milp(allocation: Allocation, cap_seconds: float = CAP_SECONDS, gap: float = GAP) -> Answer:
    """The best plan of the segment model within ``gap``, valued on the true curves."""
    import highspy

    unit = allocation.budget / allocation.size
    worth = max(allocation.objective(allocation.upper), 1e-300) / allocation.size
    task = allocation.scaled(unit, worth)
    model = _build(task)
    solver = highspy.Highs()
    for name, setting in {
        "output_flag": False,
        "threads": 1,
        "presolve": "on" if task.size >= PRESOLVE_FROM else "off",
        "mip_rel_gap": gap,
        "time_limit": cap_seconds,
    }.items():
        solver.setOptionValue(name, setting)
    columns = len(model.cost)
    solver.passModel(
        columns,
        len(model.row_upper),
        len(model.index),
        2,  # row-wise
        -1,  # maximise
        0.0,
        model.cost,
        np.zeros(columns),
        model.upper,
        np.full(len(model.row_upper), -np.inf),
        model.row_upper,
        model.start,
        model.index,
        model.value,
        model.integer,
    )
    solver.run()
    status = solver.getModelStatus()
    column = np.array(solver.getSolution().col_value)
    if status != highspy.HighsModelStatus.kOptimal or len(column) != columns:
        return allocation.no_answer(f"no answer within {cap_seconds:g} s: {solver.modelStatusToString(status)}")
    segments = column[: len(model.owner)]
    # A segment entered by a rounding error of its binary is not entered.
    spend = task.lower + np.bincount(model.owner, np.where(segments > 1e-7, segments, 0.0), minlength=task.size)
    whole = column[model.first_of] > 0.5 if len(model.first_of) else np.zeros(0, dtype=bool)
    spend[model.least_of] = np.where(whole, np.maximum(spend[model.least_of], task.least[model.least_of]), 0.0)
    return allocation.answer(allocation.kept(spend * unit), None, "optimal within the gap")


@dataclass(frozen=True, slots=True)
class _Model:
    """Rows in row order; ``owner`` is the channel of each segment column (they come first)."""

    cost: Array
    upper: Array
    integer: npt.NDArray[np.int32]
    row_upper: Array
    start: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Array
    owner: Index
    least_of: Index  # channels with a least spend
    first_of: Index  # their binaries


def _build(task: Allocation) -> _Model:
    owner, length, gain, gate, opens = _segments(task)
    count = len(owner)
    # Segment k may be entered when its gate's binary is 1; a gate segment must then be full.
    gated, full = np.flatnonzero(gate >= 0), np.unique(gate[gate >= 0])
    binary = np.full(count, -1)
    binary[full] = count + np.arange(len(full))
    triples = [
        (np.arange(len(gated)), gated, np.ones(len(gated))),
        (np.arange(len(gated)), binary[gate[gated]], -length[gated]),
        (len(gated) + np.arange(len(full)), full, -np.ones(len(full))),
        (len(gated) + np.arange(len(full)), binary[full], length[full]),
    ]
    row_upper = [np.zeros(len(gated) + len(full))]
    # A least spend's first segment is also no more than its own binary allows: all or nothing.
    whole = np.flatnonzero(opens)
    base = len(gated) + len(full)
    triples += [
        (base + np.arange(len(whole)), whole, np.ones(len(whole))),
        (base + np.arange(len(whole)), binary[whole], -length[whole]),
    ]
    row_upper.append(np.zeros(len(whole)))
    base += len(whole)
    rows = task.rows[:, owner].tocoo()
    triples.append((base + rows.row, rows.col, rows.data))
    row_upper.append(task.limits - task.rows @ task.lower)
    row, column, value = (np.concatenate(part) for part in zip(*triples, strict=True))
    order = np.argsort(row, kind="stable")
    height = base + len(task.limits)
    start = np.searchsorted(row[order], np.arange(height)).astype(np.int32)
    return _Model(
        cost=np.concatenate([gain, np.zeros(len(full))]),
        upper=np.concatenate([length, np.ones(len(full))]),
        integer=np.concatenate([np.zeros(count), np.ones(len(full))]).astype(np.int32),
        row_upper=np.concatenate(row_upper),
        start=start,
        index=column[order].astype(np.int32),
        value=value[order].astype(np.float64),
        owner=owner,
        least_of=owner[whole],
        first_of=binary[whole],
    )


def _segments(task: Allocation) -> tuple[Index, Array, Array, Index, npt.NDArray[np.bool_]]:
    """Channel, length, chord slope, gate (the segment that must be full first, -1: none) and all-or-nothing marks."""
    turn = np.clip(task.curves.inflection(), np.maximum(task.lower, task.least), task.upper)
    bottom = np.maximum(task.lower, task.least)
    bends = turn > bottom + 1e-9 * task.upper
    touch = _touching(task, bottom, turn)
    concave = np.concatenate(
        [
            task.curves.cuts(turn, touch, TO_TOUCH),
            touch[:, None],
            task.curves.cuts(touch, task.upper, CONCAVE - TO_TOUCH),
        ],
        axis=1,
    )
    plain = task.curves.cuts(turn, task.upper, CONCAVE)
    concave = np.where(bends[:, None], concave, plain)
    convex = bottom[:, None] + (turn - bottom)[:, None] * np.arange(1, CONVEX) / CONVEX
    points = np.concatenate(
        [task.lower[:, None], bottom[:, None], convex, turn[:, None], concave, task.upper[:, None]], axis=1
    )
    length = np.diff(points, axis=1)
    used = np.ones(length.shape, dtype=bool)
    used[:, 0] = task.least > task.lower
    used[:, 1 : CONVEX + 1] = bends[:, None]
    used &= length > 0.0
    gain = np.diff(task.curves.value(points), axis=1) / np.where(used, length, 1.0)
    number = np.where(used, np.cumsum(used.ravel()).reshape(used.shape) - 1, -1)
    gate = np.full(used.shape, -1)
    gate[:, 1 : CONVEX + 1] = number[:, :CONVEX]
    last = np.where(bends, number[:, CONVEX], number[:, 0])
    gate[:, CONVEX + 1 :] = last[:, None]
    opens = np.zeros(used.shape, dtype=bool)
    opens[:, 0] = True
    owner = np.broadcast_to(np.arange(task.size)[:, None], used.shape)
    return owner[used], length[used], gain[used], gate[used], opens[used]


def _touching(task: Allocation, bottom: Array, turn: Array) -> Array:
    """Where the line from the first spend touches the curve right of its inflection; by halving, to a millionth."""
    start, left, right = task.curves.value(bottom), turn.copy(), task.upper.copy()
    for _ in range(20):
        middle = 0.5 * (left + right)
        steeper = task.curves.slope(middle) * (middle - bottom) > task.curves.value(middle) - start
        left, right = np.where(steeper, middle, left), np.where(steeper, right, middle)
    return right
