"""Decides one linear or mixed-integer programme with HiGHS: plain arrays in; point, duals, basis or bound out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array

# Above this many columns the dual simplex spends seconds in one bound-flipping step; interior point does not.
INTERIOR_POINT_FROM = 50_000
FEW_ROWS = 20  # with so few rows a good first basis is nearly the last one, however many columns there are
STRICT = 1e-9
HELD = 1e-9  # the feasibility tolerance asked of HiGHS
MOST_NODES = 20_000
BACKSTOP_SECONDS = 120.0  # the only limit that is not the same on every machine; an answer that met it says so


@dataclass(frozen=True, slots=True)
class LinearAnswer:
    """What HiGHS returned; ``status`` is "optimal", "infeasible" or the solver's own word."""

    status: str
    point: Array
    row_dual: Array
    solver: Any

    def basis(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Statuses of columns and rows, read off only where they are asked for: it takes longer than a small solve."""
        found = self.solver.getBasis()
        columns, rows = (
            np.array([int(s) for s in part], dtype=np.int64) for part in (found.col_status, found.row_status)
        )
        return columns, rows


@dataclass(frozen=True, slots=True)
class MixedAnswer:
    """``bound`` is proven; ``status`` is "optimal", "infeasible", "nodes", "backstop" or HiGHS' own word."""

    status: str
    point: Array | None
    bound: float
    nodes: int


def _pass(
    solver: Any,
    cost: Array,
    matrix: sp.csc_array,
    bounds: tuple[Array, Array],
    rows: tuple[Array, Array],
    *,
    whole: npt.NDArray[np.bool_] | None = None,
    offset: float = 0.0,
) -> None:
    """Hands a maximisation over as arrays, which is several times faster than filling HiGHS' own object."""
    count = matrix.shape[1]
    solver.passModel(
        count,
        matrix.shape[0],
        matrix.nnz,
        1,  # by column
        -1,  # maximise
        offset,
        np.asarray(cost, dtype=np.float64),
        *(np.asarray(part, dtype=np.float64) for part in (*bounds, *rows)),
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        # HiGHS reads past an empty array, so a model without whole columns says so for each.
        np.zeros(count, dtype=np.int32) if whole is None else whole.astype(np.int32),
    )


def _solver(settings: dict[str, Any]) -> Any:
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships untyped Python
    for name, value in ({"output_flag": False, "threads": 1} | settings).items():
        solver.setOptionValue(name, value)
    return solver


def _word(solver: Any) -> str:
    import highspy

    status = solver.getModelStatus()
    words = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kSolutionLimit: "nodes",
        highspy.HighsModelStatus.kTimeLimit: "backstop",
    }
    return str(words.get(status, solver.modelStatusToString(status)))


def maximise_linear(
    cost: Array,
    matrix: sp.csc_array,
    lower: Array,
    upper: Array,
    row_lower: Array,
    row_upper: Array,
    basis: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None = None,
) -> LinearAnswer:
    """Maximises ``cost . z`` over the rows and bounds, one thread, presolve off, same answer every time.

    Presolve is off because its parallel-column rule is super-quadratic on the dense budget row.
    """
    settings: dict[str, Any] = {
        "presolve": "off",
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
    }
    if matrix.shape[1] > INTERIOR_POINT_FROM and (basis is None or matrix.shape[0] > FEW_ROWS):
        settings |= {"solver": "ipm", "run_crossover": "off", "ipm_optimality_tolerance": 1e-10}
        basis = None
    elif basis is not None:
        settings |= {"solver": "simplex", "simplex_strategy": 4}
    solver = _solver(settings)
    _pass(solver, cost, matrix, (lower, upper), (row_lower, row_upper))
    if basis is not None:
        solver.setBasis(_basis(*basis))
    solver.run()
    if not matrix.shape[1]:
        return _of_nothing(row_lower, row_upper, solver)
    solution = solver.getSolution()
    return LinearAnswer(_word(solver), np.asarray(solution.col_value), np.asarray(solution.row_dual), solver)


def _of_nothing(row_lower: Array, row_upper: Array, solver: Any) -> LinearAnswer:
    """The answer where no column can move, which HiGHS calls empty: every row stands at 0."""
    kept = np.all(row_lower <= HELD) and np.all(row_upper >= -HELD)
    return LinearAnswer("optimal" if kept else "infeasible", np.empty(0), np.zeros(len(row_lower)), solver)


def maximise_mixed(
    cost: Array,
    matrix: sp.csc_array,
    lower: Array,
    upper: Array,
    row_lower: Array,
    row_upper: Array,
    integer: npt.NDArray[np.bool_],
    *,
    offset: float,
    gap: float,
) -> MixedAnswer:
    """Maximises ``offset + cost . z`` with some columns whole, to a relative ``gap`` or a fixed number of nodes.

    Whole means whole within ``STRICT``: at its own 1e-6 HiGHS rules out plans on short columns, and its bound then
    lies below them.
    """
    import highspy

    solver = _solver(
        {
            "mip_rel_gap": gap,
            "mip_abs_gap": 0.0,
            "mip_feasibility_tolerance": STRICT,
            "primal_feasibility_tolerance": 1e-9,
            "presolve": "off",
            "mip_heuristic_run_feasibility_jump": False,  # a plan is at hand already, and it costs milliseconds
            "mip_max_nodes": MOST_NODES,
            "time_limit": BACKSTOP_SECONDS,
        }
    )
    _pass(solver, cost, matrix, (lower, upper), (row_lower, row_upper), whole=integer, offset=offset)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    point = np.asarray(solver.getSolution().col_value) if found else None
    return MixedAnswer(_word(solver), point, float(info.mip_dual_bound), int(info.mip_node_count))


def _basis(columns: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> Any:
    import highspy

    basis = highspy.HighsBasis()
    words = np.array([highspy.HighsBasisStatus(code) for code in range(5)], dtype=object)
    basis.col_status, basis.row_status = words[columns].tolist(), words[rows].tolist()
    basis.valid, basis.alien = True, False
    return basis
