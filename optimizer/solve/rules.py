"""Decides how a Pyomo model becomes plain arrays: variables with bounds and rows ``lower <= A z <= upper``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array
from optimizer.solve.entries import Entries


@dataclass(frozen=True, slots=True)
class RowName:
    """Which constraint a row belongs to, and its index inside it."""

    constraint: str
    index: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class LinearRules:
    """Side rules as arrays; ``rows`` names each row by its Pyomo constraint."""

    matrix: sp.csc_array
    row_lower: Array
    row_upper: Array
    lower: Array
    upper: Array
    rows: tuple[RowName, ...] = ()

    def in_units(self, unit: float) -> LinearRules:
        """The same rules with every amount of money divided by ``unit``."""
        return LinearRules(
            self.matrix,
            self.row_lower / unit,
            self.row_upper / unit,
            self.lower / unit,
            self.upper / unit,
            self.rows,
        )


def compile_rules(model: Any, variables: Sequence[Any]) -> LinearRules:
    """Compiles the active linear constraints of ``model`` over ``variables``, in that column order.

    The certificate needs finite bounds; whoever compiles gives them to variables that have none.
    """
    place = {id(variable): at for at, variable in enumerate(variables)}
    read = _linear_rows(model, place) or _any_rows(model, place)
    return LinearRules(
        matrix=_by_column(read, len(variables)),
        row_lower=np.array(read.lower, dtype=np.float64),
        row_upper=np.array(read.upper, dtype=np.float64),
        lower=np.array([_or(variable.lb, -np.inf) for variable in variables]),
        upper=np.array([_or(variable.ub, np.inf) for variable in variables]),
        rows=tuple(read.names),
    )


def _by_column(read: _Rows, columns: int) -> sp.csc_array:
    """The coefficients as a matrix; straight to columns, which for a small model is half the work."""
    order = np.argsort(read.column, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(read.column, minlength=columns))])
    matrix = sp.csc_array((read.data[order], read.row[order], start), shape=(len(read.names), columns))
    matrix.sum_duplicates()
    return matrix


@dataclass(slots=True)
class _Rows:
    """Coefficients by row and column, limits and names of rows."""

    row: Any
    column: Any
    data: Any
    lower: list[float]
    upper: list[float]
    names: list[RowName]


def _linear_rows(model: Any, place: dict[int, int]) -> _Rows | None:
    """The rows read straight off their ``LinearExpression``s; None where a constraint is written in another form.

    Pyomo's own compiler walks every expression, which for rows that are linear as they stand takes longer than solving.
    """
    from pyomo.core.expr import LinearExpression
    from pyomo.environ import Constraint

    read = _Rows([], [], [], [], [], [])
    counts = []
    for constraint in model.component_data_objects(Constraint, active=True):
        body = constraint.body
        if type(body) is not LinearExpression:
            return None
        read.data += body.linear_coefs
        read.column += [place[id(variable)] for variable in body.linear_vars]
        counts.append(len(body.linear_coefs))
        constant = float(body.constant)
        read.lower.append(_or(constraint.lb, -np.inf) - constant)
        read.upper.append(_or(constraint.ub, np.inf) - constant)
        read.names.append(_name(constraint))
    read.row = np.repeat(np.arange(len(counts)), counts)
    read.column, read.data = np.array(read.column, dtype=np.int64), np.array(read.data, dtype=np.float64)
    return read


def _any_rows(model: Any, place: dict[int, int]) -> _Rows:
    """The rows by Pyomo's standard form, which takes any linear expression."""
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    columns = np.array([place[id(variable)] for variable in form.columns], dtype=np.int64)
    raw = sp.coo_array(form.A)
    side = np.array([entry.bound_type for entry in form.rows], dtype=np.int64)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    return _Rows(
        raw.row,
        columns[raw.col],
        raw.data.astype(np.float64),
        np.where(side <= 0, rhs, -np.inf).tolist(),
        np.where(side >= 0, rhs, np.inf).tolist(),
        [_name(entry.constraint) for entry in form.rows],
    )


def _or(bound: Any, otherwise: float) -> float:
    return otherwise if bound is None else float(bound)


def _name(constraint: Any) -> RowName:
    index = constraint.index()
    parts = index if isinstance(index, tuple) else () if index is None else (index,)
    return RowName(constraint.parent_component().local_name, parts)


def violation(rules: LinearRules, point: Array) -> float:
    """Largest amount by which ``point`` breaks a row or a bound."""
    activity = Entries(rules.matrix).times(point)
    worst: npt.NDArray[np.float64] = np.concatenate(
        [
            rules.row_lower - activity,
            activity - rules.row_upper,
            rules.lower - point,
            point - rules.upper,
            np.zeros(1),
        ]
    )
    return float(worst.max())
