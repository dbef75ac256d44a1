"""Decides how much spend an action saved: what the withheld went on spending says what the treated would have spent.

What the treated did spend is known to the cent; only what they would have spent is estimated, as their spend before
times the ratio of spend after to spend before of the withheld. A stopped ad tells nothing of that ratio, so its
interval rests on the withheld arm alone: the wider of a jackknife t (freedom by how unevenly the spend is spread) and a
studentised bootstrap, because either alone is too narrow for twenty ads of very unlike spend.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rules.effect.arms import Arm, Rows, check_arms
from rules.effect.found import LEAST_ARM
from rules.effect.intervals import DRAWS, SEED, TAIL
from rules.effect.ratios import Matrix
from rules.entities import Floats

SMALL_HELD = 500  # from here on the jackknife covers as it should


@dataclass(frozen=True, slots=True)
class Saved:
    """Spend the treated did not make, in units of the account's currency, with its 95 % limits (NaN: not enough).

    Negative where they spent more than they would have. ``moved`` is what they spent before the action.
    """

    value: float
    low: float
    high: float
    moved: float


def saved_by(treated: Arm, withheld: Arm) -> Saved:
    """Numerator: spend after; denominator: spend before, over stretches of equal length. Raises EffectFaults."""
    acted, held = check_arms({"treated": treated, "withheld": withheld})
    moved, spent = float(acted.denominator.sum()), float(acted.numerator.sum())
    if len(held.entities) < LEAST_ARM or not held.numerator.sum() or not held.denominator.sum():
        return Saved(math.nan, math.nan, math.nan, moved)
    middle, low, high = (math.exp(one) * moved - spent for one in _log_ratio(held))
    if not (math.isfinite(low) and math.isfinite(high)):
        return Saved(math.nan, math.nan, math.nan, moved)
    return Saved(middle, low, high, moved)


def _log_ratio(held: Rows) -> tuple[float, float, float]:
    """Log of spend after by spend before, with its limits."""
    after, before = held.numerator, held.denominator
    level, error = (float(one[0]) for one in _jackknife(after[None], before[None]))
    share = before / before.sum()
    freedom = max(2.0, 1.0 / float((share**2).sum()) - 1.0)
    reach = error * float(stats.t.ppf(1 - TAIL, freedom))
    low, high = level - reach, level + reach
    if len(before) < SMALL_HELD:
        again = np.random.default_rng(SEED).integers(0, len(before), (DRAWS, len(before)))
        levels, errors = _jackknife(after[again], before[again])
        with np.errstate(invalid="ignore", divide="ignore"):
            t = (levels - level) / errors
        told = t[np.isfinite(t)]  # none is where every entity kept its spend to the cent
        tails = np.quantile(told, [TAIL, 1 - TAIL]) if len(told) else np.zeros(2)
        low, high = min(low, level - float(tails[1]) * error), max(high, level - float(tails[0]) * error)
    return level, low, high


def _jackknife(after: Matrix, before: Matrix) -> tuple[Floats, Floats]:
    """Log ratio of the sums of every row and its error by leaving out one entity at a time."""
    total, count = (after.sum(axis=1, keepdims=True), before.sum(axis=1, keepdims=True)), after.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(total[0] / total[1])
        without = np.log((total[0] - after) / (total[1] - before))
        error = np.sqrt(((without - level) ** 2).sum(axis=1) * (count - 1) / count)
    return level[:, 0], error
