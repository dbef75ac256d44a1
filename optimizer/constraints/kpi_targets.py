"""Decides that a plan brings at least what is asked of it, as a whole or from some channels."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import linear, results


def kpi_targets(model: Any, problem: Problem) -> None:
    r"""Expected results reach each target.

    .. math:: \sum_{c \in T} R_{k,c} \ge K

    ========= =================================================
    R_{k,c}   expected result k of channel c, fixed buys included
    T, K      channels of the target, and the least they bring
    ========= =================================================
    """
    numbers = problem.number_of
    rows: dict[tuple[str, int], Any] = {}
    for place, kpi in enumerate(problem.ask.kpis):
        channels = None if kpi.channels is None else [numbers[name] for name in kpi.channels]
        rows["min", place] = linear(results(model, problem, kpi.result, channels)) >= kpi.least
    if rows:
        model.kpi_targets = Constraint(list(rows), rule=lambda _, *key: rows[key])
