"""Decides how probably an entity's true rate lies below a fraction of what was due, by empirical Bayes.

theta = true rate / due rate; counts ~ Poisson(due x theta), where due is impressions x peers' rate, or spend / target
CPA. What is due is itself uncertain; its Gamma error is integrated out. Before any data theta ~ Gamma(k, k) with k by
moments; the account's own entities then reshape that prior on a grid (EM for the nonparametric prior, Kiefer and
Wolfowitz 1956, with the Gamma counted as ``PRIOR_ADS`` entities). A Gamma alone has too thin a lower tail for accounts
where a few ads are truly bad.

The same grid gives an e-value against "healthy": the likelihood of the counts over the cells on one side of the ratio,
divided by that over the cells on the other, each weighted by its share. Over counts that only ever grow it is a
nonnegative martingale for a healthy entity drawn from the account's own spread, so that it reaches x with a chance of
at most 1/x however often it is looked at (Ville 1939; Grünwald, de Heide and Koolen 2024,
https://doi.org/10.1093/jrsssb/qkae011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from rules.entities import Bools, Floats, Ints
from rules.evidence_form import SURE

Short = NDArray[np.float32]
STEP = np.log(1.07)
BELOW, ABOVE = 26, 20  # cells on either side of the ratio that is asked about
PRIOR_ADS = 2.0
CYCLES = 60
LEAST_WEIGHT = 1e-12
MOST_FITTED = 4_000
AT_ONCE = 1_000
MOST_DOUBLINGS = 12.0
TINY = 1e-300
NOTHING = 1e-30  # what is less likely than this beside the likeliest cell weighs nothing


@dataclass(frozen=True, slots=True)
class Spread:
    """How theta is spread over the entities of a platform: a weight per cell; the first ``BELOW`` lie under ratio."""

    theta: Floats
    weight: Floats


def _likelihood(counts: Floats, due: Floats, log_error: Floats, theta: Floats) -> Floats:
    """Relative likelihood of every cell (columns) for every entity (rows)."""
    shape = 1.0 / np.fmax(log_error, 1e-6)[:, None] ** 2
    log_mean = np.log(due)[:, None] + np.log(theta)
    spare = due[:, None] / shape * theta
    spare += 1.0
    np.log(spare, out=spare)  # log1p takes three times as long, and what it adds is below 1e-4 at the largest shape
    spare *= counts[:, None] + shape
    log_mean *= counts[:, None]
    log_mean -= spare
    log_mean -= log_mean.max(axis=1, keepdims=True)
    out: Floats = np.exp(log_mean, out=log_mean)
    return out


def fit_spread(counts: Floats, due: Floats, log_error: Floats, shape: float, ratio: float) -> Spread:
    """The spread of theta over these entities; with none at all the Gamma prior itself."""
    edges = ratio * np.exp(STEP * np.arange(-BELOW, ABOVE + 1))
    theta = np.sqrt(edges[:-1] * edges[1:])
    below = gammainc(shape, shape * edges)
    below[0], below[-1] = 0.0, 1.0
    prior = np.diff(below) + 1e-4
    prior /= prior.sum()
    if not len(counts):
        return Spread(theta, prior)
    every = -(-len(counts) // MOST_FITTED)
    likelihood = _likelihood(counts[::every], due[::every], log_error[::every], theta)
    # Half the digits at twice the speed: weights come out within some 1e-6 of each other's.
    short = np.asfortranarray(np.where(likelihood > NOTHING, likelihood, 0.0), dtype=np.float32)
    drawn = (PRIOR_ADS * prior).astype(np.float32)

    def _round(weight: Short) -> Short:
        seen = weight * (short.T @ (1.0 / (short @ weight))) + drawn
        out: Short = seen / seen.sum()
        return out

    settled = _squared(_round, prior.astype(np.float32)).astype(np.float64)
    return Spread(theta, settled / settled.sum())


def _squared(step: Callable[[Short], Short], weight: Short) -> Short:
    """Where rounds of EM lead to, by squared extrapolation of two at a time (Varadhan and Roland 2008, scheme S3).

    60 cycles come at least as near as 800 plain rounds. https://doi.org/10.1111/j.1467-9469.2007.00585.x
    """
    for _ in range(CYCLES):
        once = step(weight)
        change = once - weight
        bend = step(once) - once - change
        length = float(np.sqrt((bend * bend).sum()))
        if length == 0.0:
            return once
        pace = max(1.0, float(np.sqrt((change * change).sum())) / length)
        further = weight + np.float32(2 * pace) * change + np.float32(pace * pace) * bend
        while pace > 1.0 and (further <= 0).any():  # a weight below 0 means that it went too far
            pace = max(1.0, (pace - 1) / 2)
            further = weight + np.float32(2 * pace) * change + np.float32(pace * pace) * bend
        weight = step(np.fmax(further, np.float32(LEAST_WEIGHT)))
    return weight


def _sides(counts: Floats, due: Floats, log_error: Floats, spread: Spread) -> tuple[Floats, Floats]:
    """Likelihood times weight, summed over the cells below the ratio and over those above."""
    below, above = np.empty(len(counts)), np.empty(len(counts))
    for start in range(0, len(counts), AT_ONCE):  # as many as a processor keeps beside itself
        some = slice(start, start + AT_ONCE)
        likelihood = _likelihood(counts[some], due[some], log_error[some], spread.theta)
        below[some] = likelihood[:, :BELOW] @ spread.weight[:BELOW]
        above[some] = likelihood[:, BELOW:] @ spread.weight[BELOW:]
    return below, above


def probability_below(counts: Floats, due: Floats, log_error: Floats, spread: Spread) -> Floats:
    """P(theta < ratio) per entity, for entities whose counts and due counts are known."""
    return _probability(*_sides(counts, due, log_error, spread))


def _probability(below: Floats, above: Floats) -> Floats:
    out: Floats = below / (below + above)
    return out


def log_e_below(counts: Floats, due: Floats, log_error: Floats, spread: Spread) -> Floats:
    """Logarithm of the e-value for "below" against "at or above"; its negative is the one the other way round."""
    return _log_e(*_sides(counts, due, log_error, spread), spread)


def _log_e(below: Floats, above: Floats, spread: Spread) -> Floats:
    share = spread.weight[:BELOW].sum(), spread.weight[BELOW:].sum()
    out: Floats = np.log(np.fmax(below, TINY)) - np.log(np.fmax(above, TINY)) - np.log(share[0] / share[1])
    return out


@dataclass(frozen=True, slots=True)
class RateRatios:
    """P(theta < ratio) and log e-value of every entity (NaN where nothing was due), and what they are computed from."""

    below: Floats
    log_e: Floats
    counts: Floats
    due: Floats
    log_error: Floats
    platform: Ints
    spreads: dict[int, Spread]

    def growth_until_sure(self, at: Ints, sure: float, tail_above: bool = False) -> Floats:
        """By which factor the data of the entities ``at`` must grow to settle it; NaN where nothing was due."""
        out = np.full(len(at), np.nan)
        for number, spread in self.spreads.items():
            own = (self.platform[at] == number) & ~np.isnan(self.below[at])
            some = at[own]
            counts, due, error = self.counts[some], self.due[some], self.log_error[some]
            out[own] = growth_until_sure(counts, due, error, spread, sure, tail_above)
        return out


def rate_ratios(
    counts: Floats, due: Floats, log_error: Floats, shape: Floats, platform: Ints, ratio: float
) -> RateRatios:
    """The posterior of every entity, platform by platform; each platform's prior has the shape of its first entity."""
    below, log_e = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    usable = (due > 0) & (counts >= 0) & ~np.isnan(log_error)
    spreads = {}
    for number in np.unique(platform[usable]).tolist():
        at = np.flatnonzero(usable & (platform == number))
        own = counts[at], due[at], log_error[at]
        spreads[number] = fit_spread(*own, float(shape[at[0]]), ratio)
        sides = _sides(*own, spreads[number])
        below[at], log_e[at] = _probability(*sides), _log_e(*sides, spreads[number])
    return RateRatios(below, log_e, counts, due, log_error, platform, spreads)


def growth_until_sure(
    counts: Floats, due: Floats, log_error: Floats, spread: Spread, sure: float = SURE, tail_above: bool = False
) -> Floats:
    """The factor by which counts and due must grow, at the present rate, until P reaches ``sure``; inf where never."""

    def _settled(more: Floats) -> Bools:
        below = probability_below(counts * more, due * more, log_error, spread)
        out: Bools = (1.0 - below if tail_above else below) >= sure
        return out

    return growth_until(_settled, len(counts))


def growth_until(settled: Callable[[Floats], Bools], count: int) -> Floats:
    """The least factors, one for each of ``count`` entities, that are ``settled``; inf where not even 2^12 is."""
    low, high = np.zeros(count), np.full(count, MOST_DOUBLINGS)
    ever = settled(2.0**high)
    for _ in range(16):
        middle = (low + high) / 2
        reached = settled(2.0**middle)
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    factor: Floats = np.where(ever, 2.0**high, np.inf)
    return factor
