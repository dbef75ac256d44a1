"""Decides how probably an ad's true click rate lies below a fraction of its peers', by empirical Bayes.

theta = true rate / peers' rate; clicks ~ Poisson(impressions x peers' rate x theta). The peers' rate is itself
uncertain; its Gamma error is integrated out. Before any data theta ~ Gamma(k, k) with k by moments; the account's own
ads then reshape that prior on a grid (EM for the nonparametric prior, Kiefer and Wolfowitz 1956, with the Gamma
counted as ``PRIOR_ADS`` ads). A Gamma alone has too thin a lower tail for accounts where a few ads are truly bad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from rules.entities import Floats
from rules.peers import PeerRates

STEP = np.log(1.07)
BELOW, ABOVE = 26, 20  # cells on either side of the ratio that is asked about
PRIOR_ADS = 2.0
ROUNDS = 800
MOST_FITTED = 4_000
SURE = 0.95
MOST_DOUBLINGS = 12.0


@dataclass(frozen=True, slots=True)
class Spread:
    """How theta is spread over the ads of a platform: a weight per cell; the first ``BELOW`` cells lie under ratio."""

    theta: Floats
    weight: Floats


def _likelihood(clicks: Floats, due: Floats, log_error: Floats, theta: Floats) -> Floats:
    """Relative likelihood of every cell (columns) for every ad (rows)."""
    mean = due[:, None] * theta
    shape = 1.0 / np.fmax(log_error, 1e-6)[:, None] ** 2
    log = clicks[:, None] * np.log(mean) - (clicks[:, None] + shape) * np.log1p(mean / shape)
    out: Floats = np.exp(log - log.max(axis=1, keepdims=True))
    return out


def fit_spread(clicks: Floats, due: Floats, log_error: Floats, shape: float, ratio: float) -> Spread:
    """The spread of theta over these ads; with no ads at all the Gamma prior itself."""
    edges = ratio * np.exp(STEP * np.arange(-BELOW, ABOVE + 1))
    theta = np.sqrt(edges[:-1] * edges[1:])
    below = gammainc(shape, shape * edges)
    below[0], below[-1] = 0.0, 1.0
    prior = np.diff(below) + 1e-4
    prior /= prior.sum()
    if not len(clicks):
        return Spread(theta, prior)
    every = -(-len(clicks) // MOST_FITTED)
    likelihood = _likelihood(clicks[::every], due[::every], log_error[::every], theta)
    weight = prior
    for _ in range(ROUNDS):
        seen = weight * (likelihood.T @ (1.0 / (likelihood @ weight))) + PRIOR_ADS * prior
        weight = seen / seen.sum()
    return Spread(theta, weight)


def probability_below(clicks: Floats, due: Floats, log_error: Floats, spread: Spread) -> Floats:
    """P(theta < ratio) per ad, for ads whose clicks and due clicks are known."""
    posterior = _likelihood(clicks, due, log_error, spread.theta) * spread.weight
    out: Floats = posterior[:, :BELOW].sum(axis=1) / posterior.sum(axis=1)
    return out


@dataclass(frozen=True, slots=True)
class ClickRatios:
    """P(theta < ratio) of every entity (NaN without peers), and what is needed to ask about more data."""

    sure: Floats
    platform: np.ndarray[tuple[int], np.dtype[np.int64]]
    spreads: dict[int, Spread]
    due: Floats


def click_ratios(
    clicks: Floats, shown: Floats, peers: PeerRates, platform: np.ndarray[tuple[int], np.dtype[np.int64]], ratio: float
) -> ClickRatios:
    """The posterior of every entity, platform by platform."""
    sure, due = np.full(len(clicks), np.nan), shown * peers.rate
    usable = (due > 0) & (clicks >= 0) & (clicks <= shown)
    spreads = {}
    for number in np.unique(platform[usable]).tolist():
        at = np.flatnonzero(usable & (platform == number))
        spreads[number] = fit_spread(clicks[at], due[at], peers.log_error[at], float(peers.shape[at[0]]), ratio)
        sure[at] = probability_below(clicks[at], due[at], peers.log_error[at], spreads[number])
    return ClickRatios(sure, platform, spreads, due)


def impressions_until_sure(
    clicks: Floats, shown: Floats, due: Floats, log_error: Floats, spread: Spread, sure: float = SURE
) -> Floats:
    """How many more impressions at the present click rate would settle it; inf where no amount would."""

    def _settled(doublings: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        more = 2.0**doublings
        out: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            probability_below(clicks * more, due * more, log_error, spread) >= sure
        )
        return out

    low, high = np.zeros(len(clicks)), np.full(len(clicks), MOST_DOUBLINGS)
    ever = _settled(high)
    for _ in range(16):
        middle = (low + high) / 2
        reached = _settled(middle)
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    more: Floats = np.where(ever, shown * (2.0**high - 1.0), np.inf)
    return more
