"""Decides how sure "never converts" is, and which flags together keep the share of false ones bounded.

A share of the entities converts never, the others at rates spread as Gamma(k, k) around the target's. The share is
fitted to the account's own entities and every k counts by how well it fits them, so that many thin ads do not add up
to many false flags.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from rules.entities import Floats

SHAPES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
ROUNDS = 60
SHARE_PRIOR = (0.5, 9.5)  # Beta: before any data, one entity in twenty is taken to convert never


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
    fits, answers = [], []
    for shape in SHAPES:
        k = 1.0 / (1.0 / shape + np.where(np.isnan(b), 0.0, 1.0 / np.fmax(b, 1.0)))
        log_pmf = gammaln(k + v) - gammaln(k) - gammaln(v + 1) + k * np.log(k / (k + e)) + xlogy(v, e / (k + e))
        share, none_anyway = SHARE_PRIOR[0] / sum(SHARE_PRIOR), np.exp(log_pmf[zero])
        for _ in range(ROUNDS):
            dead = share / (share + (1 - share) * none_anyway)
            share = (dead.sum() + SHARE_PRIOR[0]) / (len(v) + sum(SHARE_PRIOR))
        sure = np.zeros(len(v))
        sure[zero] = share / (share + (1 - share) * none_anyway)
        fit = np.log(share + (1 - share) * none_anyway).sum() + (np.log1p(-share) + log_pmf[~zero]).sum()
        fits.append(float(fit + xlogy(SHARE_PRIOR[0], share) + xlogy(SHARE_PRIOR[1], 1 - share)))
        answers.append(sure)
    weight = np.exp(np.array(fits) - max(fits))
    out[usable] = (weight / weight.sum()) @ np.array(answers)
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
