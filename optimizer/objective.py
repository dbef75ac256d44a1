"""Decides what a model makes most of: weighted results less the weight of money, and how a bad outcome counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.curves.curve import Family
from optimizer.problem import Problem
from optimizer.terms import all_money, linear, results

MOST_DRAWS = 120


def result_weights(problem: Problem) -> Mapping[str, float]:
    """What a unit of each result is worth."""
    return problem.ask.objective.weights


def set_objective(model: Any, problem: Problem) -> None:
    r"""Adds the objective, and for a plan that minds its risk the mean of the worst draws.

    .. math:: \max\; (1 - \lambda) \sum_k \omega_k R_k + \lambda \Big(t - \frac{1}{\alpha S} \sum_s d_s\Big) - \rho X,
              \qquad d_s \ge t - R^{(s)},\; d_s \ge 0

    ============ ==============================================================
    R_k          result k of the plan; R^{(s)} the objective's result under draw s
    \omega_k     its weight; \rho the weight of a unit of money X
    \lambda      weight of the worst \alpha of S draws (Rockafellar and Uryasev, 2000)
    ============ ==============================================================

    The goal of least spend is the same with :math:`\omega = 0` and :math:`\rho = 1`.
    """
    from pyomo.environ import Constraint, NonNegativeReals, Objective, Var, maximize

    ask = problem.ask
    if ask.goal == "least_spend":
        terms = [(-coef, var) for coef, var in all_money(model, problem)]
    else:
        share = 1.0 if ask.risk is None else 1.0 - ask.risk.weight
        terms = [
            (weight * share * coef, var)
            for result, weight in ask.objective.weights.items()
            for coef, var in results(model, problem, result)
        ]
        if ask.objective.spend:
            terms += [(-ask.objective.spend * coef, var) for coef, var in all_money(model, problem)]
    if ask.risk is not None:
        draws = range(len(draws_of(problem)))
        model.level = Var(bounds=(0.0, None))
        model.scenario = Var(draws, bounds=(0.0, None))
        model.short = Var(draws, domain=NonNegativeReals)
        model.worst_draws = Constraint(
            draws,
            rule=lambda m, s: linear([(1.0, m.level), (-1.0, m.scenario[s]), (-1.0, m.short[s])]) <= 0.0,
        )
        weight = ask.risk.weight * sum(ask.objective.weights.values())
        terms.append((weight, model.level))
        terms += [(-weight / (ask.risk.tail * len(draws)), model.short[s]) for s in draws]
    model.objective_terms = terms
    model.objective = Objective(expr=linear(terms), sense=maximize)


def draws_of(problem: Problem) -> list[list[Family]]:
    """Per draw, the curve of every cell; a curve without draws stands for itself in each."""
    if problem.ask.risk is None:
        return []
    singles = {name: draws(known.curve) for name, known in problem.curves.items()}
    count = min(max(len(own) for own in singles.values()), MOST_DRAWS)
    out = []
    for number in range(count):
        row = []
        for channel, week in problem.cells:
            own = singles[problem.channels[channel]]
            row.append(own[number % len(own)].lasting(float(problem.running.active[channel, week]) / 7.0))
        out.append(row)
    return out


def draws(curve: Family) -> list[Family]:
    """The draws of a curve as curves of their own."""
    from optimizer.curves.families.hill import Hill
    from optimizer.curves.families.hill_average import HillAverage

    if not isinstance(curve, HillAverage):
        return [curve]
    count = np.size(curve.a)
    return [Hill(a=count * a, k=k, s=s) for a, k, s in zip(curve.a, curve.k, curve.s, strict=True)]
