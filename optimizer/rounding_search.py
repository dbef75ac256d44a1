"""Decides bookable amounts where rounding down and filling up breaks a rule: a small programme in whole steps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.rounding_rows import CLEAR, MoneyRows
from optimizer.solve.linear import maximise_mixed


def searched(rows: MoneyRows, width: int, margin: float) -> npt.NDArray[np.int64] | None:
    """Whole steps within ``width`` of the plan that keep every row, as near to the plan as can be; None if none do.

    ``margin`` keeps rules on results clearer of their limit. Money is placed to the last step, or saved to the last
    one where the goal is to spend least.
    """
    floor = np.clip(np.floor(rows.wanted + 1e-6), rows.least, np.maximum(rows.most, rows.least))
    part = np.clip(rows.wanted - floor, 0.0, 1.0)
    up = np.minimum(rows.most - floor, width + 1.0)
    down = np.minimum(floor - rows.least, float(width))
    near = 0.1 if rows.saving else 1.0
    pull = -1.0 if rows.saving else 2.0
    cost = np.concatenate([rows.step * (pull - near * (1.0 - 2.0 * part)), -rows.step * (near + pull)])
    cost = cost / rows.step.max()
    everything = sp.csr_array(np.ones((1, len(floor))))
    matrix = sp.csc_array(sp.vstack([rows.matrix, everything]) @ sp.diags_array(rows.step))
    base = matrix @ floor
    clear = np.zeros(len(rows.low))
    clear[len(clear) - len(rows.on_curves) :] = margin * CLEAR * np.abs(base[len(clear) - len(rows.on_curves) : -1])
    low = np.append(rows.low - rows.slack + clear, -np.inf) - base
    high = np.append(rows.high + rows.slack - clear, rows.total * (1 + 1e-12)) - base
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
