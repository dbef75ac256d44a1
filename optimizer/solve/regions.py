"""Decides into which intervals the spend of a cell is split, and a concave line above the true curve on each.

On a convex interval that line is the chord, on a concave one the tangents at a few points, on a table its own pieces:
never below the curve, so whatever a model of these lines cannot pass, no plan can.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.curves.families.tabulated import Tabulated
from optimizer.solve.gates import gates
from optimizer.solve.task import Task

CHORDS = 4  # intervals of a convex part before it is cut closer to a plan
SPACING = 1e-6  # of the range: cuts that are nearer make columns no longer than HiGHS' tolerances
STEEP = 1e3  # times the average slope: a start at which tangents are laid ever nearer to 0
STEEP_AT = np.array([1e-6, 1e-4, 1e-2])  # of the range
TINY = 1e-12  # of the range: nearest to 0 at which the slope of a curve that is infinitely steep there is taken


@dataclass(frozen=True, slots=True)
class Region:
    """An interval of one cell with a line above its curve: ``base`` at ``start``, then ``gains`` over ``lengths``."""

    cell: int
    start: float
    base: float
    lengths: Array
    gains: Array

    @property
    def end(self) -> float:
        """Last spend of the interval."""
        return self.start + float(self.lengths.sum())


def convex_part(bank: CurveBank, spend: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The convex interval of every curve, inside [low, high]; of a table, the straight piece that ``spend`` is in."""
    start, end = low.copy(), np.clip(bank.inflection(), low, high)
    for at, stack in bank.groups:
        if isinstance(stack, Tabulated):
            for place, cell in enumerate(at):
                if spend[cell] < end[cell]:
                    points = table_points(table_of(stack, place), low[cell], high[cell], bank.spend_unit)
                    after = int(np.clip(np.searchsorted(points, spend[cell], side="right"), 1, len(points) - 1))
                    start[cell], end[cell] = points[after - 1], points[after]
    return start, end


def table_of(stack: Tabulated, place: int) -> Tabulated:
    """One of the stacked tables."""
    return Tabulated(a=stack.a[place], x=stack.x[place])


def table_points(table: Tabulated, low: float, high: float, unit: float) -> Array:
    """Spends in [low, high], in units of ``unit``, at which the table bends; its ends included."""
    own = np.asarray(table.x) / unit
    return np.unique(np.concatenate([[low], own[(own > low) & (own < high)], [high]]))


class RegionMaker:
    """Makes the regions of every cell of a task with one result, with cuts that can be added round by round."""

    def __init__(self, task: Task) -> None:
        self._task, self._bank = task, task.banks[0]
        self._low, self._high = task.rules.lower[task.at], task.rules.upper[task.at]
        self._first = np.where(task.least > 0, np.maximum(task.least, self._low), self._low)
        self._turn = np.clip(self._bank.inflection(), self._first, self._high)
        end = np.maximum(self._high, 1e-300)
        with np.errstate(divide="ignore"):
            self._steep = (self._first == 0) & (self._bank.slope(TINY * end) * end > STEEP * self._bank.value(end))
        self._tables = {
            int(cell): table_of(stack, place)
            for at, stack in self._bank.groups
            if isinstance(stack, Tabulated)
            for place, cell in enumerate(at)
        }
        self._cuts: list[Array] = []
        self._gated = (gates(task) >= 0) & (self._low == 0.0) & (task.least <= 0)

    def cut(self, spend: Array) -> None:
        """Adds one spend a cell at which the lines touch the curves."""
        self._cuts.append(spend)

    def regions(self) -> list[list[Region]]:
        """Per cell, its intervals in order of spend; the first of a cell that may be off is the point 0."""
        task, size = self._task, len(self._task.at)
        steps = np.linspace(0.0, 1.0, CHORDS + 1)
        chords = self._first[:, None] + (self._turn - self._first)[:, None] * steps
        tangents = self._turn[:, None] + (self._high - self._turn)[:, None] * np.linspace(0.0, 1.0, 4)
        steep = np.where(self._steep[:, None], self._high[:, None] * STEEP_AT, self._turn[:, None])
        cuts = np.stack(self._cuts, axis=1) if self._cuts else np.empty((size, 0))
        cuts = np.clip(cuts, self._first[:, None], self._high[:, None])
        where = np.sort(np.concatenate([chords, tangents, steep, cuts], axis=1))
        near = np.where(where > 0, where, TINY * np.maximum(self._high[:, None], 1e-300))
        points, values, slopes = near.tolist(), self._bank.value(near.T).T.tolist(), self._bank.slope(near.T).T.tolist()
        out: list[list[Region]] = []
        for cell in range(size):
            own: list[Region] = []
            if task.least[cell] > 0 or self._gated[cell]:
                own.append(self._point(cell))
            if cell in self._tables:
                own += self._of_table(cell)
            else:
                own += _analytic(cell, points[cell], values[cell], slopes[cell], float(self._turn[cell]))
            out.append(own)
        return out

    def _point(self, cell: int) -> Region:
        at_zero = float(self._bank.value(np.zeros(self._bank.size))[cell])
        return Region(cell, 0.0, at_zero, np.empty(0), np.empty(0))

    def _of_table(self, cell: int) -> list[Region]:
        """Runs of falling slopes between the table's points."""
        unit, table = self._bank.spend_unit, self._tables[cell]
        points = table_points(table, float(self._first[cell]), float(self._high[cell]), unit)
        values = table.value(points * unit) / self._bank.response_unit
        lengths = np.diff(points)
        gains = np.diff(values) / np.where(lengths > 0, lengths, 1.0)
        breaks = np.flatnonzero(np.diff(gains) > 1e-12 * np.abs(gains[1:])) + 1
        own = []
        for part in np.split(np.arange(len(lengths)), breaks):
            if len(part):
                own.append(Region(cell, float(points[part[0]]), float(values[part[0]]), lengths[part], gains[part]))
        return own or [Region(cell, float(points[0]), float(values[0]), np.empty(0), np.empty(0))]


def _spaced(points: Sequence[float], places: Sequence[int]) -> list[int]:
    """The places without those nearer to a neighbour than a solver can tell apart; both ends are kept."""
    if not places:
        return []
    first, *others = places
    end = max(points[-1], 1e-300)
    kept = [first]
    for place in others:
        if points[place] - points[kept[-1]] > SPACING * end:
            kept.append(place)
    last = others[-1] if others else first
    if kept[-1] != last and points[last] > points[kept[-1]]:
        if len(kept) > 1:
            kept[-1] = last
        elif points[last] - points[kept[0]] > 1e-12 * end:
            kept.append(last)
    return kept


def _analytic(
    cell: int, points: Sequence[float], values: Sequence[float], slopes: Sequence[float], turn: float
) -> list[Region]:
    """Chords up to the turn, each a region of its own; one region of tangents from there on.

    Plain numbers: a cell has a dozen points, on which numpy spends more than it saves.
    """
    own: list[Region] = []
    convex = _spaced(points, [place for place, point in enumerate(points) if point <= turn * (1 + 1e-15)])
    for left, right in itertools.pairwise(convex):
        width = points[right] - points[left]
        gain = (values[right] - values[left]) / width
        own.append(Region(cell, points[left], values[left], np.array([width]), np.array([gain])))
    concave = _spaced(points, [place for place, point in enumerate(points) if point >= turn * (1 - 1e-15)])
    if len(concave) < 2:
        return own or [Region(cell, points[0], values[0], np.empty(0), np.empty(0))]
    at, value = [points[place] for place in concave], [values[place] for place in concave]
    slope = list(itertools.accumulate((slopes[place] for place in concave), min))
    start = min(turn, points[0]) if turn <= points[0] else turn
    crossings = (_crossing(at, value, slope, place) for place in range(len(at) - 1))
    edges = itertools.pairwise([start, *crossings, at[-1]])
    pieces = [(end - begin, rise) for (begin, end), rise in zip(edges, slope, strict=True) if end > begin]
    lengths, gains = np.array(pieces).reshape(-1, 2).T
    own.append(Region(cell, start, value[0] - slope[0] * (at[0] - start), lengths, gains))
    return own


def _crossing(at: Sequence[float], value: Sequence[float], slope: Sequence[float], place: int) -> float:
    """Where the tangents at a point and at the next one cross, between the two."""
    left, right = at[place], at[place + 1]
    drop = slope[place] - slope[place + 1]
    if not drop > 0:
        return right
    cross = (value[place + 1] - value[place] + slope[place] * left - slope[place + 1] * right) / drop
    return min(max(cross, left), right)
