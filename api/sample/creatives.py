"""Decides which creatives run in which ad group, since when, and which of them are truly bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from api.sample.advertiser import Advertiser
from api.sample.planning import QUIET_WEEKS

Kind = Literal["normal", "low_ctr", "no_conversion"]

BAD_SHARE = 0.12
SILENT_SHARE = 0.012
FORMATS = ("圖文", "短影音", "輪播", "開箱", "情境照", "問答")


@dataclass(frozen=True, slots=True)
class Creative:
    """One ad: where it runs, its days (``last_day`` excluded), its weight in its group and its true quality.

    ``ctr_ratio`` is its click rate over its ad group's; ``order_ratio`` its orders per click over the channel's.
    """

    channel: str
    campaign: str
    ad_group: str
    ad_id: str
    kind: Kind
    first_day: int
    last_day: int
    weight: float
    ctr_ratio: float
    order_ratio: float
    silent: bool


def _draw_life(rng: np.random.Generator, index: int, days: int) -> tuple[int, int, float]:
    """First day, day after the last, and a factor on the weight: the first three ads of a group always run."""
    quiet = days - 7 * QUIET_WEEKS
    draw = rng.random()
    if index < 3 or quiet < 14 or draw < 0.45:
        return 0, days, 1.0
    if draw < 0.65:
        return 0, int(rng.integers(quiet // 2, quiet)), 1.0
    if draw < 0.9:
        return int(rng.integers(7, quiet)), days, 1.0
    return days - int(rng.integers(2, 8)), days, 0.5


def _draw_group(
    rng: np.random.Generator, channel: str, campaign: str, ad_group: str, days: int, number: int
) -> list[Creative]:
    ads = []
    for index in range(int(rng.choice([5, 6, 7], p=[0.3, 0.4, 0.3]))):
        first, last, factor = _draw_life(rng, index, days)
        ads.append(
            Creative(
                channel=channel,
                campaign=campaign,
                ad_group=ad_group,
                ad_id=str(720_000_000_000 + number * 1_000_003 + index * 7919),
                kind="normal",
                first_day=first,
                last_day=last,
                weight=factor * float(np.exp(rng.normal(0, 0.6))),
                ctr_ratio=float(np.clip(np.exp(rng.normal(0, 0.1)), 0.86, 1.3)),
                order_ratio=float(np.clip(np.exp(rng.normal(0, 0.2)), 0.6, 1.7)),
                silent=False,
            )
        )
    return ads


def _spoil(rng: np.random.Generator, ad: Creative, days: int) -> Creative:
    """The same ad, truly bad: a click rate of 0.5-0.6 of its peers', or clicks that never become orders."""
    values = {name: getattr(ad, name) for name in Creative.__dataclass_fields__}
    if rng.random() < 0.6:
        values |= {"kind": "low_ctr", "ctr_ratio": float(rng.uniform(0.5, 0.6)), "weight": ad.weight * 0.8}
    else:
        # A page that takes no orders is noticed within weeks, so such an ad is never an old one.
        first = max(ad.first_day, days - int(rng.integers(15, 43)))
        values |= {"kind": "no_conversion", "order_ratio": 0.0, "first_day": max(first, 0)}
    return Creative(**values)


def draw_creatives(rng: np.random.Generator, shop: Advertiser, days: int) -> list[Creative]:
    """About 200 ads; 12 % of them bad, at most two in a group, and two or three silent on the last day."""
    ads: list[Creative] = []
    for key, channel in shop.channels.items():
        for campaign, groups in channel.campaigns.items():
            for group in groups:
                ads += _draw_group(rng, key, campaign, group, days, len(ads))
    spoiled: dict[tuple[str, str, str], int] = {}
    wanted = round(BAD_SHARE * len(ads))
    for place in rng.permutation(len(ads)):
        ad = ads[place]
        group_key = (ad.channel, ad.campaign, ad.ad_group)
        if wanted and ad.last_day == days and spoiled.get(group_key, 0) < 2:
            ads[place] = _spoil(rng, ad, days)
            spoiled[group_key] = spoiled.get(group_key, 0) + 1
            wanted -= 1
    steady = [i for i, ad in enumerate(ads) if ad.kind == "normal" and ad.last_day == days and ad.first_day < days - 28]
    for place in rng.permutation(steady)[: max(2, round(SILENT_SHARE * len(ads)))]:
        values = {name: getattr(ads[place], name) for name in Creative.__dataclass_fields__}
        ads[place] = Creative(**(values | {"silent": True, "weight": max(ads[place].weight, 0.8)}))
    return ads
