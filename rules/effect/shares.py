"""Decides what share of flags is false, from the chance of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SURE_95 = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % limits and how many it rests on; NaN where nothing is known."""

    value: float
    low: float
    high: float
    known: int


def mean_share(chances: Sequence[float]) -> Share:
    """Expected share of false flags among as many as have a chance (NaN: the rule's method tells none).

    The limits allow for which of them turn out false: the variance of a sum of independent yes or no answers, never
    less than that of one answer more (Agresti and Coull 1998, https://doi.org/10.1080/00031305.1998.10480550). Raises
    ValueError for a chance outside 0 to 1.
    """
    told = np.asarray(chances, float)
    if ((told < 0) | (told > 1)).any():
        raise ValueError("false_chances, rechecked: a chance lies between 0 and 1")
    known = told[~np.isnan(told)]
    if not len(known):
        return Share(math.nan, math.nan, math.nan, 0)
    value = float(known.mean())
    variance = float((known * (1 - known)).sum() + 0.25) / len(known) ** 2
    reach = SURE_95 * math.sqrt(variance)
    return Share(value, max(0.0, value - reach), min(1.0, value + reach), len(known))
