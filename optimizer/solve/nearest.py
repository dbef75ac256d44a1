"""Decides the plan nearest to a wanted one that keeps all rules, and the cheapest repair where no plan can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array
from optimizer.curves.families.log import Log
from optimizer.solve.linear import maximise_linear, maximise_mixed
from optimizer.solve.rules import LinearRules
from optimizer.solve.solving import solve
from optimizer.solve.task import spend_task

REPAIR_GAP = 1e-6


def nearest_point(rules: LinearRules, wanted: Array, at: npt.NDArray[np.int64]) -> Array | None:
    r"""The point within ``rules`` nearest to ``wanted`` at columns ``at``; None if there is none.

    Nearest in proportion: it maximises $\sum_j \bar x_j \ln x_j$ under the rules and the wanted total, so that money
    which a limit frees goes to the others in their own proportions (the Kullback-Leibler projection).
    """
    amounts = np.maximum(wanted[at], 0.0)
    total = sp.csc_array((np.ones(len(at)), (np.zeros(len(at), dtype=np.int64), at)), shape=(1, rules.matrix.shape[1]))
    capped = LinearRules(
        matrix=sp.csc_array(sp.vstack([rules.matrix, total])),
        row_lower=np.append(rules.row_lower, -np.inf),
        row_upper=np.append(rules.row_upper, amounts.sum()),
        lower=rules.lower,
        upper=rules.upper,
    )
    start = 1e-3 * max(float(amounts.max(initial=0.0)), 1e-12)
    curves = [Log(a=float(amount), b=start) for amount in amounts]
    for tried in (capped, rules):  # where rules ask for more than is wanted, the wanted total gives way
        found = solve(spend_task(tried, curves, at))
        if found.status == "optimal":
            return found.point[:-1]
    return None


@dataclass(frozen=True, slots=True)
class Repair:
    """Row ``row`` has to give way by ``amount``: its upper limit up (positive) or its lower limit down (negative)."""

    row: int
    amount: float


def cheapest_repair(
    rules: LinearRules,
    bending: npt.NDArray[np.bool_],
    weight: Array,
    integer: npt.NDArray[np.bool_] | None = None,
) -> tuple[Repair, ...]:
    """The least total money by which rows marked ``bending`` must give way so that a plan exists.

    ``weight`` is the price of a unit of give per row; equal prices give the least money. ``integer`` marks columns that
    have to be whole; without it they may be anything between.
    """
    rows = np.flatnonzero(bending)
    up = rows[np.isfinite(rules.row_upper[rows])]
    down = rows[np.isfinite(rules.row_lower[rows])]
    give = np.concatenate([up, down])
    sign = np.concatenate([-np.ones(len(up)), np.ones(len(down))])
    slack = sp.csc_array((sign, (give, np.arange(len(give)))), shape=(rules.matrix.shape[0], len(give)))
    size = rules.matrix.shape[1]
    cost = np.concatenate([np.zeros(size), -weight[give]])
    matrix = sp.csc_array(sp.hstack([rules.matrix, slack]))
    lower = np.concatenate([rules.lower, np.zeros(len(give))])
    upper = np.concatenate([rules.upper, np.full(len(give), np.inf)])
    point: Array | None
    if integer is None:
        answer = maximise_linear(cost, matrix, lower, upper, rules.row_lower, rules.row_upper)
        point = answer.point if answer.status == "optimal" else None
    else:
        whole = np.concatenate([integer, np.zeros(len(give), dtype=bool)])
        point = maximise_mixed(
            cost, matrix, lower, upper, rules.row_lower, rules.row_upper, whole, offset=0.0, gap=REPAIR_GAP
        ).point
    if point is None:
        return ()
    amounts = -sign * point[size:]
    return tuple(Repair(int(row), float(a)) for row, a in zip(give, amounts, strict=True) if abs(a) > 1e-6)
