"""Decides whole amounts: a plan in bookable steps whose sum is exact and which keeps every rule."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import scipy.sparse as sp

from engine.money import CASH_STEP
from optimizer.curves.curve import Array
from optimizer.model import Posed


def step_of(currency: str) -> float:
    """The smallest amount people book in ``currency``, in units."""
    return float(CASH_STEP.get(currency, Decimal("0.01")))


def rounded_plan(posed: Posed, plan: Array) -> Array:
    """``plan`` (channels, weeks) in whole steps, total as near below the plan's as rules allow.

    Every cell is rounded down; the steps left over go one by one first to rows that fell below their least amount,
    then to the cells that lost most, each only where no limit would be passed.
    """
    step = step_of(posed.problem.currency)
    cells = posed.problem.cells
    wanted = np.array([plan[cell] for cell in cells]) / step
    whole = np.floor(wanted + 1e-6)
    left = int(np.floor(wanted.sum() + 1e-6) - whole.sum())
    money = _money_rows(posed)
    matrix, low, high = money[0], money[1] / step, money[2] / step
    activity = matrix @ whole
    columns = matrix.tocsc()
    order = np.argsort(-(wanted - whole), kind="stable")
    while left > 0 or np.any(activity < low - 1e-9):
        short = activity < low - 1e-9
        best = None
        for cell in order:
            rows = columns.indices[columns.indptr[cell] : columns.indptr[cell + 1]]
            if np.any(activity[rows] + 1.0 > high[rows] + 1e-9):
                continue
            if np.any(short) and not np.any(short[rows]):
                continue
            best = (cell, rows)
            break
        if best is None:
            break
        cell, rows = best
        whole[cell] += 1.0
        activity[rows] += 1.0
        left -= 1
        order = np.concatenate([order[order != cell], [cell]])
    out = np.zeros_like(plan)
    for cell, amount in zip(cells, whole, strict=True):
        out[cell] = amount * step
    return out


def _money_rows(posed: Posed) -> tuple[sp.csr_array, Array, Array]:
    """Rows over spend alone, as (matrix over cells, lower, upper)."""
    matrix = posed.rules.matrix.tocsr()
    others = np.setdiff1d(np.arange(matrix.shape[1]), posed.spend)
    plain = np.asarray(abs(matrix[:, others]).sum(axis=1)).ravel() == 0
    rows = np.flatnonzero(plain)
    return matrix[rows][:, posed.spend].tocsr(), posed.rules.row_lower[rows], posed.rules.row_upper[rows]
