"""Decides how two arms of entities are compared by one ratio of sums, and how large the error of that is.

A ratio such as cost per conversion is sum over sum, so an entity counts by its size. On the scale of logs entity i
brings ``y_i/Y - n_i/N`` to the error of its arm (delta method). What the same entities did before takes away what they
would have shown anyway: by the share ``theta`` that makes the error least, which needs arms drawn at random (Deng et
al. 2013, https://doi.org/10.1145/2433396.2433413), or wholly, which is difference-in-differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.entities import Floats

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Log ratio of the treated less that of the others, per assignment: estimate, standard error, Welch's freedom."""

    estimate: Floats
    error: Floats
    freedom: Floats


@dataclass(frozen=True, slots=True)
class _Arm:
    """Level of an arm after and before, and the sums of squares of what its entities bring to the error of each."""

    level: Floats
    level_before: Floats
    after: Floats
    before: Floats
    both: Floats


def moments(numerator: Floats, denominator: Floats, before: tuple[Floats, Floats]) -> Matrix:
    """What every entity adds to its arm, entities × 14; ``before`` is its numerator and denominator before."""
    y, n = numerator, denominator
    x, m = before
    return np.column_stack((y, n, y * y, y * n, n * n, x, m, x * x, x * m, m * m, y * x, y * m, n * x, n * m))


def contrast(treated: Matrix, others: Matrix, counts: tuple[int, int], theta: float | None = None) -> Contrast:
    """The two arms compared; ``treated`` and ``others`` are summed moments, assignments × 14, of ``counts`` entities.

    ``theta`` is the share of the difference before that is taken away; None chooses the one of least error. An arm
    with nothing in a numerator or denominator gives an endless estimate.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        arms = (_arm(treated), _arm(others))
        before = arms[0].level_before - arms[1].level_before
        if theta is None:
            spread = arms[0].before + arms[1].before
            usable = (spread > 0) & np.isfinite(before)
            share = np.where(usable, (arms[0].both + arms[1].both) / spread, 0.0)
        else:
            share = np.full(len(treated), theta)
        parts = [_variance(arm, share, count) for arm, count in zip(arms, counts, strict=True)]
        total = parts[0] + parts[1]
        freedom = total**2 / sum(part**2 / (count - 1) for part, count in zip(parts, counts, strict=True))
        estimate = arms[0].level - arms[1].level - np.where(share == 0, 0.0, share * before)
        return Contrast(estimate, np.sqrt(total), freedom)


def _arm(sums: Matrix) -> _Arm:
    y, n, yy, yn, nn, x, m, xx, xm, mm, yx, ym, nx, nm = sums.T
    known = (x > 0) & (m > 0)
    a, b, c, d = 1 / y, 1 / n, np.where(known, 1 / x, 0.0), np.where(known, 1 / m, 0.0)
    return _Arm(
        level=np.log(y / n),
        level_before=np.log(x / m),
        after=a * a * yy - 2 * a * b * yn + b * b * nn,
        before=c * c * xx - 2 * c * d * xm + d * d * mm,
        both=a * c * yx - a * d * ym - b * c * nx + b * d * nm,
    )


def _variance(arm: _Arm, share: Floats, count: int) -> Floats:
    squares = arm.after - 2 * share * arm.both + share**2 * arm.before
    return np.fmax(squares, 0.0) * count / (count - 1)
