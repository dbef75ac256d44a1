"""Decides where each concave curve is cut into straight segments, and expands them into LP columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optimizer.curves.bank import CurveBank
from optimizer.curves.curve import Array

COARSE = 8  # segments of the first round
FINE = 11  # points put around the hurdle in each later round
SAMPLES = 33  # slope samples from which the coarse cuts are chosen


def coarse_cuts(bank: CurveBank, lower: Array, upper: Array) -> Array:
    """Cuts at equal steps of the integral of sqrt|f''|, where few segments lose least; shape (size, COARSE - 1)."""
    reach = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, SAMPLES - 1)])
    points = lower[:, None] + (upper - lower)[:, None] * reach
    with np.errstate(invalid="ignore", over="ignore"):
        slopes = np.stack([bank.slope(points[:, column]) for column in range(1, SAMPLES)], axis=1)
        steps = np.sqrt(np.maximum(slopes[:, :-1] - slopes[:, 1:], 0.0) * np.diff(points[:, 1:], axis=1))
    total = np.cumsum(np.nan_to_num(steps), axis=1)
    share = total / np.where(total[:, -1:] > 0, total[:, -1:], 1.0)
    goals = np.arange(1, COARSE) / COARSE
    found = (share[:, :, None] < goals).sum(axis=1) + 1
    return np.take_along_axis(points, np.minimum(found, SAMPLES - 1), axis=1)


def fine_cuts(bank: CurveBank, centre: Array, hurdle: Array, width: float, lower: Array, upper: Array) -> Array:
    """Points around ``centre`` whose marginal response spans the hurdle by a fraction ``width`` each way."""
    nudge = np.maximum(centre, 1e-9 * (upper - lower)) * 1e-4
    bend = (bank.slope(centre + nudge) - bank.slope(centre + 2 * nudge)) / nudge
    reach = np.where(bend > 0, width * np.abs(hurdle) / np.where(bend > 0, bend, 1.0), width * (upper - lower))
    reach = np.minimum(reach, 0.5 * (upper - lower))
    points = centre[:, None] + reach[:, None] * np.linspace(-1.0, 1.0, FINE)
    return np.clip(points, lower[:, None], upper[:, None])


@dataclass(frozen=True, slots=True)
class Segments:
    """Columns of the expanded LP: ``owner`` is the curve, ``start``/``length`` its spend, ``gain`` the chord slope."""

    owner: npt.NDArray[np.int64]
    start: Array
    length: Array
    gain: Array


def cut_into_segments(bank: CurveBank, cuts: Array, lower: Array, upper: Array) -> Segments:
    """Segments between sorted cuts (duplicates dropped), chord slopes made non-increasing against rounding."""
    points = np.sort(np.concatenate([lower[:, None], np.clip(cuts, lower[:, None], upper[:, None]), upper[:, None]], 1))
    values = np.stack([bank.value(points[:, column]) for column in range(points.shape[1])], axis=1)
    length = np.diff(points, axis=1)
    keep = length > 1e-13 * np.maximum(upper, 1e-300)[:, None]
    gain = np.diff(values, axis=1) / np.where(keep, length, 1.0)
    gain = np.minimum.accumulate(np.where(keep, gain, np.inf), axis=1)
    owner = np.broadcast_to(np.arange(bank.size)[:, None], keep.shape)
    return Segments(owner[keep], points[:, :-1][keep], length[keep], gain[keep])


def repeat_columns(matrix: sp.csc_array, columns: npt.NDArray[np.int64]) -> sp.csc_array:
    """``matrix[:, columns]`` for columns that repeat many times, without fancy-index overhead."""
    counts = np.diff(matrix.indptr)[columns]
    indptr = np.concatenate([[0], np.cumsum(counts)])
    offsets = np.arange(indptr[-1]) - np.repeat(indptr[:-1], counts) + np.repeat(matrix.indptr[columns], counts)
    return sp.csc_array((matrix.data[offsets], matrix.indices[offsets], indptr), shape=(matrix.shape[0], len(columns)))
