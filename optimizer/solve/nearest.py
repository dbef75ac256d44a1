"""Decides the plan nearest to a wanted one that keeps all rules, and the cheapest repair where no plan can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array
from optimizer.solve.linear import maximise_linear
from optimizer.solve.rules import LinearRules


def nearest_point(rules: LinearRules, wanted: Array, at: npt.NDArray[np.int64]) -> Array | None:
    """A point within ``rules`` that moves the least money from ``wanted`` at columns ``at``; None if there is none."""
    size, moved = rules.matrix.shape[1], len(at)
    # columns: z, more, less; extra rows: z_at - more + less = wanted_at
    pick = sp.csc_array((np.ones(moved), (np.arange(moved), at)), shape=(moved, size))
    eye = sp.eye_array(moved, format="csc")
    blank = sp.csc_array((rules.matrix.shape[0], 2 * moved))
    matrix = sp.csc_array(sp.vstack([sp.hstack([rules.matrix, blank]), sp.hstack([pick, -eye, eye])]))
    answer = maximise_linear(
        np.concatenate([np.zeros(size), -np.ones(2 * moved)]),
        matrix,
        np.concatenate([rules.lower, np.zeros(2 * moved)]),
        np.concatenate([rules.upper, np.full(2 * moved, np.inf)]),
        np.concatenate([rules.row_lower, wanted[at]]),
        np.concatenate([rules.row_upper, wanted[at]]),
    )
    return answer.point[:size] if answer.status == "optimal" else None


@dataclass(frozen=True, slots=True)
class Repair:
    """Row ``row`` has to give way by ``amount``: its upper limit up (positive) or its lower limit down (negative)."""

    row: int
    amount: float


def cheapest_repair(rules: LinearRules, bending: npt.NDArray[np.bool_], weight: Array) -> tuple[Repair, ...]:
    """The least total money by which rows marked ``bending`` must give way so that a plan exists.

    ``weight`` is the price of a unit of give per row; equal prices give the least money.
    """
    rows = np.flatnonzero(bending)
    up = rows[np.isfinite(rules.row_upper[rows])]
    down = rows[np.isfinite(rules.row_lower[rows])]
    give = np.concatenate([up, down])
    sign = np.concatenate([-np.ones(len(up)), np.ones(len(down))])
    slack = sp.csc_array((sign, (give, np.arange(len(give)))), shape=(rules.matrix.shape[0], len(give)))
    size = rules.matrix.shape[1]
    answer = maximise_linear(
        np.concatenate([np.zeros(size), -weight[give]]),
        sp.csc_array(sp.hstack([rules.matrix, slack])),
        np.concatenate([rules.lower, np.zeros(len(give))]),
        np.concatenate([rules.upper, np.full(len(give), np.inf)]),
        rules.row_lower,
        rules.row_upper,
    )
    if answer.status != "optimal":
        return ()
    amounts = -sign * answer.point[size:]
    return tuple(Repair(int(row), float(a)) for row, a in zip(give, amounts, strict=True) if abs(a) > 1e-6)
