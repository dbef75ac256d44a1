"""Decides where concave curves are cut into straight segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.curves.bank import Bank, Blend
from optimizer.curves.curve import Array, Index

COARSE = 8  # segments of the first round
FINE = 11  # points put around the hurdle in each later round
SAMPLES = 33  # slope samples from which the coarse cuts are chosen
REACH = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, SAMPLES - 1)])[:, None]  # where they are, of a cell's range
GOALS = np.arange(1, COARSE)[:, None, None] / COARSE


def coarse_cuts(bank: Bank, lower: Array, upper: Array) -> Array:
    """Cuts at equal steps of the integral of sqrt|f''|, where few segments lose least; shape (COARSE - 1, size)."""
    points = lower + (upper - lower) * REACH
    with np.errstate(invalid="ignore", over="ignore"):
        slopes = bank.slope(points[1:])
        steps = np.sqrt(np.maximum(slopes[:-1] - slopes[1:], 0.0) * np.diff(points[1:], axis=0))
    total = np.cumsum(np.where(np.isfinite(steps), steps, 0.0), axis=0)
    share = total / np.where(total[-1] > 0, total[-1], 1.0)
    found = (share < GOALS).sum(axis=1) + 1
    return np.take_along_axis(points, np.minimum(found, SAMPLES - 1), axis=0)


def fine_cuts(bank: Blend, centre: Array, hurdle: Array, width: float, lower: Array, upper: Array) -> Array:
    """Points around ``centre`` whose marginal response spans the hurdle by ``width`` each way; shape (FINE, size)."""
    nudge = np.maximum(centre, 1e-9 * (upper - lower)) * 1e-4
    near, far = bank.slope(np.stack([centre + nudge, centre + 2 * nudge]))
    with np.errstate(invalid="ignore"):  # a power is infinitely steep at 0 twice
        bend = (near - far) / np.where(nudge > 0, nudge, 1.0)
    reach = np.where(bend > 0, width * np.abs(hurdle) / np.where(bend > 0, bend, 1.0), width * (upper - lower))
    reach = np.minimum(reach, 0.5 * (upper - lower))
    return np.asarray(np.clip(centre + reach * np.linspace(-1.0, 1.0, FINE)[:, None], lower, upper))


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
    """Segments between cuts (shape (cuts, size), duplicates dropped), slopes made non-increasing against rounding."""
    points = np.sort(np.concatenate([lower[None], np.clip(cuts, lower, upper), upper[None]]), axis=0)
    length = np.diff(points, axis=0)
    keep = (length > 1e-13 * np.maximum(upper, 1e-300)).T
    width = np.where(keep.T, length, 1.0)
    gains = []
    for bank in banks:
        gain = np.where(keep.T, np.diff(bank.value(points), axis=0) / width, np.inf)
        gains.append(np.minimum.accumulate(gain, axis=0).T[keep])
    owner = np.broadcast_to(np.arange(len(lower))[:, None], keep.shape)
    return Segments(owner[keep], points[:-1].T[keep], length.T[keep], np.stack(gains))
