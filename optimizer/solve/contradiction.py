"""Decides which rows are a smallest set that no point can keep: an irreducible infeasible subsystem of HiGHS."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.solve.rules import LinearRules


def contradiction(rules: LinearRules) -> list[tuple[int, str]]:
    """Rows and the side of each that together cannot be kept, bounds of columns aside; empty where there are none."""
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships untyped Python
    for name, value in {"output_flag": False, "threads": 1, "presolve": "off"}.items():
        solver.setOptionValue(name, value)
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = rules.matrix.shape[1], rules.matrix.shape[0]
    problem.col_cost_ = np.zeros(rules.matrix.shape[1])
    problem.col_lower_, problem.col_upper_ = rules.lower, rules.upper
    problem.row_lower_, problem.row_upper_ = rules.row_lower, rules.row_upper
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_ = rules.matrix.indptr
    problem.a_matrix_.index_ = rules.matrix.indices
    problem.a_matrix_.value_ = rules.matrix.data
    solver.passModel(problem)
    solver.setOptionValue("iis_strategy", int(highspy.IisStrategy.kIisStrategyIrreducible))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        return []
    _, found = solver.getIis()
    upper = int(highspy.IisBoundStatus.kIisBoundStatusUpper)
    return [
        (int(row), "max" if int(bound) == upper else "min")
        for row, bound in zip(found.row_index_, found.row_bound_, strict=True)
    ]
