"""A problem as arrays, and the answer every reference gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from tests.bench.optimizer.reference_curves import Array, Curves, read_curves


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan in the problem's channel order; ``objective`` is on the true curves, nan when there is no plan.

    ``bound`` is a proven upper bound on every plan, None where the method proves nothing.
    """

    objective: float
    spend: Array
    bound: float | None
    status: str

    @property
    def gap(self) -> float:
        """The proven relative distance to the best possible plan; nan when nothing is proven."""
        return float("nan") if self.bound is None else max(0.0, self.bound / self.objective - 1.0)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Channels sorted by family (``order``: their places in the problem), rows as ``rows @ x <= limits``.

    Row 0 is the budget. ``least`` is the least spend of a used channel, 0 where there is none. ``group_of`` is the
    row of each channel's only group (0: none); ``disjoint`` says that no channel has two.
    """

    curves: Curves
    order: npt.NDArray[np.int64]
    lower: Array
    upper: Array
    least: Array
    rows: sp.csc_array
    limits: Array
    group_of: npt.NDArray[np.int64]
    disjoint: bool

    @property
    def size(self) -> int:
        return len(self.lower)

    @property
    def budget(self) -> float:
        return float(self.limits[0])

    def scaled(self, spend: float, worth: float) -> Allocation:
        """The same problem in units of ``spend`` and ``worth``."""
        return replace(
            self,
            curves=self.curves.scaled(spend, worth),
            lower=self.lower / spend,
            upper=self.upper / spend,
            least=self.least / spend,
            limits=self.limits / spend,
        )

    def objective(self, x: Array) -> float:
        return float(self.curves.value(x).sum())

    def kept(self, x: Array) -> Array:
        """``x`` made to keep every bound and row exactly, by the rounding that a solver's tolerance leaves."""
        x = np.clip(x, self.lower, self.upper)
        used, base = self.rows @ x, self.rows @ self.lower
        if (used <= self.limits).all():
            return x
        share = np.where(used > self.limits, (self.limits - base) / np.where(used > base, used - base, 1.0), 1.0)
        least = np.minimum.reduceat(share[self.rows.indices], self.rows.indptr[:-1])
        return self.lower + (x - self.lower) * np.where(least < 1.0, least * (1.0 - 1e-15), 1.0)

    def answer(self, x: Array, bound: float | None, status: str) -> Answer:
        """The answer for spends ``x`` in this order."""
        spend = np.empty(self.size)
        spend[self.order] = x
        return Answer(self.objective(x), spend, bound, status)

    def no_answer(self, why: str) -> Answer:
        return Answer(float("nan"), np.full(self.size, np.nan), None, why)


def read_problem(problem: dict[str, Any]) -> Allocation:
    """The arrays of a problem dict."""
    channels, groups = problem["channels"], problem.get("groups") or []
    curves, order = read_curves(channels)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    members = [np.arange(len(order)), *(place[np.array(group["idx"], dtype=np.int64)] for group in groups)]
    columns = np.concatenate(members)
    rows = np.repeat(np.arange(len(members)), [len(m) for m in members])
    times = np.bincount(columns, minlength=len(order))
    group_of = np.zeros(len(order), dtype=np.int64)
    group_of[columns[len(order) :]] = rows[len(order) :]

    def column(name: str) -> Array:
        return np.array([channels[i].get(name) or 0.0 for i in order], dtype=np.float64)

    return Allocation(
        curves=curves,
        order=order,
        lower=column("lb"),
        upper=column("ub"),
        least=column("min_if_active"),
        rows=sp.csc_array((np.ones(len(columns)), (rows, columns)), shape=(len(members), len(order))),
        limits=np.array([problem["budget"], *(group["hi"] for group in groups)], dtype=np.float64),
        group_of=group_of,
        disjoint=bool((times <= 2).all()),
    )
