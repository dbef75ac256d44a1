"""Decides bookable amounts where rounding down and filling up breaks a rule: a small programme in whole steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.rounding_rows import MoneyRows
from optimizer.solve.linear import maximise_mixed

NEAR = 1e-9  # of a row's limit: how far rules on results are kept clear of it, times the margin asked for


def searched(rows: MoneyRows, width: int, margin: float) -> npt.NDArray[np.int64] | None:
    """Whole steps within ``width`` of the plan that keep every row, as near to the plan as can be; None if none do.

    ``margin`` keeps rules on results clear of their limit, since they are followed in a straight line here. Money is
    placed to the last step, or saved to the last one where the goal is to spend least.
    """
    floor = np.clip(np.floor(rows.wanted + 1e-6), rows.least, np.maximum(rows.most, rows.least))
    part = np.clip(rows.wanted - floor, 0.0, 1.0)
    up = np.minimum(rows.most - floor, width + 1.0)
    down = np.minimum(floor - rows.least, float(width))
    pull = -0.5 if rows.saving else 2.0
    cost = np.concatenate([rows.step * (pull - (1.0 - 2.0 * part)), -rows.step * (1.0 + pull)]) / rows.step.max()
    straight = sp.csr_array(np.vstack([np.ones((1, len(floor))), rows.curve_matrix]))
    matrix = sp.csc_array(sp.vstack([rows.matrix, straight]) @ sp.diags_array(rows.step))
    base = matrix @ floor
    clear = margin * NEAR * np.maximum(np.abs(base[len(rows.low) + 1 :]), 1.0)
    low = np.concatenate([rows.low - rows.slack, [-np.inf], rows.curve_low + clear]) - base
    high = np.concatenate([rows.high + rows.slack, [rows.total + rows.slack], rows.curve_high - clear]) - base
    size = np.asarray(abs(matrix).max(axis=1).todense()).ravel()
    size = np.where(size > 0, size, 1.0)
    both = sp.csc_array(sp.diags_array(1.0 / size) @ sp.hstack([matrix, -matrix]))
    answer = maximise_mixed(
        cost,
        both,
        np.zeros(len(cost)),
        np.concatenate([up, down]),
        low / size,
        high / size,
        np.ones(len(cost), dtype=bool),
        offset=0.0,
        gap=1e-4,
    )
    if answer.point is None:
        return None
    taken = np.round(answer.point).astype(np.int64)
    count = len(floor)
    return np.asarray(floor.astype(np.int64) + taken[:count] - taken[count:])
