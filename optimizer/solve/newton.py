"""Decides the exact prices near those of a linear programme: Newton's method on the rows that bind, on the true curves.

A linear programme on segments knows its prices to within a segment. Where every column is spend, the spend that the
prices call for is known in closed form, and what the prices are worth (the Lagrangian dual) is a smooth convex function
of them whose slope is what the rows miss. A few Newton steps, shortened where that slope would turn, make the binding
rows hold to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.curves.bank import Blend
from optimizer.curves.curve import Array
from optimizer.solve.certificate import legal_prices
from optimizer.solve.entries import Entries
from optimizer.solve.task import Task

STEPS = 40
SHORTER = 12  # times a step is shortened before the search is given up
NUDGE = 1e-5  # relative change of spend by which the bend of its curve is measured
CLOSE = 1e-12  # relative violation of a row that counts as held
NEAR = 3e-5  # relative violation from which one more step, taken in spend, is exact: its error is of second order
NOTHING = 1e-6  # of the highest price: what an interior point leaves on rows that do not bind
TURNED = 0.9  # of the slope at the start: a step may turn the slope of the dual by no more
FACTOR = 4.0  # the most the highest price may grow in one step
ENDLESS = 1e9  # a scaled price beyond any reason: no plan keeps the rules
RIDGE = 1e-12  # of the largest diagonal: rows that share all their free cells have no prices of their own


def suits(task: Task) -> bool:
    """Whether every column is spend or an outcome that only the objective speaks of."""
    used = len(task.at) + len(task.outcomes)
    return used == task.rules.matrix.shape[1] and not np.diff(task.rules.matrix.indptr)[task.outcomes].any()


@dataclass(frozen=True, slots=True)
class Exact:
    """Prices at which the rows that bind hold exactly, with a spend that keeps them and the spend prices call for.

    The two differ by what a step's error of second order leaves; a certificate wants the one prices call for.
    """

    prices: Array
    spend: Array
    called: Array


@dataclass(frozen=True, slots=True)
class _State:
    """Where prices ``y`` stand: the spend they call for and what each free row misses of its limit."""

    y: Array
    hurdle: Array
    spend: Array
    binding: npt.NDArray[np.bool_]
    miss: Array
    worst: float


class _Dual:
    """The Lagrangian dual of a task whose columns are all spend."""

    def __init__(self, task: Task, blend: Blend, matrix: Entries) -> None:
        rules, at = task.rules, task.at
        self.matrix = matrix
        self.blend, self.cost = blend, task.cost[at]
        self.low, self.high = rules.lower[at], rules.upper[at]
        self.least, self.most = rules.row_lower, rules.row_upper
        self.equal = self.least == self.most

    def limit(self, y: Array, activity: Array) -> Array:
        """What each row is held to: the side its price speaks of, without a price the nearest amount it allows."""
        return np.where(y > 0, self.most, np.where(y < 0, self.least, np.clip(activity, self.least, self.most)))

    def at(self, y: Array) -> _State:
        """The state of prices ``y``; a row without a price counts where it is broken."""
        hurdle = self.matrix.turned(y) - self.cost
        spend = np.clip(self.blend.spend_at(hurdle), self.low, self.high)
        activity = self.matrix.times(spend)
        limit = self.limit(y, activity)
        miss = activity - limit
        share = np.abs(miss) / np.maximum(np.abs(limit), CLOSE)
        return _State(y, hurdle, spend, (y != 0) | (share > CLOSE), miss, float(share.max(initial=0.0)))

    def step(self, here: _State) -> tuple[Array, Array] | None:
        """The change of prices that makes the free rows hold to first order, and how spend gives way to a price."""
        moving = (here.spend > self.low) & (here.spend < self.high) & (here.hurdle > 0)
        nudge = np.where(moving, np.maximum(NUDGE * here.spend, np.finfo(np.float64).tiny), 1.0)
        with np.errstate(over="ignore"):  # beside 0 a steep curve bends beyond all numbers
            bend = (here.hurdle - self.blend.slope(here.spend + nudge)) / nudge
        give = np.where(moving & (bend > 0), 1.0 / np.where(bend > 0, bend, 1.0), 0.0)
        if not np.isfinite(give).all():
            return None
        rows = np.flatnonzero(here.binding)
        system = self.matrix.weighed(give)[np.ix_(rows, rows)]
        system[np.diag_indices(len(rows))] += RIDGE * (np.diag(system).max(initial=0.0) or 1.0)
        try:
            solved = np.linalg.solve(system, here.miss[rows])
        except np.linalg.LinAlgError:
            return None
        change = np.zeros(len(here.y))
        change[rows] = solved
        return (change, give) if np.isfinite(change).all() else None

    def legal(self, here: _State, change: Array) -> Array:
        """Prices after a change: one that would change its sign is dropped, unless its row is an equality."""
        moved = here.y + change
        sign = np.where(here.y != 0, np.sign(here.y), np.sign(here.miss))
        return np.where(self.equal | (moved * sign > 0), moved, 0.0)

    def search(self, here: _State, change: Array) -> _State | None:
        """The state as much of ``change`` further on as does not turn the slope of the dual; None where none is."""
        growth, top = np.abs(change).max(initial=0.0), np.abs(here.y).max(initial=0.0)
        share = np.full(len(change), min(1.0, (FACTOR - 1.0) * top / growth) if top > 0 and growth > 0 else 1.0)
        for _ in range(SHORTER):
            there = self.at(self.legal(here, share * change))
            way = there.y - here.y
            first, last = here.miss * way, there.miss * way
            if last.sum() >= -TURNED * first.sum():
                return there
            # Rows hang together loosely: only those that went too far are drawn back, to where their miss would be 0.
            turned = last < np.minimum(-TURNED * first, 0.0)
            gaining = turned & (first > 0)
            back = np.clip(np.where(gaining, first / np.where(gaining, first - last, 1.0), 0.0), 0.1, 0.5)
            share = np.where(turned, share * back, share) if turned.any() else 0.5 * share
        return None


def exact_prices(task: Task, blend: Blend, prices: Array, matrix: Entries) -> Exact | None:
    """Prices at which the rows that bind hold exactly, starting from ``prices``; None where that does not settle.

    ``matrix`` holds the rows over the cells.
    """
    dual = _Dual(task, blend, matrix)
    y = legal_prices(task.rules, prices)
    here = dual.at(np.where(np.abs(y) > NOTHING * np.abs(y).max(initial=0.0), y, 0.0))
    for _ in range(STEPS):
        if here.worst <= CLOSE:
            return Exact(here.y, here.spend, here.spend)
        step = dual.step(here)
        if step is None:
            return None
        if here.worst <= NEAR:
            near = _near(dual, here, *step)
            if near is not None:
                return near
        there = dual.search(here, step[0])
        if there is None or np.abs(there.y).max(initial=0.0) > ENDLESS:
            return None
        here = there
    return None


def _near(dual: _Dual, here: _State, change: Array, give: Array) -> Exact | None:
    """The end of a step so short that spend follows prices along its tangent; None where a bound is in the way."""
    y = here.y + change
    spend = here.spend - give * (dual.matrix.turned(change))
    if np.any(y * here.y < 0) or np.any((spend < dual.low) | (spend > dual.high)):
        return None
    activity = dual.matrix.times(spend)
    limit = dual.limit(y, activity)
    kept = np.abs(activity - limit) <= CLOSE * np.maximum(np.abs(limit), 1.0)
    if not kept.all():
        return None
    steeper = np.where(give > 0, dual.blend.slope(spend) - (dual.matrix.turned(y) - dual.cost), 0.0)
    return Exact(y, spend, np.clip(spend + give * steeper, dual.low, dual.high))


def called_for(task: Task, blend: Blend, prices: Array) -> Array:
    """The spend of every cell that ``prices`` call for."""
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    hurdle = task.rules.matrix[:, task.at].T @ prices - task.cost[task.at]
    return np.clip(blend.spend_at(hurdle), low, high)
