"""Decides how an outcome changed at the day of the action, where nothing untreated can be compared with.

Daily values are a level, a steady trend, the weekday, and a step at the action. The window on which the flag was
raised is left out: it was bad by choice, and coming back from it is no effect. Something else may still have happened
on that day, so this is never trusted far.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from engine.messages import Message, Value
from engine.vocabulary import Period
from rules.effect.arms import EffectFaults, Numbers
from rules.effect.found import Effect, Outcome, no_events
from rules.effect.intervals import TAIL
from rules.effect.ratios import Matrix
from rules.effect.serial import Fits, fit_days
from rules.entities import Floats

LEAST_BEFORE = 28
LEAST_AFTER = 14
LARGEST = 20.0  # an effect of 2,000 % is no effect of an action on ads


@dataclass(frozen=True, slots=True)
class Days:
    """Sums of an outcome on consecutive days from ``first``; a day without volume tells nothing."""

    first: date
    numerator: Numbers
    denominator: Numbers


def its_of(days: Days, acted_on: date, outcome: Outcome, flagged: Period | None = None) -> Effect:
    """The relative effect on ``outcome`` with its 95 % interval, of trust low.

    ``flagged`` is the window the flag was raised on. "Not enough" below 28 days before and 14 after. Raises
    EffectFaults for a series that cannot be read.
    """
    y, n = _checked(days)
    day = np.arange(len(y)) + days.first.toordinal()
    after = day >= acted_on.toordinal()
    used = n > 0
    if flagged is not None:
        used &= (day < flagged.start.toordinal()) | (day > flagged.end.toordinal())
    counts = (int((used & after).sum()), int((used & ~after).sum()))
    if counts[0] < LEAST_AFTER or counts[1] < LEAST_BEFORE:
        more: dict[str, Value] = {
            "more_acted_on": max(LEAST_AFTER - counts[0], 0),
            "more_compared": max(LEAST_BEFORE - counts[1], 0),
        }
        return Effect(outcome, "its", "before_after", *counts, lacks=Message("rules.effect.lacks.its", more))
    if not y[used & after].any() or not y[used & ~after].any():
        return no_events(outcome, "its", "before_after", counts)
    design, asked = _design(day[used], after[used], n[used])
    fits = fit_days(y[used] / n[used], design, day[used].astype(float), n[used], asked)
    limits = _limits(fits)
    if limits is None:
        return no_events(outcome, "its", "before_after", counts)
    step, without = (float(one) for one in fits.mean)
    return Effect(outcome, "its", "before_after", *counts, step / without, *limits)


def _checked(days: Days) -> tuple[Floats, Floats]:
    y, n = np.asarray(days.numerator, float), np.asarray(days.denominator, float)
    told = []
    if len(y) != len(n):
        where: dict[str, Value] = {"arm": "days", "column": "denominator", "found": len(n), "expected": len(y)}
        told.append(Message("rules.effect.fault.length", where))
    for column, values in (("numerator", y), ("denominator", n)):
        bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
        if len(bad):
            on = date.fromordinal(days.first.toordinal() + int(bad[0])).isoformat()
            told.append(Message("rules.effect.fault.cell", {"arm": "days", "column": column, "entity": on}))
    if told:
        raise EffectFaults(told)
    return y, n


def _design(day: NDArray[np.int64], after: NDArray[np.bool_], volume: Floats) -> tuple[Matrix, Matrix]:
    """Columns (level, trend, weekdays, step), and the two sums asked for: the step, and the level without it."""
    weekday = day % 7
    dummies = [(weekday == one).astype(float) for one in np.unique(weekday)[1:]]
    trend = (day - day.mean()) / len(day)
    design = np.column_stack((np.ones(len(day)), trend, *dummies, after.astype(float)))
    step = np.zeros(design.shape[1])
    step[-1] = 1.0
    without = np.average(design[after], axis=0, weights=volume[after])
    without[-1] = 0.0
    return design, np.stack((step, without))


def _limits(fits: Fits) -> tuple[float, float] | None:
    """Both 95 % limits of step by level; None where the level itself is not told from nothing."""
    step, without = fits.mean
    if without <= 0 or fits.chance_below(LARGEST) < 1 - TAIL:
        return None
    middle = min(max(float(step / without), -1.0), LARGEST)
    if fits.chance_below(middle) <= TAIL or fits.chance_below(middle) >= 1 - TAIL:
        return None
    low = -1.0
    if fits.chance_below(-1.0) < TAIL:
        low = float(brentq(lambda ratio: fits.chance_below(ratio) - TAIL, -1.0, middle))
    high = float(brentq(lambda ratio: fits.chance_below(ratio) - (1 - TAIL), middle, LARGEST))
    return (low, high) if math.isfinite(low + high) else None
