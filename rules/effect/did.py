"""Decides what an action brought where chance withheld nothing: against untreated peers that ran alike before.

Every entity is collapsed to before and after, so that days that hang together are not counted as many answers
(Bertrand, Duflo and Mullainathan 2004, https://doi.org/10.1162/003355304772839588). The check of the trend before
misses what it is too coarse to see (Roth 2022, https://doi.org/10.1257/aeri.20210236), so it is passed only where a
drift of a fifth can be ruled out as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rules.effect.arms import Rows
from rules.effect.found import Because, Effect, Outcome, no_events, too_few
from rules.effect.intervals import ratio_interval
from rules.effect.panels import PEERS_EACH, Panel, Stretch, check_panels, matched
from rules.effect.ratios import Matrix
from rules.entities import Floats

LEAST_PERIODS = 4
LEAST_P = 0.10
LARGEST_DRIFT = 0.2
ONE_SIDED_95 = 1.645


@dataclass(frozen=True, slots=True)
class PreTrend:
    """How much the treated drifted from their peers before, carried on to the middle of the periods after.

    ``drift`` and its ``error`` are on the log scale, ``chance`` is the p value of no drift; NaN: not to be told.
    """

    drift: float
    error: float
    chance: float

    @property
    def because(self) -> Because:
        """What the trust in the comparison rests on."""
        if self.chance < LEAST_P:
            return "pre_trend"
        largest = abs(self.drift) + ONE_SIDED_95 * self.error
        return "parallel" if largest <= LARGEST_DRIFT else "unseen_trend"


def did_of(treated: Panel, untreated: Panel, stretch: Stretch, outcome: Outcome, each: int = PEERS_EACH) -> Effect:
    """The relative effect on ``outcome`` with its 95 % interval; "not enough" below 20 entities on a side.

    ``untreated`` must not have been acted on in these periods. Raises EffectFaults for panels that do not fit.
    """
    check_panels({"treated": treated, "untreated": untreated}, stretch)
    own, peers = matched(treated, untreated, each)
    trend = pre_trend(own, peers, stretch)
    acted, others = _collapsed(own, stretch), _collapsed(peers, stretch)
    counts = (len(acted.entities), len(others.entities))
    few = too_few(outcome, "did", trend.because, counts)
    if few is not None:
        return few
    found = ratio_interval(acted, others, theta=1.0)
    if not all(math.isfinite(one) for one in (found.value, found.low, found.high)):
        return no_events(outcome, "did", trend.because, counts)
    measured = {"drift": math.expm1(trend.drift), "drift_p": trend.chance}
    limits = (found.value, found.low, found.high)
    return Effect(outcome, "did", trend.because, *counts, *limits, measured=measured)


def pre_trend(treated: Panel, peers: Panel, stretch: Stretch) -> PreTrend:
    """Whether the log ratio of the two sides moved along the baseline; NaN below four periods or without events."""
    periods = stretch.baseline
    if periods < LEAST_PERIODS or min(len(treated.entities), len(peers.entities)) < 2:
        return PreTrend(math.nan, math.nan, math.nan)
    at = np.arange(periods) - (periods - 1) / 2
    end = treated.numerator.shape[1]
    ahead = (stretch.after + end - 1) / 2 - (periods - 1) / 2
    weights = at / (at @ at) * ahead
    drifts, variances, freedoms = zip(*(_drift(side, weights) for side in (treated, peers)), strict=True)
    drift, variance = drifts[0] - drifts[1], sum(variances)
    if not math.isfinite(drift) or variance <= 0:
        return PreTrend(math.nan, math.nan, math.nan)
    freedom = variance**2 / sum(one**2 / free for one, free in zip(variances, freedoms, strict=True))
    error = math.sqrt(variance)
    return PreTrend(drift, error, float(2 * stats.t.sf(abs(drift) / error, freedom)))


def _drift(side: Panel, weights: Floats) -> tuple[float, float, int]:
    """A weighted sum of the log ratios of the first periods, its variance and its degrees of freedom."""
    y, n = (one[:, : len(weights)] for one in (side.numerator, side.denominator))
    count = len(y)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(y.sum(axis=0) / n.sum(axis=0))
        brought: Matrix = (y / y.sum(axis=0) - n / n.sum(axis=0)) @ weights
    return float(level @ weights), float((brought**2).sum() * count / (count - 1)), count - 1


def _collapsed(side: Panel, stretch: Stretch) -> Rows:
    """Before and after of every entity that delivered in both."""
    spans = (slice(stretch.after, None), slice(0, stretch.baseline))
    (y, n), (x, m) = ((side.numerator[:, s].sum(axis=1), side.denominator[:, s].sum(axis=1)) for s in spans)
    kept = ((y > 0) | (n > 0)) & ((x > 0) | (m > 0))
    names = tuple(str(side.entities[i]) for i in np.flatnonzero(kept).tolist())
    return Rows(names, y[kept], n[kept], x[kept], m[kept])
