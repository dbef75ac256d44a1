"""Decides whole amounts: a plan in bookable steps whose sum is exact and which keeps every rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from engine.messages import Message
from engine.money import CASH_STEP
from optimizer.curves.curve import Array
from optimizer.model import Posed
from optimizer.rounding_rows import MoneyRows, money_rows
from optimizer.rounding_search import searched
from optimizer.solve.rules import violation
from optimizer.wording import written

Whole = npt.NDArray[np.int64]
MOST_SEARCHED = 500  # cells of a plan that is searched for the last few units, too
NARROW, WIDE = 2, 60  # steps around its amount within which a cell is looked for


@dataclass(frozen=True, slots=True)
class Rounded:
    """A plan (channels, weeks) in bookable amounts, and what had to give for it."""

    plan: Array
    notes: tuple[Message, ...] = ()


def step_of(currency: str) -> float:
    """The smallest amount people book in ``currency``, in units."""
    return float(CASH_STEP.get(currency, Decimal("0.01")))


def rounded_plan(posed: Posed, plan: Array, bought: Array | None = None) -> Array:
    """``plan`` (channels, weeks) in bookable steps, total as near below the plan's as rules allow."""
    return round_plan(posed, plan, bought).plan


def round_plan(posed: Posed, plan: Array, bought: Array | None = None) -> Rounded:
    """``plan`` in bookable steps: rounded down and filled up by the largest remainders, or searched where that fails.

    A channel's booking step that no amounts within the rules can keep gives way to the currency's own, and is told.
    """
    problem = posed.problem
    asked = {name: step for name, step in problem.ask.steps.items() if step > step_of(problem.currency)}
    for dropped in [(), *((name,) for name in sorted(asked)), tuple(sorted(asked))]:
        if dropped and not asked:
            break
        steps = {name: step for name, step in asked.items() if name not in dropped}
        found = _in_steps(posed, plan, bought, steps)
        if found is not None:
            return Rounded(found, tuple(_dropped(posed, name, asked[name]) for name in dropped))
    rows = money_rows(posed, plan, bought, _steps(posed, {}))
    nearest = _plan(posed, rows.step, _filled(rows))
    missed = violation(posed.rules, posed.vector(nearest, bought))
    notes = [_dropped(posed, name, asked[name]) for name in sorted(asked)]
    if missed > 0.5 * step_of(problem.currency):
        notes.append(Message("optimizer.rounding.limit_missed", {"missed": written(missed, problem.currency)}))
    return Rounded(nearest, tuple(notes))


def _dropped(posed: Posed, name: str, step: float) -> Message:
    currency = posed.problem.currency
    values = {"channel": name, "step": written(step, currency), "unit_step": written(step_of(currency), currency)}
    return Message("optimizer.rounding.step_dropped", values)


def _steps(posed: Posed, asked: dict[str, float]) -> Array:
    """The step of every cell; amounts of no currency are rounded to a millionth of the budget."""
    problem = posed.problem
    least = step_of(problem.currency) if problem.currency else 1e-6 * problem.budget
    return np.array([max(asked.get(problem.channels[channel], least), least) for channel, _ in problem.cells])


def _in_steps(posed: Posed, plan: Array, bought: Array | None, asked: dict[str, float]) -> Array | None:
    """The plan in these steps; None where no amounts keep the rules."""
    rows = money_rows(posed, plan, bought, _steps(posed, asked))
    if np.any(rows.most < rows.least):
        return None
    whole = _filled(rows)
    if rows.kept(whole):
        found = _plan(posed, rows.step, _fuller(rows, whole))
        if not rows.on_curves or _keeps(posed, found, bought, rows):
            return found
    for width in (NARROW, WIDE):
        for margin in (0.0, 4.0, 64.0) if rows.on_curves else (0.0,):
            searched_for = searched(rows, width, margin)
            if searched_for is None:
                break
            found = _plan(posed, rows.step, searched_for)
            if not rows.on_curves or _keeps(posed, found, bought, rows):
                return found
    return None


def _fuller(rows: MoneyRows, whole: Whole) -> Whole:
    """``whole``, or amounts that place more of the money where filling up left some over."""
    left = rows.total - float((whole * rows.step).sum())
    if rows.saving or left < float(rows.step.min()) or len(whole) > MOST_SEARCHED:
        return whole
    other = searched(rows, NARROW, 0.0)
    return whole if other is None or float((other * rows.step).sum()) <= rows.total - left else other


def _keeps(posed: Posed, plan: Array, bought: Array | None, rows: MoneyRows) -> bool:
    """Whether rows that speak of results hold on the true curves."""
    activity = posed.rules.matrix[rows.on_curves] @ posed.vector(plan, bought)
    low, high = posed.rules.row_lower[rows.on_curves], posed.rules.row_upper[rows.on_curves]
    slack = 1e-9 * np.maximum(np.where(np.isfinite(low), np.abs(low), 0.0), 1e-6 * posed.problem.budget)
    return bool(np.all(activity >= low - slack) and np.all(activity <= high + slack))


def _filled(rows: MoneyRows) -> Whole:
    """Every cell rounded down; what is left goes to rows below their least, then to the largest remainders."""
    floor = np.floor(rows.wanted + 1e-6)
    whole = np.clip(floor, rows.least, np.maximum(rows.most, rows.least)).astype(np.int64)
    order = np.argsort(-(rows.wanted - floor), kind="stable")
    activity = rows.matrix @ (whole * rows.step)
    columns = rows.matrix.tocsc()
    left = rows.total - float((whole * rows.step).sum())
    for only_short in (True,) if rows.saving else (True, False):
        moved = True
        while moved and (left >= rows.step.min() * (1 - 1e-9) or only_short):
            moved = False
            for cell in order:
                own, size = slice(columns.indptr[cell], columns.indptr[cell + 1]), float(rows.step[cell])
                at, added = columns.indices[own], columns.data[own] * size
                if whole[cell] + 1 > rows.most[cell] or (not only_short and size > left * (1 + 1e-9)):
                    continue
                short = activity[at] < rows.low[at] - rows.slack[at]
                if only_short and not np.any(short & (added > 0)):
                    continue
                after = activity[at] + added
                if np.any(after > rows.high[at] + rows.slack[at]) or np.any(
                    (after < rows.low[at] - rows.slack[at]) & (added < 0)
                ):
                    continue
                whole[cell] += 1
                activity[at] = after
                left -= size
                moved = True
    return whole


def _plan(posed: Posed, step: Array, whole: Whole) -> Array:
    out = np.zeros(posed.problem.running.active.shape)
    for cell, amount in zip(posed.problem.cells, whole * step, strict=True):
        out[cell] = amount
    return out
