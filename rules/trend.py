"""Decides whether a metric rises or falls within a window: its slope by day, and how far that is beyond chance.

    daily values -> weighted least squares on the day -> change a week as a share of the mean, and slope / its error

A ratio's day weighs what it is divided by (clicks / impressions by impressions). Days without a row are no zeros;
under seven known days nothing is said.
"""

from __future__ import annotations

import numpy as np

from engine.metrics import metrics
from rules.entities import Floats, LevelFacts
from rules.windows import daily, divide, parts_of

LEAST_DAYS = 7
WEEK = 7
EXACT = 1e-12


def trend(facts: LevelFacts, first_day: int, last_day: int, name: str) -> tuple[Floats, Floats]:
    """Change a week as a share of the mean, and the slope in standard errors, per entity; NaN where not known."""
    parts = [daily(facts, first_day, last_day, part) for part in parts_of(name)]
    if len(parts) == 2:
        weight = np.where(np.isnan(parts[0]) | (np.nan_to_num(parts[1]) <= 0), 0.0, np.nan_to_num(parts[1]))
        values = np.where(weight > 0, metrics()[name].scale * np.nan_to_num(parts[0]) / np.fmax(weight, 1e-12), 0.0)
    else:
        weight = (~np.isnan(parts[0])).astype(np.float64)
        values = np.nan_to_num(parts[0])
    return _fit(values, weight)


def _fit(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slope of each row on its column number, as change a week over the mean and as slope over its error."""
    known = (weight > 0).sum(axis=1)
    total = weight.sum(axis=1)
    day = np.arange(values.shape[1], dtype=np.float64)
    middle = divide(weight @ day, total)
    mean = divide((weight * values).sum(axis=1), total)
    off_day, off_value = day - middle[:, None], values - mean[:, None]
    spread = (weight * off_day**2).sum(axis=1)
    slope = divide((weight * off_day * off_value).sum(axis=1), spread)
    left = (weight * (off_value - slope[:, None] * off_day) ** 2).sum(axis=1)
    error = np.sqrt(divide(left, np.where(known > 2, known - 2, np.nan) * spread))
    enough = known >= LEAST_DAYS
    change = np.where(enough, divide(slope * WEEK, mean), np.nan)
    least = EXACT * np.fmax(np.abs(mean), EXACT)  # days on one line have no error; theirs is that of the sums
    score = np.where(np.abs(slope) <= least, 0.0, divide(slope, np.fmax(error, least)))
    return change, np.where(enough, score, np.nan)
