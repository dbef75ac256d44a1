"""Decides that a channel gets either nothing or enough to be worth running."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import channel_money, linear


def min_if_active(model: Any, problem: Problem) -> None:
    r"""Spend of a channel is zero or at least its least amount.

    .. math:: m_c z_c \le \sum_{w} x_{c,w}, \qquad z_c \in \{0, 1\}

    ========= ==========================================================
    x_{c,w}   spend of channel c in week w
    z_c       1 where channel c is active (``active_channels`` ties it)
    m_c       least money of channel c, if it gets any
    ========= ==========================================================

    A channel that has a single step gets its jump with its curve instead, which gives the solver a tighter bound;
    not so where money carries over, because its curve is read at what is felt, not at what is spent.
    """
    rows: dict[tuple[str, int], Any] = {}
    for number, name in enumerate(problem.channels):
        least = problem.ask.least_if_active.get(name, 0.0)
        cells = problem.of_channel[number]
        if least <= 0 or not cells:
            continue
        terms = channel_money(model, problem, [number])
        if len(cells) == 1 and len(terms) == 1 and not problem.carries[number]:
            model.least[cells[0]] = least
        if number in model.runs:
            rows["min", number] = linear([*terms, (-least, model.runs[number])]) >= 0.0
    if rows:
        model.min_if_active = Constraint(list(rows), rule=lambda _, *key: rows[key])
