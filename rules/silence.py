"""Decides how sure "never converts" is, for an entity that has not converted although conversions were due.

A share of the entities converts never, the others at rates spread as Gamma(k, k) around the target's. The share is
fitted to the account's own entities and every k counts by how well it fits them, so that many thin ads do not add up
to many false flags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, xlogy

from rules.entities import Floats

SHAPES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
ROUNDS = 60
SHARE_PRIOR = (0.5, 9.5)  # Beta: before any data, one entity in twenty is taken to convert never


def _spread(shape: float, behind: Floats) -> Floats:
    """The k of the rates around what was due, which is itself known from ``behind`` conversions only (NaN: exactly)."""
    out: Floats = 1.0 / (1.0 / shape + np.where(np.isnan(behind), 0.0, 1.0 / np.fmax(behind, 1.0)))
    return out


@dataclass(frozen=True, slots=True)
class Silence:
    """What the entities of a platform told: per shape its weight and the share that converts never."""

    weights: tuple[float, ...]
    shares: tuple[float, ...]

    def sure(self, expected: Floats, behind: Floats) -> Floats:
        """P(converts never) of entities without a conversion where ``expected`` were due."""
        out = np.zeros(len(expected))
        for shape, weight, share in zip(SHAPES, self.weights, self.shares, strict=True):
            out += weight * share / (share + (1 - share) * _none_anyway(expected, _spread(shape, behind)))
        return out

    def log_e(self, expected: Floats, behind: Floats) -> Floats:
        """Logarithm of the e-value against "converts now and then": 1 over the chance of none among those that do."""
        chance = np.zeros(len(expected))
        for shape, weight in zip(SHAPES, self.weights, strict=True):
            chance += weight * _none_anyway(expected, _spread(shape, behind))
        out: Floats = -np.log(np.fmax(chance, 1e-300))
        return out


def _none_anyway(expected: Floats, k: Floats) -> Floats:
    out: Floats = np.exp(k * np.log(k / (k + expected)))
    return out


def fit_silence(conversions: Floats, expected: Floats, behind: Floats) -> Silence:
    """The share that converts never, for every shape, and how well each shape fits.

    ``expected`` is above 0; ``behind`` is the number of conversions the target was learned from (NaN: given).
    """
    v, zero = np.fmax(conversions, 0.0), conversions <= 0
    fits, shares = [], []
    for shape in SHAPES:
        k = _spread(shape, behind)
        log_pmf = (
            gammaln(k + v)
            - gammaln(k)
            - gammaln(v + 1)
            + k * np.log(k / (k + expected))
            + xlogy(v, expected / (k + expected))
        )
        share, none_anyway = SHARE_PRIOR[0] / sum(SHARE_PRIOR), np.exp(log_pmf[zero])
        for _ in range(ROUNDS):
            dead = share / (share + (1 - share) * none_anyway)
            share = float((dead.sum() + SHARE_PRIOR[0]) / (len(v) + sum(SHARE_PRIOR)))
        fit = np.log(share + (1 - share) * none_anyway).sum() + (np.log1p(-share) + log_pmf[~zero]).sum()
        fits.append(float(fit + xlogy(SHARE_PRIOR[0], share) + xlogy(SHARE_PRIOR[1], 1 - share)))
        shares.append(share)
    weight = np.exp(np.array(fits) - max(fits))
    return Silence(tuple((weight / weight.sum()).tolist()), tuple(shares))
