"""Decides what the truth file says: curves, budgets, bad creatives and illegal copy, in words a program can check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from api.sample.advertiser import Advertiser
from api.sample.creatives import Creative
from api.sample.curves import Floats
from api.sample.delivery import Delivery
from api.sample.response import ChannelTruth, carry_over
from api.sample.season import Season

WINDOW_DAYS = 28
ENOUGH_EXPECTED_CLICKS = 70.0
"""Expected clicks at which a one-sided 5 % test tells 0.55 from 0.8 of the peers' rate four times in five."""
ENOUGH_EXPECTED_ORDERS = 5.0
"""Expected orders at which none at all has a chance under 1 %."""
ENOUGH_IMPRESSIONS = 1000


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything the sample knows about itself, JSON-ready, and the files it wrote."""

    seed: int
    family: str
    start: str
    end: str
    language: str
    misallocation: float
    channels: tuple[Mapping[str, Any], ...]
    creatives: tuple[Mapping[str, Any], ...]
    copy: tuple[Mapping[str, Any], ...]
    season: Mapping[str, Any]
    enough_data: Mapping[str, float]
    exports: tuple[Path, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The truth as JSON values; ``exports`` as file names."""
        values = asdict(self)
        values["exports"] = [path.name for path in self.exports]
        return values

    def text(self) -> str:
        """The truth file."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def describe_channels(
    shop: Advertiser, truths: Mapping[str, ChannelTruth], spend: Mapping[str, Floats], language: str
) -> tuple[Mapping[str, Any], ...]:
    """The true response of every channel, under the name its exports give it."""
    described = []
    for key, channel in shop.channels.items():
        truth = truths[key]
        described.append(
            {
                "key": key,
                "channel": channel.name(language),
                "platform": channel.platform,
                "campaign_type": channel.type[language],
                "campaign_type_names": sorted(set(channel.type.values())),
                "curve": truth.curve.parameters(),
                "carry_over_daily": truth.carry,
                "best_daily_spend": truth.best_daily_spend,
                "habitual_daily_spend": truth.habitual_daily_spend,
                "effective_spend_at_end": float(carry_over(spend[key], truth.carry)[-1]),
            }
        )
    return tuple(described)


def describe_creatives(
    shop: Advertiser, ads: Sequence[Creative], names: Sequence[str], delivery: Delivery
) -> tuple[Mapping[str, Any], ...]:
    """Every creative's true quality, and whether the last four weeks hold enough data to see it."""
    window = slice(-WINDOW_DAYS, None)
    spend = delivery.spend[:, window].sum(axis=1) / 100
    impressions, clicks = delivery.impressions[:, window].sum(axis=1), delivery.clicks[:, window].sum(axis=1)
    orders = delivery.orders[:, window].sum(axis=1) / 2
    channels = np.array([ad.channel for ad in ads])
    groups = np.array([f"{ad.channel}/{ad.campaign}/{ad.ad_group}" for ad in ads])
    described = []
    for row, ad in enumerate(ads):
        peers = groups == groups[row]
        peers[row] = False
        same = channels == ad.channel
        expected_clicks = float(impressions[row] * clicks[peers].sum() / max(impressions[peers].sum(), 1))
        expected_orders = float(spend[row] * orders[same].sum() / max(spend[same].sum(), 1.0))
        enough = {
            "normal": bool(impressions[row] >= ENOUGH_IMPRESSIONS),
            "low_ctr": bool(impressions[row] >= ENOUGH_IMPRESSIONS and expected_clicks >= ENOUGH_EXPECTED_CLICKS),
            "no_conversion": bool(impressions[row] >= ENOUGH_IMPRESSIONS and expected_orders >= ENOUGH_EXPECTED_ORDERS),
        }
        described.append(
            {
                "platform": shop.channels[ad.channel].platform,
                "campaign_name": ad.campaign,
                "ad_group_name": ad.ad_group,
                "ad_name": names[row],
                "kind": ad.kind,
                "bad": ad.kind != "normal",
                "silent_last_day": ad.silent,
                "ctr_ratio": ad.ctr_ratio,
                "order_ratio": ad.order_ratio,
                "window_impressions": int(impressions[row]),
                "window_expected_clicks": round(expected_clicks, 2),
                "window_expected_orders": round(expected_orders, 2),
                "enough_data": enough[ad.kind],
            }
        )
    return tuple(described)


def describe_season(season: Season) -> Mapping[str, Any]:
    """The seasons inside the period and the weekday factors."""
    return {
        "events": {name: [first.isoformat(), last.isoformat()] for name, (first, last) in season.events.items()},
        "daily_demand": [round(float(value), 4) for value in season.demand],
        "weekday_demand": [float(value) for value in season.weekday_demand],
        "weekday_spend_share": [float(value) for value in season.weekday_share],
    }
