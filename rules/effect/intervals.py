"""Decides the 95 % interval of a ratio of ratios: by drawing the arms anew where they are small, else by Welch's t.

Small arms of very unlike entities make the t interval too narrow (a tenth misses instead of a twentieth). There the
interval holds every effect that the draw cannot refute: the effect is taken out of the treated, the arms are drawn
again, and the studentised contrast of the true arms is compared with those of the drawn ones. That is exact where the
effect is the same for all and holds on average where it is not (Wu and Ding 2021,
https://doi.org/10.1080/01621459.2020.1750415).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rules.effect.arms import Rows
from rules.effect.ratios import Contrast, Matrix, contrast, moments
from rules.entities import Floats

DRAWS = 999
SMALL_ARM = 2_000  # Welch's t holds the truth in 93.7 % at 200, 94.2 % at 500 and 94.8 % from here on
TAIL = 0.025
STEPS = 1  # further ones move the limits by a four-hundredth of the interval on average
SEED = 20_041
PARTS = 20  # draws are summed in parts that stay in the cache of a processor


@dataclass(frozen=True, slots=True)
class Interval:
    """A relative effect (0.12 is 12 % more) with its 95 % limits; not finite where the arms hold too few events."""

    value: float
    low: float
    high: float


def ratio_interval(treated: Rows, others: Rows, theta: float | None = None) -> Interval:
    """How much larger the treated's ratio is than the others'; ``theta`` as in ``contrast``. Arms of two or more."""
    counts = (len(treated.entities), len(others.entities))
    own, rest = _moments(treated, 0.0), _moments(others, 0.0)
    seen = contrast(own.sum(axis=0)[None], rest.sum(axis=0)[None], counts, theta)
    estimate, error = float(seen.estimate[0]), float(seen.error[0])
    if not (math.isfinite(estimate) and math.isfinite(error)):
        return Interval(math.nan, math.nan, math.nan)
    if min(counts) >= SMALL_ARM:
        reach = error * float(stats.t.ppf(1 - TAIL, seen.freedom[0]))
        limits = (estimate - reach, estimate + reach)
    else:
        limits = _by_drawing(treated, others, estimate, error, theta)
    return Interval(*(math.expm1(one) if one < 700 else math.inf for one in (estimate, *limits)))


def _moments(arm: Rows, effect: float) -> Matrix:
    """Moments of an arm once a log effect is taken out of it."""
    return moments(arm.numerator / math.exp(effect), arm.denominator, (arm.numerator_before, arm.denominator_before))


def _by_drawing(treated: Rows, others: Rows, estimate: float, error: float, theta: float | None) -> tuple[float, float]:
    """Both limits on the log scale: where the effect and the drawn quantile meet."""
    counts = (len(treated.entities), len(others.entities))
    drawn = _draw(sum(counts), min(counts))
    rest = _moments(others, 0.0)

    def quantiles(effect: float) -> tuple[float, float]:
        rows = np.concatenate((_moments(treated, effect), rest))
        return _tails(_again(rows, drawn, counts, theta))

    low_tail, high_tail = quantiles(estimate)
    low, high = estimate - high_tail * error, estimate - low_tail * error
    for _ in range(STEPS):
        if not (math.isfinite(low) and math.isfinite(high)):
            break
        low, high = estimate - quantiles(low)[1] * error, estimate - quantiles(high)[0] * error
    return low, high


@lru_cache(maxsize=2)
def _draw(entities: int, smaller: int) -> NDArray[np.int32]:
    """Who is in the smaller arm, draws × entities of it; the same for every call of the same sizes."""
    chance = np.random.default_rng(SEED)
    drawn = [chance.choice(entities, smaller, replace=False, shuffle=False) for _ in range(DRAWS)]
    table = np.array(drawn, dtype=np.int32)
    table.flags.writeable = False
    return table


def _again(rows: Matrix, drawn: NDArray[np.int32], counts: tuple[int, int], theta: float | None) -> Floats:
    """Studentised contrasts of the drawn arms."""
    smaller = np.concatenate([rows[part].sum(axis=1) for part in np.array_split(drawn, PARTS)])
    larger = rows.sum(axis=0) - smaller
    treated, others = (smaller, larger) if counts[0] <= counts[1] else (larger, smaller)
    return _studentised(contrast(treated, others, counts, theta))


def _studentised(found: Contrast) -> Floats:
    """Estimate by error; a drawn arm without any event is as far out as can be."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = found.estimate / found.error
    return np.where(np.isfinite(t), t, np.where(found.estimate > 0, np.inf, -np.inf))


def _tails(drawn: Floats) -> tuple[float, float]:
    """The values that one draw in forty falls short of, and exceeds."""
    rank = round(TAIL * (len(drawn) + 1))
    ordered = np.sort(drawn)
    return float(ordered[rank - 1]), float(ordered[-rank])
