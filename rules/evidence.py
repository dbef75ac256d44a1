"""Decides how sure a flag is: posterior probabilities by empirical Bayes and the set whose false share is bounded.

Click rate: theta = rate / peers' rate, theta ~ Gamma(k, k), clicks ~ Poisson(n x peers' rate x theta); the peers'
rate is itself uncertain and integrated over. No result: a share of the entities converts never, the others with
a rate spread as Gamma(k, k) around the target's; both numbers are fitted to the account.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln, xlogy

from rules.entities import Floats

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
SHAPES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
SHARE_PRIOR = (1.0, 9.0)  # Beta: before any data, one entity in ten is taken to convert never


def below_peers(clicks: Floats, shown: Floats, rate: Floats, log_error: Floats, shape: Floats, ratio: float) -> Floats:
    """P(theta < ratio) per entity; NaN where anything it needs is missing."""
    out = np.full(len(clicks), np.nan)
    usable = ~np.isnan(rate) & (shown > 0) & (clicks >= 0)
    c, n, r, s, k = (x[usable, None] for x in (clicks, shown, rate, log_error, shape))
    due = n * r * np.exp(s * NODES - s**2 / 2)
    log_weight = np.log(WEIGHTS) + xlogy(c, due) - (k + c) * np.log(k + due)
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True)) if usable.any() else log_weight
    inside = gammainc(k + c, (k + due) * ratio)
    out[usable] = (weight * inside).sum(axis=1) / weight.sum(axis=1)
    return out


def never_converts(conversions: Floats, expected: Floats, behind: Floats) -> Floats:
    """P(the entity converts never) per entity; 0 where it has converted, NaN where nothing was expected.

    ``behind`` is the number of conversions the target was learned from (NaN where it was given).
    """
    out = np.full(len(conversions), np.nan)
    usable = ~np.isnan(conversions) & ~np.isnan(expected) & (expected > 0)
    if not usable.any():
        return out
    v, e, b = np.fmax(conversions[usable], 0.0), expected[usable], behind[usable]
    zero = v <= 0
    best: tuple[float, Floats] = (-np.inf, np.zeros(len(v)))
    for shape in SHAPES:
        k = 1.0 / (1.0 / shape + np.where(np.isnan(b), 0.0, 1.0 / np.fmax(b, 1.0)))
        log_pmf = gammaln(k + v) - gammaln(k) - gammaln(v + 1) + k * np.log(k / (k + e)) + xlogy(v, e / (k + e))
        share, none_anyway = SHARE_PRIOR[0] / sum(SHARE_PRIOR), np.exp(log_pmf[zero])
        for _ in range(60):
            dead = share / (share + (1 - share) * none_anyway)
            share = (dead.sum() + SHARE_PRIOR[0]) / (len(v) + sum(SHARE_PRIOR))
        fit = float(
            np.log(share + (1 - share) * none_anyway).sum() + (np.log1p(-share) + log_pmf[~zero]).sum()
            + xlogy(SHARE_PRIOR[0], share) + xlogy(SHARE_PRIOR[1], 1 - share)
        )  # fmt: skip
        if fit > best[0]:
            sure = np.zeros(len(v))
            sure[zero] = share / (share + (1 - share) * none_anyway)
            best = (fit, sure)
    out[usable] = best[1]
    return out


def false_discovery_set(sure: Floats, eligible: NDArray[np.bool_], rate: float) -> tuple[NDArray[np.bool_], Floats]:
    """The largest set whose expected share of false flags is at most ``rate``, and each one's rank (1 = surest).

    Bayesian FDR: sorted by 1 - P, the running mean is the expected false share (Newton et al. 2004,
    https://doi.org/10.1093/biostatistics/5.2.155).
    """
    chosen = np.zeros(len(sure), dtype=bool)
    rank = np.full(len(sure), np.nan)
    at = np.flatnonzero(eligible & ~np.isnan(sure))
    if not len(at):
        return chosen, rank
    order = at[np.argsort(-sure[at], kind="stable")]
    running = np.cumsum(1.0 - sure[order]) / np.arange(1, len(order) + 1)
    rank[order] = np.arange(1, len(order) + 1)
    chosen[order[: int((running <= rate).sum())]] = True
    return chosen, rank


def impressions_until_sure(
    clicks: Floats, shown: Floats, rate: Floats, log_error: Floats, shape: Floats, ratio: float, sure: float = 0.95
) -> Floats:
    """How many more impressions at the present click rate would settle it; inf where no amount would."""
    low, high = np.zeros(len(clicks)), np.full(len(clicks), 12.0)
    enough = below_peers(clicks * 2.0**high, shown * 2.0**high, rate, log_error, shape, ratio) >= sure
    for _ in range(20):
        middle = (low + high) / 2
        reached = below_peers(clicks * 2.0**middle, shown * 2.0**middle, rate, log_error, shape, ratio) >= sure
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    more: Floats = np.where(enough, shown * (2.0**high - 1.0), np.inf)
    return more
