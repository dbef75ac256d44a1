"""Decides whom an ad is compared with, and at which click rate those peers run.

Peers share platform, account, objective and placement breakdown, and the ad group; where that leaves fewer than
four, the campaign; then the account, whose other ad groups run at other rates: that difference is estimated and
widens the doubt. The ad itself is left out. The rate is the pooled rate times the median of
the peers' shrunken ratios, each weighing what it can tell (1 / (1/clicks due + 1/k)): with thin data that median is 1
and the pooled rate stands; with rich data a third of bad ads, or one giant, no longer drags the rate for everyone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rules.entities import Floats, Ints

LEAST_PEERS = 4
LARGEST_SHAPE, SMALLEST_SHAPE = 1e4, 0.3
USUAL_BETWEEN, USUAL_GROUPS, SMALLEST_BETWEEN = 0.09, 3.0, 0.0025  # ad groups differ by 30 % until data say otherwise


@dataclass(frozen=True, slots=True)
class PeerRates:
    """Per entity: which set (0 ad group, 1 campaign, 2 account, -1 none), peers in it, their rate, its log error.

    ``shape`` is k of the prior: ratios to the peers' rate spread as Gamma(k, k). ``most`` counts the others of the
    widest set; ``sets`` numbers the set of every entity, from the narrowest to the widest.
    """

    which: Ints
    count: Floats
    rate: Floats
    log_error: Floats
    shape: Floats
    most: Floats
    sets: Sequence[Ints]


def like_of(entities: pd.DataFrame) -> pd.Series:
    """What entities share that can be compared at all: account, type and placement breakdown."""
    return entities["account_key"] + "\x1f" + entities["campaign_type"] + "\x1f" + entities["breakdown_value"]


def peer_sets(entities: pd.DataFrame) -> list[Ints]:
    """Per entity the number of its set: ad group, campaign, account, within type and placement breakdown."""
    like = like_of(entities)
    columns = [like + "\x1f" + entities["group_key"], like + "\x1f" + entities["campaign_key"], like]
    return [pd.factorize(column)[0].astype(np.int64) for column in columns]


def _per(values: Floats, owner: Ints) -> Floats:
    total = np.bincount(owner, weights=values).astype(np.float64)
    return total[owner]


def shape_by_moments(counts: Floats, due: Floats) -> float:
    """The k of Gamma(k, k) from over-dispersion: E[(c - e)^2 - e] = e^2 / k, weighted by precision around k = 10."""
    usable = due > 0
    if usable.sum() < 3:
        return LARGEST_SHAPE
    e, c = due[usable], counts[usable]
    weight = (1.0 / (1.0 / e + 0.1)) ** 2
    spread = float((weight * ((c - e) ** 2 - e) / e**2).sum() / weight.sum())
    return float(np.clip(1.0 / spread, SMALLEST_SHAPE, LARGEST_SHAPE)) if spread > 0 else LARGEST_SHAPE


def _median_of_others(ratio: Floats, weight: Floats, owner: Ints) -> Floats:
    """Weighted median of ``ratio`` over the others of the same owner."""
    order = np.lexsort((ratio, owner))
    sorted_weight, sorted_owner = weight[order], owner[order]
    running = np.cumsum(sorted_weight)
    starts = np.searchsorted(sorted_owner, sorted_owner, side="left")
    before = np.where(starts > 0, running[starts - 1], 0.0)
    total = np.bincount(owner, weights=weight)[sorted_owner]
    half = (total - sorted_weight) / 2
    last = np.searchsorted(sorted_owner, sorted_owner, side="right") - 1
    below_self = running - sorted_weight - before
    target = before + half + np.where(below_self >= half, 0.0, sorted_weight)
    at = np.clip(np.searchsorted(running, target * (1 - 1e-12), side="left"), starts, last)
    out = np.empty(len(ratio))
    out[order] = ratio[order][at]
    return out


def _between_groups(n: Floats, c: Floats, group: Ints, wide: Ints) -> float:
    """Variance of the log click rate between ad groups of one wider set, drawn towards ``USUAL_BETWEEN``."""
    group_n = np.bincount(group, weights=n).astype(np.float64)
    group_c = np.bincount(group, weights=c).astype(np.float64)
    owner = np.zeros(len(group_n), dtype=np.int64)
    owner[group] = wide
    rest_n, rest_c = _per(group_n, owner) - group_n, _per(group_c, owner) - group_c
    due = np.divide(group_n * rest_c, rest_n, out=np.zeros(len(group_n)), where=rest_n > 0)
    usable = due > 0
    e = due[usable]
    weight = (1.0 / (1.0 / e + 0.1)) ** 2
    spread = (weight * ((group_c[usable] - e) ** 2 - e) / e**2).sum() + USUAL_GROUPS * 82.0 * USUAL_BETWEEN
    return max(float(spread / (weight.sum() + USUAL_GROUPS * 82.0)), SMALLEST_BETWEEN)


@dataclass(frozen=True, slots=True)
class _Estimate:
    """The rate of the others in one set: how many, the robust rate, and the variance of its logarithm."""

    others: Floats
    rate: Floats
    variance: Floats


def _estimate(n: Floats, c: Floats, shape: Floats, owner: Ints) -> _Estimate:
    known = (n > 0).astype(np.float64)
    others = _per(known, owner) - known
    pooled_n, pooled_c = _per(n, owner), _per(c, owner)
    pooled = np.divide(pooled_c, pooled_n, out=np.zeros(len(n)), where=pooled_n > 0)
    ratio = (shape + c) / (shape + n * pooled)
    due = n * pooled
    weight = np.divide(due * shape, due + shape, out=np.zeros(len(n)), where=due > 0)  # 1 / (1/due + 1/shape)
    rate = pooled * _median_of_others(ratio, weight, owner)
    rest_weight = _per(weight, owner) - weight
    variance = np.divide(1.0, rest_weight, out=np.full(len(n), np.nan), where=rest_weight > 1e-9)
    usable = (pooled_c - c > 0) & (rate > 0)
    return _Estimate(others, np.where(usable, rate, np.nan), np.where(usable, variance, np.nan))


def _blend(narrow: _Estimate, wide: _Estimate, between: Floats) -> tuple[Floats, Floats]:
    """Rate and variance where the ad group alone has too few peers: both sets by the precision of their log rates."""
    wide_variance = wide.variance + between
    share = np.where(np.isnan(narrow.variance), 0.0, wide_variance / (wide_variance + narrow.variance))
    log_rate = (1 - share) * np.log(wide.rate) + share * np.where(share > 0, np.log(narrow.rate), 0.0)
    variance = np.where(share > 0, wide_variance * narrow.variance / (wide_variance + narrow.variance), wide_variance)
    return np.exp(log_rate), variance


def peer_rates(entities: pd.DataFrame, columns: Mapping[str, Floats]) -> PeerRates:
    """Peers of every entity by click rate; NaN where fewer than four are known."""
    shown, clicked = columns["impressions"], columns["clicks"]
    known = (shown > 0) & (clicked >= 0) & (clicked <= shown)
    n, c = np.where(known, shown, 0.0), np.where(known, clicked, 0.0)
    size, sets = len(n), peer_sets(entities)
    shape, between = np.full(size, LARGEST_SHAPE), [np.zeros(size) for _ in sets]
    platform = pd.factorize(entities["platform"])[0].astype(np.int64)
    for number in np.unique(platform):
        own = platform == number
        shape[own] = _platform_shape(n[own], c[own], [owner[own] for owner in sets])
        for at in (1, 2):
            between[at][own] = _between_groups(n[own], c[own], sets[0][own], sets[at][own])
    estimates = [_estimate(n, c, shape, owner) for owner in sets]
    which, count = np.full(size, -1, dtype=np.int64), np.full(size, np.nan)
    rate, variance = np.full(size, np.nan), np.full(size, np.nan)
    for at, found in enumerate(estimates):
        fits = (which < 0) & (found.others >= LEAST_PEERS) & ~np.isnan(found.rate)
        rates, variances = (found.rate, found.variance) if at == 0 else _blend(estimates[0], found, between[at])
        which[fits], count[fits], rate[fits], variance[fits] = at, found.others[fits], rates[fits], variances[fits]
    return PeerRates(which, count, rate, np.sqrt(variance), shape, estimates[-1].others, sets)


def _platform_shape(n: Floats, c: Floats, sets: list[Ints]) -> float:
    """The k of one platform, from the narrowest sets that are large enough."""
    due = np.zeros(len(n))
    left = n > 0
    for owner in sets:
        others = _per((n > 0).astype(np.float64), owner) - (n > 0)
        rest_n, rest_c = _per(n, owner) - n, _per(c, owner) - c
        fits = left & (others >= LEAST_PEERS) & (rest_c > 0)
        due[fits] = n[fits] * rest_c[fits] / rest_n[fits]
        left &= ~fits
    return shape_by_moments(c, due)
