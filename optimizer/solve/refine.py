"""Decides the plan of a concave problem: LP on few segments, then finer ones around the hurdle until it is proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array
from optimizer.solve.certificate import legal_prices, upper_bound
from optimizer.solve.linear import LinearAnswer, maximise_linear
from optimizer.solve.rules import LinearRules
from optimizer.solve.segments import Segments, coarse_cuts, cut_into_segments, fine_cuts, repeat_columns

ROUNDS = 14
BASIC, AT_LOWER, AT_UPPER = 1, 0, 2


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan with its proof: ``objective`` and ``bound`` on the true curves, ``prices`` of the rows."""

    status: str
    point: Array
    objective: float
    bound: float
    prices: Array
    rounds: int

    @property
    def gap(self) -> float:
        """Proven relative distance to the best possible outcome; 0 when the bound is met."""
        return max(0.0, self.bound - self.objective) / max(abs(self.bound), 1e-300)


def maximise(
    rules: LinearRules,
    bank: CurveBank,
    at: npt.NDArray[np.int64],
    *,
    anchor: Array | None = None,
    tolerance: float = 1e-6,
) -> Solved:
    """Maximises the sum of the curves at columns ``at`` under ``rules``, until the certified gap is ``tolerance``.

    ``anchor`` is a feasible point (the current plan): its spends are cut points of every round, so the answer can
    never be below it. Curves and rules are in the bank's scaled units.
    """
    low, high = rules.lower[at], rules.upper[at]
    kept = [coarse_cuts(bank, low, high)]
    if anchor is not None:
        kept.append(anchor[at][:, None])
    cuts, warm, width = np.concatenate(kept, axis=1), None, 0.3
    best: Solved | None = None
    for count in range(1, ROUNDS + 1):
        segments = cut_into_segments(bank, cuts, low, high)
        answer, point = _solve_segments(rules, at, segments, warm)
        if answer.status != "optimal":
            return best or Solved(answer.status, point, float("nan"), float("inf"), answer.row_dual, count)
        bound, centre, hurdle = upper_bound(rules, bank, at, answer.row_dual)
        objective = float(bank.value(point[at]).sum())
        prices = legal_prices(rules, answer.row_dual)
        if best is None:
            best = Solved("optimal", point, objective, bound, prices, count)
        else:
            better_point = objective > best.objective
            tighter = bound < best.bound
            best = Solved(
                "optimal",
                point if better_point else best.point,
                max(objective, best.objective),
                min(bound, best.bound),
                prices if tighter else best.prices,
                count,
            )
        if best.gap <= tolerance:
            break
        fine = fine_cuts(bank, centre, hurdle, width, low, high)
        cuts = np.concatenate([*kept, point[at][:, None], fine], axis=1)
        warm = _carry_basis(answer, segments, point[at])
        width *= 0.2
    assert best is not None  # noqa: S101  (ROUNDS >= 1)
    return best


@dataclass(frozen=True, slots=True)
class _Warm:
    """The last basis in terms of original columns: which are basic, and where each curve's spend stands."""

    basic: npt.NDArray[np.bool_]
    spend: Array
    straight: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


def _carry_basis(answer: LinearAnswer, segments: Segments, spend: Array) -> _Warm | None:
    count = len(segments.owner)
    if len(answer.column_status) < count or not len(answer.row_status):
        return None
    basic = np.zeros(len(spend), dtype=bool)
    basic[segments.owner[answer.column_status[:count] == BASIC]] = True
    return _Warm(basic, spend, answer.column_status[count:], answer.row_status)


def _solve_segments(
    rules: LinearRules, at: npt.NDArray[np.int64], segments: Segments, warm: _Warm | None
) -> tuple[LinearAnswer, Array]:
    """One LP over segment columns (first) and the columns without a curve (after them)."""
    size = rules.matrix.shape[1]
    straight = np.setdiff1d(np.arange(size), at)
    count = len(segments.owner)
    columns = np.concatenate([at[segments.owner], straight])
    base = np.zeros(size)
    base[at] = rules.lower[at]
    moved = rules.matrix @ base
    basis = None
    if warm is not None:
        end = segments.start + segments.length
        spend = warm.spend[segments.owner]
        status = np.where(end <= spend + 1e-12, AT_UPPER, AT_LOWER)
        first_open = np.flatnonzero(warm.basic[segments.owner] & (status == AT_LOWER))
        owners, places = np.unique(segments.owner[first_open], return_index=True)
        status[first_open[places]] = BASIC
        full = np.setdiff1d(np.flatnonzero(warm.basic), owners)
        for owner in full:  # spend stands at its upper bound: the last segment stays basic
            status[np.flatnonzero(segments.owner == owner)[-1]] = BASIC
        basis = (np.concatenate([status, warm.straight]), warm.rows)
    answer = maximise_linear(
        np.concatenate([segments.gain, np.zeros(len(straight))]),
        repeat_columns(rules.matrix, columns),
        np.concatenate([np.zeros(count), rules.lower[straight]]),
        np.concatenate([segments.length, rules.upper[straight]]),
        rules.row_lower - moved,
        rules.row_upper - moved,
        basis,
    )
    point = base.copy()
    if len(answer.point) == len(columns):
        point[at] += np.bincount(segments.owner, answer.point[:count], minlength=len(at))
        point[straight] = answer.point[count:]
    return answer, point
