"""Decides how many conversions were due for an entity's spend: E = spend x share reported / target CPA.

The target is the one given for its channel or platform, else what the rest of its account paid for the same
result in the same window. Conversions that are not reported yet are missing from that cost as well, so against it only
the difference in the share reported counts: an ad that spent in the last days lags behind a rest that spent evenly.
A cost known only from V conversions is itself uncertain, so the chance of none is then (1 + s/S)^-V (Gamma-Poisson),
which is larger than exp(-E).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rules.entities import Floats, Ints
from rules.reporting_lag import LagCurve
from rules.windows import add_up, divide

LEAST_CONVERSIONS = 5.0


@dataclass(frozen=True, slots=True)
class Expected:
    """Per entity: target CPA, where it came from, expected conversions, chance of none, conversions behind it.

    ``reported_share`` is the share of what is due that is reported, against what the target was learned from where it
    was learned; ``lag`` is the curve of each entity's platform, which says from where the share is known.
    """

    target_cpa: Floats
    given: np.ndarray[tuple[int], np.dtype[np.bool_]]
    expected: Floats
    chance_of_none: Floats
    conversions_behind: Floats
    reported_share: Floats
    lag: Sequence[LagCurve]


def told_target(entities: pd.DataFrame, targets: Mapping[str, float]) -> Floats:
    """The target given for every entity's channel, else for its platform; NaN where there is neither."""
    channel = entities["channel"].cat
    told = [targets.get(name, targets.get(name.partition("/")[0], np.nan)) for name in channel.categories]
    return np.array([*told, np.nan], dtype=np.float64)[channel.codes]


def filled_indicator(entities: pd.DataFrame) -> pd.Series:
    """What an entity's conversions count; a silent entity counts what its group, campaign or account counts."""
    told = entities["result_indicator"].to_numpy(dtype=object)
    for by in ("group_key", "campaign_key", "account_key"):
        known = pd.DataFrame({"by": entities[by], "told": told}).loc[told != ""]
        if not 0 < len(known) < len(told):
            break
        counted = known.groupby(["by", "told"]).size().reset_index(name="n")
        common = (
            counted.sort_values(["n", "told"], ascending=[False, True]).drop_duplicates("by").set_index("by")["told"]
        )
        told = np.where(told == "", entities[by].map(common).fillna("").to_numpy(dtype=object), told)
    return pd.Series(told, index=entities.index, dtype="str")


def rest_of(values: Floats, pool: Ints) -> Floats:
    """What the pool of each entity adds up to without the entity itself."""
    known = np.nan_to_num(values)
    total: Floats = np.bincount(pool, weights=known)[pool] - known
    return total


def expected_conversions(
    entities: pd.DataFrame,
    columns: Mapping[str, Floats],
    targets: Mapping[str, float],
    own_share: Floats,
    lag: Sequence[LagCurve],
) -> Expected:
    """Expected conversions of every entity; NaN where no target is known.

    ``own_share`` is the share of each one's due conversions that is already reported.
    """
    channel, given = entities["channel"].astype("str"), told_target(entities, targets)
    spend, conversions = columns["spend"], columns["conversions"]
    both = ~np.isnan(spend) & ~np.isnan(conversions)
    indicator = filled_indicator(entities)
    narrow = pd.factorize(entities["account_key"] + "\x1f" + channel + "\x1f" + indicator)[0].astype(np.int64)
    wide = pd.factorize(entities["account_key"] + "\x1f" + indicator)[0].astype(np.int64)
    paid = np.full(len(spend), np.nan)
    got = np.full(len(spend), np.nan)
    rest_share = np.full(len(spend), np.nan)
    converts = (
        rest_of(np.where(both, conversions, 0.0), narrow) >= 1
    )  # a channel that never converts was not bought for it
    for pool in (narrow, wide):
        rest_spend = rest_of(np.where(both, spend, 0.0), pool)
        rest_got = rest_of(np.where(both, conversions, 0.0), pool)
        rest_told = rest_of(np.where(both, spend * own_share, 0.0), pool)
        fits = np.isnan(paid) & converts & (rest_got >= LEAST_CONVERSIONS) & (rest_spend > 0)
        paid, got = np.where(fits, rest_spend, paid), np.where(fits, rest_got, got)
        rest_share = np.where(fits, divide(rest_told, rest_spend), rest_share)
    is_given = ~np.isnan(given)
    target = np.where(is_given, given, divide(paid, got))
    share = np.where(is_given, own_share, divide(own_share, rest_share))
    expected = divide(spend * share, target)
    with np.errstate(divide="ignore", invalid="ignore"):
        learned = np.exp(-got * np.log1p(spend * share / paid))
    chance = np.where(is_given, np.exp(-expected), learned)
    return Expected(target, is_given, expected, chance, np.where(is_given, np.nan, got), share, lag)


def blanks_are_zero(conversions: Floats, account: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Per row: does its account's export leave a result of 0 blank?

    Meta writes no 0 in its results column at all. So where a column holds positive numbers and blanks but never
    a 0, a blank is a 0; where zeros are written, a blank is unknown.
    """
    blank = np.isnan(conversions)
    if not blank.any():
        return blank
    positive = add_up(np.where(conversions > 0, 1.0, 0.0), account, int(account.max(initial=-1)) + 1) > 0
    zero = add_up(np.where(conversions == 0, 1.0, 0.0), account, int(account.max(initial=-1)) + 1) > 0
    out: np.ndarray[tuple[int], np.dtype[np.bool_]] = (positive & ~zero)[account] & blank
    return out
