"""A Pyomo model becomes the same arrays whichever way its rows are written."""

from __future__ import annotations

import numpy as np
from pyomo.core.expr import LinearExpression
from pyomo.environ import ConcreteModel, Constraint, Var

from optimizer.solve.rules import compile_rules


def model_of(*, plain: bool) -> ConcreteModel:
    model = ConcreteModel()
    model.x = Var(range(3), bounds=(0.0, 9.0))

    def total(coefs: list[float]) -> object:
        each = [model.x[number] for number in range(3)]
        if plain:
            return 2.0 * sum(0.5 * c * x for c, x in zip(coefs, each, strict=True))  # not a linear node of Pyomo
        return LinearExpression(linear_coefs=coefs, linear_vars=each)

    model.a = Constraint(expr=total([1.0, 2.0, 0.5]) <= 4.0)
    model.b = Constraint(range(2), rule=lambda _, n: total([1.0, -1.0, n + 1.0]) >= n)
    model.c = Constraint(expr=total([1.0, 1.0, 1.0]) == 3.0)
    return model


def test_rows_are_the_same_however_they_are_written():
    one, two = (compile_rules(model, list(model.x.values())) for model in (model_of(plain=False), model_of(plain=True)))
    assert np.array_equal(one.matrix.toarray(), two.matrix.toarray())
    assert np.array_equal(one.row_lower, two.row_lower)
    assert np.array_equal(one.row_upper, two.row_upper)
    assert one.rows == two.rows
    assert [row.constraint for row in one.rows] == ["a", "b", "b", "c"]
