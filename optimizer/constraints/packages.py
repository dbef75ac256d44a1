"""Decides which fixed buys (檔購) must be bought; every other one is bought whole or not at all."""

from __future__ import annotations

from typing import Any

from pyomo.environ import Constraint

from optimizer.problem import Problem


def packages(model: Any, problem: Problem) -> None:
    r"""A package is taken whole or left; one that must be bought is taken.

    .. math:: b_p \in \{0, 1\}, \qquad b_p \ge 1 \; \text{for every } p \in M

    ========= ==================================================================================
    b_p       1 where package p is bought; its price and its results count in every other rule
    M         packages that must be bought
    ========= ==================================================================================

    The price counts for the package's channel, and in every week in proportion to the week's days.
    """
    must = [("min", place) for place, package in enumerate(problem.ask.packages) if package.must]
    if must:
        model.packages = Constraint(must, rule=lambda m, _, place: m.bought[place] >= 1.0)
