"""Decides that channels with little data keep a share of the budget, so that their curves get better."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem
from optimizer.terms import channel_money, linear


def learning_reserve(model: Any, problem: Problem) -> None:
    r"""Channels whose curves are assumed or weak get at least a share of the budget together.

    .. math:: \sum_{c \in W} \sum_{w} x_{c,w} \ge \epsilon B

    =========== ====================================================================
    x_{c,w}     spend of channel c in week w
    W           channels whose curve is a rate card's, or hardly moved by their data
    \epsilon    share of the budget B that is reserved
    =========== ====================================================================

    Where every curve is known there is nothing to reserve for.
    """
    names, share = problem.ask.learning
    if not names or share <= 0:
        return
    numbers = problem.number_of
    terms = channel_money(model, problem, [numbers[name] for name in names])
    model.learning_reserve = Constraint([("min", 0)], rule=lambda *_: linear(terms) >= share * problem.budget)
