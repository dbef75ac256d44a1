"""Decides how far a window lies from what is usual for its weekdays: in median absolute deviations of eight weeks.

A deviation is never taken to be smaller than counting alone makes it (Poisson) or than a tenth of the median, so that
eight weeks which happen to agree do not turn an ordinary day into an alarm.
"""

from __future__ import annotations

import numpy as np

from rules.comparisons import WEEKS, median_of_weeks
from rules.entities import Floats

LEAST_SHARE = 0.1
POISSON_MAD = 0.6745  # the median absolute deviation of a Gaussian of standard deviation 1
COUNTED = ("impressions", "clicks", "conversions")


def deviations(value: Floats, weeks: Floats, name: str) -> Floats:
    """``(value - median) / MAD`` per entity; ``weeks`` is weeks x entities. NaN where under six weeks are known."""
    usual = median_of_weeks(weeks)
    enough = (~np.isnan(weeks)).sum(axis=0) >= WEEKS - 2
    off = np.abs(weeks - usual)
    mad = np.full(len(value), np.nan)
    if enough.any():
        mad[enough] = np.nanmedian(off[:, enough], axis=0)
    least = LEAST_SHARE * np.abs(usual)
    if name in COUNTED:
        least = np.fmax(least, POISSON_MAD * np.sqrt(np.fmax(usual, 1.0)))
    scale = np.fmax(mad, least)
    out: Floats = np.where(enough & (scale > 0), (value - usual) / np.where(scale > 0, scale, 1.0), np.nan)
    return out
