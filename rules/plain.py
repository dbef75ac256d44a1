"""Decides how a number is told in JSON: whole ones as int, missing and endless ones as null."""

from __future__ import annotations

import math

import numpy as np

from rules.entities import Floats

Plain = float | int | None
DIGITS = 10
EXACT = 2.0**53  # up to here every whole float64 is a whole number of its own


def plain(value: float) -> Plain:
    """One number fit for JSON."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), DIGITS)


def plain_all(values: Floats) -> list[Plain]:
    """``plain`` of every number."""
    finite = np.isfinite(values)
    whole = finite & (np.floor(values) == values)
    if whole.all() and np.abs(values).max(initial=0.0) < EXACT:
        return list(values.astype(np.int64).tolist())
    small = np.abs(values) < EXACT / 10**DIGITS  # these are rounded all at once, without an error of their own
    out: list[Plain] = np.round(np.where(small, values, 0.0), DIGITS).tolist()
    for place in np.flatnonzero(~small | whole).tolist():
        out[place] = plain(values[place])
    return out
