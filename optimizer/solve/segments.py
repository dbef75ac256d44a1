"""Decides where concave curves are cut into straight segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.curves.bank import Bank, Blend
from optimizer.curves.curve import Array
from optimizer.solve.task import Index

COARSE = 8  # segments of the first round
FINE = 11  # points put around the hurdle in each later round
SAMPLES = 33  # slope samples from which the coarse cuts are chosen


def coarse_cuts(bank: Bank, lower: Array, upper: Array, count: int = COARSE) -> Array:
    """Cuts at equal steps of the integral of sqrt|f''|, where few segments lose least; shape (size, count - 1)."""
    reach = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, SAMPLES - 1)])
    points = lower[:, None] + (upper - lower)[:, None] * reach
    with np.errstate(invalid="ignore", over="ignore"):
        slopes = np.stack([bank.slope(points[:, column]) for column in range(1, SAMPLES)], axis=1)
        steps = np.sqrt(np.maximum(slopes[:, :-1] - slopes[:, 1:], 0.0) * np.diff(points[:, 1:], axis=1))
    total = np.cumsum(np.nan_to_num(steps), axis=1)
    share = total / np.where(total[:, -1:] > 0, total[:, -1:], 1.0)
    goals = np.arange(1, count) / count
    found = np.stack([(share < goal).sum(axis=1) for goal in goals], axis=1) + 1
    return np.take_along_axis(points, np.minimum(found, SAMPLES - 1), axis=1)


def fine_cuts(bank: Blend, centre: Array, hurdle: Array, width: float, lower: Array, upper: Array) -> Array:
    """Points around ``centre`` whose marginal response spans the hurdle by a fraction ``width`` each way."""
    nudge = np.maximum(centre, 1e-9 * (upper - lower)) * 1e-4
    bend = (bank.slope(centre + nudge) - bank.slope(centre + 2 * nudge)) / np.where(nudge > 0, nudge, 1.0)
    reach = np.where(bend > 0, width * np.abs(hurdle) / np.where(bend > 0, bend, 1.0), width * (upper - lower))
    reach = np.minimum(reach, 0.5 * (upper - lower))
    points = centre[:, None] + reach[:, None] * np.linspace(-1.0, 1.0, FINE)
    return np.clip(points, lower[:, None], upper[:, None])


@dataclass(frozen=True, slots=True)
class Segments:
    """Columns of the expanded LP: ``owner`` is the cell, ``start``/``length`` its spend.

    ``gains`` holds the chord slope of every result on every segment; shape (results, segments).
    """

    owner: Index
    start: Array
    length: Array
    gains: Array


def cut_into_segments(banks: Sequence[Bank], cuts: Array, lower: Array, upper: Array) -> Segments:
    """Segments between sorted cuts (duplicates dropped), chord slopes made non-increasing against rounding."""
    points = np.sort(np.concatenate([lower[:, None], np.clip(cuts, lower[:, None], upper[:, None]), upper[:, None]], 1))
    length = np.diff(points, axis=1)
    keep = length > 1e-13 * np.maximum(upper, 1e-300)[:, None]
    width = np.where(keep, length, 1.0)
    gains = []
    for bank in banks:
        values = np.stack([bank.value(points[:, column]) for column in range(points.shape[1])], axis=1)
        gain = np.minimum.accumulate(np.where(keep, np.diff(values, axis=1) / width, np.inf), axis=1)
        gains.append(gain[keep])
    owner = np.broadcast_to(np.arange(len(lower))[:, None], keep.shape)
    return Segments(owner[keep], points[:, :-1][keep], length[keep], np.stack(gains))
