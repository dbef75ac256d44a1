"""Decides whether what is asked of results can be reached at all: the plan that misses least, on the true curves.

Straight segments lie below their curves, so a target that a plan just reaches can look out of reach on them. The plan
that misses least is a concave problem of its own; through its spends the target is reachable on segments, too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optimizer.solve.rules import LinearRules
from optimizer.solve.task import Task


def outcome_rows(task: Task) -> np.ndarray:
    """The rows that speak of results."""
    by_row = task.rules.matrix[:, task.outcomes].tocsr()
    return np.flatnonzero(np.diff(by_row.indptr) > 0)


def missing_least(task: Task) -> Task:
    """The task of missing its rows about results by as little as can be; its objective is minus what is missing."""
    rules, rows = task.rules, outcome_rows(task)
    count, size = len(rows), rules.matrix.shape[1]
    sign = np.where(np.isfinite(rules.row_lower[rows]), 1.0, -1.0)
    give = sp.csc_array((sign, (rows, np.arange(count))), shape=(rules.matrix.shape[0], count))
    limits = np.where(sign > 0, rules.row_lower[rows], rules.row_upper[rows])
    most = 2.0 * np.abs(limits) + abs(rules.matrix[rows]) @ np.where(np.isfinite(rules.upper), rules.upper, 0.0)
    widened = LinearRules(
        sp.csc_array(sp.hstack([rules.matrix, give])),
        rules.row_lower,
        rules.row_upper,
        np.append(rules.lower, np.zeros(count)),
        np.append(rules.upper, most),
        rules.rows,
    )
    return replace(
        task,
        rules=widened,
        cost=np.append(np.zeros(size), -np.ones(count)),
        integer=np.append(task.integer, np.zeros(count, dtype=bool)),
        scale=np.append(task.scale, np.ones(count)),
    )
