"""Decides the plan of a concave task: LP on few segments, then finer ones around the hurdle until it is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from optimizer.curves.bank import Bank, Blend
from optimizer.curves.curve import Array, Index
from optimizer.solve.certificate import Bound, legal_prices, outcome_weights, relative_gap, upper_bound
from optimizer.solve.entries import Entries
from optimizer.solve.expand import Expanded, expand, repeat_columns, spent
from optimizer.solve.greedy import AT_LOWER, AT_UPPER, BASIC, first_basis
from optimizer.solve.guess import guess_prices
from optimizer.solve.linear import LinearAnswer, maximise_linear
from optimizer.solve.newton import exact_prices, suits
from optimizer.solve.reaching import missing_least, outcome_rows
from optimizer.solve.rules import violation
from optimizer.solve.segments import coarse_cuts, cut_into_segments, fine_cuts
from optimizer.solve.task import Task, filled

ROUNDS = 14
EXACT = 1e-11  # certified gap at which exact prices settle a task
GUESSED = 0.1  # of the hurdle: how far prices that were only guessed may be off
REACHED = 1e-9  # of a scaled row: what may be missing of a target that counts as reached
FEASIBLE = 1e-10  # violation of a scaled row that rounding alone can leave, or a hundredth of it of a large limit
CROSSED = 1e-9  # scaled bounds that cross by more have no spend between them


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan with its proof: ``objective`` and ``bound`` on the true curves, ``prices`` of the rows.

    ``point`` holds every column, the outcomes worked out on the curves it was solved with; ``proof`` is what ``bound``
    was read from, where a linear programme's prices gave it.
    """

    status: str
    point: Array
    objective: float
    bound: float
    prices: Array
    rounds: int
    proof: Bound | None = None

    @property
    def gap(self) -> float:
        """Proven relative distance to the best possible outcome."""
        return relative_gap(self.objective, self.bound)


def refine(
    task: Task,
    banks: Sequence[Bank],
    *,
    through: Array | None = None,
    prices: Array | None = None,
    exact: bool = True,
    tolerance: float = 1e-6,
    rounds: int = ROUNDS,
    enough: float = np.inf,
) -> Solved:
    """Maximises a scaled ``task`` on concave ``banks`` until the certified gap is ``tolerance``.

    ``through`` holds one spend a cell that is a cut point of every round: the current plan, which the answer can then
    never be below, or the end of a straight piece. ``prices`` near the right ones may make a linear programme needless.
    An objective of ``enough`` ends the search.
    ``exact``: whether prices are made exact where they can be, which kinks in the curves forbid.
    """
    settling = _Settling(task, banks) if suits(task) else None
    if prices is None and settling is not None:
        prices = settling.guess()
    near = settling.near(prices) if settling is not None and exact and prices is not None else None
    if near is not None and near.gap <= EXACT:
        return near
    low, high = task.rules.lower[task.at], task.rules.upper[task.at]
    if np.any(low > high + CROSSED):
        none = np.zeros(len(task.rules.row_lower))
        return Solved("infeasible", task.rules.lower, float("nan"), float("inf"), none, 0)
    kept = [coarse_cuts(bank, low, high) for bank in banks[:2]]
    if through is not None:
        kept.append(through[None])
    first = [] if prices is None else [_around(upper_bound(task, banks, prices), GUESSED, low, high)]
    cuts, warm, width = np.concatenate([*kept, *first]), None, GUESSED if first else 0.3
    best: Solved | None = None
    reached: Array | None = None
    for count in range(1, rounds + 1):
        expanded = expand(task, banks, cut_into_segments(banks, cuts, low, high))
        answer = _run(expanded, warm)
        if answer.status != "optimal" and warm is not None:
            answer = _run(expanded, None)  # from a carried basis HiGHS sometimes ends in doubt
        if answer.status == "infeasible" and best is None and reached is None and asks_results(task, enough):
            reached = _reached(task, banks)
            if reached is not None:
                kept.append(reached[None])
                cuts = np.concatenate(kept)
                continue
        if answer.status != "optimal":
            return best or Solved(answer.status, expanded.base, float("nan"), float("inf"), answer.row_dual, count)
        near = settling.near(answer.row_dual) if settling is not None and exact else None
        if near is not None and near.gap <= min(EXACT, tolerance):
            return replace(near, rounds=count)
        point = _point(task, banks, expanded, answer.point)
        bound = upper_bound(task, banks, answer.row_dual)
        best = _better(best, task, point, bound, legal_prices(task.rules, answer.row_dual), count)
        if best.gap <= tolerance or best.objective >= enough:
            break
        spend = point[task.at]
        cuts = np.concatenate([*kept, spend[None], _around(bound, width, low, high)])
        warm = _carry_basis(answer, expanded, spend)
        width *= 0.2
    assert best is not None  # noqa: S101  (rounds >= 1)
    return best


def _around(bound: Bound, width: float, low: Array, high: Array) -> Array:
    return fine_cuts(bound.blend, bound.best, bound.hurdle, width, low, high)


def asks_results(task: Task, enough: float) -> bool:
    """Whether rows speak of results, outside the search for the plan that misses them least itself."""
    return not np.isfinite(enough) and len(outcome_rows(task)) > 0


def _reached(task: Task, banks: Sequence[Bank]) -> Array | None:
    """Spends that reach what is asked of results; None where no plan does."""
    found = refine(missing_least(task), banks, enough=-REACHED)
    return found.point[task.at] if found.status == "optimal" and found.objective >= -REACHED else None


class _Settling:
    """The search for exact prices of a task whose columns are all spend."""

    def __init__(self, task: Task, banks: Sequence[Bank]) -> None:
        self._task, self._banks = task, banks
        self._blend = Blend(banks, outcome_weights(task, task.cost))
        self._matrix = Entries(repeat_columns(task.rules.matrix, task.at))

    def guess(self) -> Array | None:
        """Prices worth trying; None where none suggest themselves."""
        return guess_prices(self._task, self._blend, self._matrix)

    def near(self, prices: Array) -> Solved | None:
        """The plan of exact prices near given ones; None where they do not settle on a plan within the rules."""
        task, banks = self._task, self._banks
        exact = exact_prices(task, self._blend, prices, self._matrix)
        if exact is None:
            return None
        point = np.zeros(len(task.cost))
        point[task.at] = exact.spend
        limits = task.rules.row_upper[np.isfinite(task.rules.row_upper)]
        if violation(task.rules, point) > FEASIBLE * max(1.0, 1e-2 * np.abs(limits).max(initial=0.0)):
            return None
        point = filled(task, banks, point)
        bound, worth = upper_bound(task, banks, exact.prices, exact.called).value, task.objective(point)
        if relative_gap(worth, bound) > EXACT:  # a long last step leaves ``called`` too far off
            bound = upper_bound(task, banks, exact.prices).value
        return Solved("optimal", point, worth, bound, exact.prices, 0)


def _point(task: Task, banks: Sequence[Bank], expanded: Expanded, columns: Array) -> Array:
    point = expanded.point(columns)
    point[task.at] += spent(expanded, columns, len(task.at))
    return filled(task, banks, point)


def _better(best: Solved | None, task: Task, point: Array, bound: Bound, prices: Array, count: int) -> Solved:
    """The better point and the tighter bound of two rounds."""
    objective = task.objective(point)
    if best is None:
        return Solved("optimal", point, objective, bound.value, prices, count, bound)
    tighter = bound.value < best.bound
    return Solved(
        "optimal",
        point if objective > best.objective else best.point,
        max(objective, best.objective),
        min(bound.value, best.bound),
        prices if tighter else best.prices,
        count,
        bound if tighter else best.proof,
    )


@dataclass(frozen=True, slots=True)
class _Warm:
    """The last basis in terms of original columns: which are basic, and where each curve's spend stands."""

    basic: npt.NDArray[np.bool_]
    spend: Array
    straight: Index
    rows: Index


def _carry_basis(answer: LinearAnswer, expanded: Expanded, spend: Array) -> _Warm | None:
    count = len(expanded.segments.owner)
    columns, rows = answer.basis()
    if len(columns) < count or not len(rows):
        return None
    basic = np.zeros(len(spend), dtype=bool)
    basic[expanded.segments.owner[columns[:count] == BASIC]] = True
    return _Warm(basic, spend, columns[count:], rows)


def _run(expanded: Expanded, warm: _Warm | None) -> LinearAnswer:
    basis = first_basis(expanded) if warm is None else _basis(expanded, warm)
    return maximise_linear(
        expanded.cost,
        expanded.matrix,
        expanded.lower,
        expanded.upper,
        expanded.row_lower,
        expanded.row_upper,
        basis,
    )


def _basis(expanded: Expanded, warm: _Warm) -> tuple[Index, Index]:
    """The last basis on new segments: full ones at their upper bound, the one a basic spend stands in basic."""
    segments = expanded.segments
    end = segments.start + segments.length
    spend = warm.spend[segments.owner]
    status = np.where(end <= spend + 1e-12, AT_UPPER, AT_LOWER)
    first_open = np.flatnonzero(warm.basic[segments.owner] & (status == AT_LOWER))
    owners, places = np.unique(segments.owner[first_open], return_index=True)
    status[first_open[places]] = BASIC
    for owner in np.setdiff1d(np.flatnonzero(warm.basic), owners):
        # Spend stands at its upper bound: the last segment stays basic.
        status[np.flatnonzero(segments.owner == owner)[-1]] = BASIC
    return np.concatenate([status, warm.straight]), warm.rows
