"""Decides how a Pyomo model becomes plain arrays: variables with bounds and rows ``lower <= A z <= upper``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array


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
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    place = {id(variable): at for at, variable in enumerate(variables)}
    columns = np.array([place[id(variable)] for variable in form.columns], dtype=np.int64)
    raw = sp.coo_array(form.A)
    matrix = sp.csc_array(
        (raw.data.astype(np.float64), (raw.row, columns[raw.col])), shape=(len(form.rows), len(variables))
    )
    side = np.array([entry.bound_type for entry in form.rows], dtype=np.int64)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    return LinearRules(
        matrix=matrix,
        row_lower=np.where(side <= 0, rhs, -np.inf),
        row_upper=np.where(side >= 0, rhs, np.inf),
        lower=np.array([_or(variable.lb, -np.inf) for variable in variables]),
        upper=np.array([_or(variable.ub, np.inf) for variable in variables]),
        rows=tuple(_name(entry.constraint) for entry in form.rows),
    )


def _or(bound: Any, otherwise: float) -> float:
    return otherwise if bound is None else float(bound)


def _name(constraint: Any) -> RowName:
    index = constraint.index()
    parts = index if isinstance(index, tuple) else () if index is None else (index,)
    return RowName(constraint.parent_component().local_name, parts)


def violation(rules: LinearRules, point: Array) -> float:
    """Largest amount by which ``point`` breaks a row or a bound."""
    activity = rules.matrix @ point
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
