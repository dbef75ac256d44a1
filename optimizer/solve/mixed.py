"""Decides which branch every cell takes: a mixed-integer programme over the intervals that a price cannot rule out.

Each cell is in exactly one of its regions; on it, a concave line above the true curve stands for the curve, so the
programme's bound holds for every plan.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.curve import Array, Index
from optimizer.solve.certificate import Bound
from optimizer.solve.entries import Entries
from optimizer.solve.expand import repeat_columns, straight_columns
from optimizer.solve.gates import gates
from optimizer.solve.linear import MixedAnswer, maximise_linear, maximise_mixed
from optimizer.solve.regions import Region
from optimizer.solve.task import Task

FEW = 2  # whole columns up to which every setting is tried


def possible(regions: Sequence[Region], bound: Bound, weight: Array, incumbent: float) -> list[Region]:
    """The regions of one cell in which a plan better than ``incumbent`` may stand, by the prices behind ``bound``."""
    cell = regions[0].cell
    rest = bound.value - float(bound.cells[cell])
    hurdle, worth = float(bound.hurdle[cell]), float(weight[cell])
    slack = 1e-9 * abs(bound.value)
    kept = [one for one in regions if rest + _most(one, hurdle, worth) >= incumbent - slack]
    return kept or list(regions)


def _most(region: Region, hurdle: float, worth: float) -> float:
    """The most a region can be worth at a price: its line is followed while it rises faster than the price."""
    rising = worth * region.gains - hurdle
    return worth * region.base - hurdle * region.start + float((np.maximum(rising, 0.0) * region.lengths).sum())


@dataclass(frozen=True, slots=True)
class Mixed:
    """The programme in arrays, with what each column adds to its cell's spend."""

    cost: Array
    matrix: sp.csc_array
    lower: Array
    upper: Array
    row_lower: Array
    row_upper: Array
    integer: npt.NDArray[np.bool_]
    offset: float
    cell: Index
    spend: Array
    base: Array
    straight: Index
    at: Index

    def solve(self, gap: float) -> tuple[MixedAnswer, Array | None]:
        """The answer, and its spend per cell with the straight columns, as a point of the task."""
        answer = self._by_settings() if self.integer.sum() <= FEW else None
        if answer is None:
            rows = (self.matrix, self.lower, self.upper, self.row_lower, self.row_upper)
            answer = maximise_mixed(self.cost, *rows, self.integer, offset=self.offset, gap=gap)
        return answer, None if answer.point is None else self._point(answer.point)

    def _by_settings(self) -> MixedAnswer | None:
        """The answer where few columns are whole: each setting is a linear programme, sooner solved than branched on.

        None where HiGHS ends in doubt about one of them.
        """
        whole, found, worth = np.flatnonzero(self.integer), None, -np.inf
        ranges = [range(int(self.lower[at]), int(self.upper[at]) + 1) for at in whole]
        for setting in itertools.product(*ranges):
            lower, upper = self.lower.copy(), self.upper.copy()
            lower[whole] = upper[whole] = setting
            answer = maximise_linear(self.cost, self.matrix, lower, upper, self.row_lower, self.row_upper)
            if answer.status not in ("optimal", "infeasible"):
                return None
            if answer.status == "optimal" and (reached := self.offset + float(self.cost @ answer.point)) > worth:
                found, worth = answer.point, reached
        return MixedAnswer("infeasible" if found is None else "optimal", found, worth, 0)

    def _point(self, columns: Array) -> Array:
        point = self.base.copy()
        count = len(self.cell)
        np.add.at(point, self.at[self.cell], self.spend * columns[:count])
        point[self.straight] = columns[count:]
        return point


class MixedBuilder:
    """Collects columns and rows of the programme, cell by cell."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.cell: list[int] = []
        self.spend: list[float] = []
        self.gain: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.entries: list[tuple[int, int, float]] = []  # row, column, coefficient
        self.limits: list[float] = []
        self.gates = gates(task)
        self.shut: list[tuple[int, int]] = []  # row, whole column of the task

    def add(self, regions: Sequence[Region]) -> None:
        """The columns of one cell: its first region is the base, every other one has a switch."""
        first, switches = regions[0], list[int]()
        base = self._pieces(first)
        for other in regions[1:]:
            switch = self._column(first.cell, other.start - first.start, other.base - first.base, 1.0, whole=True)
            switches.append(switch)
            for piece in self._pieces(other):
                self._row({piece: 1.0, switch: -self.upper[piece]}, 0.0)
        if switches:
            for piece in base:
                self._row({piece: 1.0} | {switch: self.upper[piece] for switch in switches}, self.upper[piece])
        gate = int(self.gates[first.cell])
        if gate >= 0 and (switches or first.end > 0.0):
            # Where the point 0 is ruled out the gate is open; else it is open wherever another branch is taken.
            self.shut.append((len(self.limits), gate))
            off = first.end <= 0.0
            self._row(dict.fromkeys(switches, 1.0) if off else {}, 0.0 if off else -1.0)
        elif len(switches) > 1:
            self._row(dict.fromkeys(switches, 1.0), 1.0)

    def _pieces(self, region: Region) -> list[int]:
        return [
            self._column(region.cell, 1.0, float(gain), float(length), whole=False)
            for gain, length in zip(region.gains, region.lengths, strict=True)
        ]

    def _column(self, cell: int, spend: float, gain: float, upper: float, *, whole: bool) -> int:
        self.cell.append(cell)
        self.spend.append(spend)
        self.gain.append(gain)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cell) - 1

    def _row(self, coefficients: dict[int, float], limit: float) -> None:
        self.entries += [(len(self.limits), column, value) for column, value in coefficients.items()]
        self.limits.append(limit)

    def own_rows(self, straight: Index, columns: int) -> sp.coo_array:
        """The rows that tie pieces to switches and switches to gates, over all columns of the programme."""
        place = {int(column): len(self.cell) + number for number, column in enumerate(straight)}
        entries = [*self.entries, *((row, place[gate], -1.0) for row, gate in self.shut)]
        values = np.array(entries, dtype=np.float64).reshape(-1, 3)
        at = (values[:, 0].astype(np.int64), values[:, 1].astype(np.int64))
        return sp.coo_array((values[:, 2], at), shape=(len(self.limits), columns))


def mixed_programme(task: Task, regions: Sequence[Sequence[Region]]) -> Mixed:
    """The programme of ``task`` over the given regions of every cell (one result)."""
    builder = MixedBuilder(task)
    for own in regions:
        builder.add(own)
    rules = task.rules
    cell = np.array(builder.cell, dtype=np.int64)
    spend, gain = np.array(builder.spend), np.array(builder.gain)
    base = np.zeros(rules.matrix.shape[1])
    base[task.at] = [own[0].start for own in regions]
    matrix = repeat_columns(rules.matrix, task.at[cell], spend)
    cost = task.cost[task.at][cell] * spend
    bottom = np.array([own[0].base for own in regions])
    for link in task.links:
        live = link.columns >= 0
        np.add.at(base, link.columns[live], bottom[live])
        columns = np.where(live, link.columns, 0)[cell]
        added = gain * live[cell]
        cost = cost + task.cost[columns] * added
        if np.diff(rules.matrix.indptr)[link.columns[live]].any():
            matrix = sp.csc_array(matrix + repeat_columns(rules.matrix, columns, added))
    straight = straight_columns(task)
    matrix = sp.csc_array(sp.hstack([matrix, rules.matrix[:, straight]]))
    extra = builder.own_rows(straight, matrix.shape[1])
    moved = Entries(rules.matrix).times(base)
    return Mixed(
        cost=np.concatenate([cost, task.cost[straight]]),
        matrix=sp.csc_array(sp.vstack([matrix, extra])),
        lower=np.concatenate([np.zeros(len(cell)), rules.lower[straight]]),
        upper=np.concatenate([builder.upper, rules.upper[straight]]),
        row_lower=np.concatenate([rules.row_lower - moved, np.full(len(builder.limits), -np.inf)]),
        row_upper=np.concatenate([rules.row_upper - moved, builder.limits]),
        integer=np.concatenate([builder.whole, task.integer[straight]]).astype(bool),
        offset=float(task.cost @ base),
        cell=cell,
        spend=spend,
        base=base,
        straight=straight,
        at=task.at,
    )
