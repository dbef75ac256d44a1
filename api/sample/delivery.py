"""Decides how a channel's days are shared among its ads: spend, impressions, clicks, orders and order value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.sample.advertiser import Advertiser
from api.sample.creatives import Creative
from api.sample.curves import Floats

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Arrays of ad x day. ``spend`` and ``value`` are hundredths of NT$; ``orders`` are halves of an order."""

    spend: Counts
    impressions: Counts
    clicks: Counts
    other_clicks: Counts
    orders: Counts
    value: Counts
    reach: Counts


def _share_spend(rng: np.random.Generator, ads: Sequence[Creative], daily: Floats, step: int) -> Counts:
    """The channel's daily spend over its ads in proportion to weight, in multiples of ``step`` hundredths."""
    days = np.arange(len(daily))
    running = np.array([(days >= ad.first_day) & (days < ad.last_day) for ad in ads])
    for row, ad in enumerate(ads):
        if ad.silent:
            running[row, -1] = False
    weights = np.array([ad.weight for ad in ads])[:, None] * np.exp(rng.normal(0, 0.2, running.shape)) * running
    shared: Floats = daily * 100 * weights / weights.sum(axis=0)
    rounded: Counts = (np.round(shared / step) * step).astype(np.int64)
    return rounded


def _rates_by_group(rng: np.random.Generator, ads: Sequence[Creative], low: float, high: float) -> Floats:
    """One rate an ad group, drawn between ``low`` and ``high``, for each ad."""
    rates: dict[tuple[str, str], float] = {}
    for ad in ads:
        rates.setdefault((ad.campaign, ad.ad_group), float(rng.uniform(low, high)))
    return np.array([rates[ad.campaign, ad.ad_group] for ad in ads])


def _share_orders(
    rng: np.random.Generator, ads: Sequence[Creative], clicks: Counts, orders: Floats, halves: bool
) -> Counts:
    """Each day's orders over the ads in proportion to clicks and order ratio; Google splits some between two ads."""
    ratio = np.array([ad.order_ratio for ad in ads])
    shared = np.zeros(clicks.shape, dtype=np.int64)
    for day in range(clicks.shape[1]):
        chance = clicks[:, day] * ratio
        if chance.sum() == 0:
            continue
        chance = chance / chance.sum()
        count = int(orders[day])
        split = int(rng.binomial(count, 0.15)) if halves else 0
        shared[:, day] = 2 * rng.multinomial(count - split, chance) + rng.multinomial(2 * split, chance)
    return shared


def deliver(
    rng: np.random.Generator,
    shop: Advertiser,
    ads: Sequence[Creative],
    spend: Mapping[str, Floats],
    orders: Mapping[str, Floats],
) -> Delivery:
    """What every ad delivered on every day; the orders of a channel-day are those drawn for the channel."""
    columns: dict[str, list[Counts]] = {name: [] for name in Delivery.__dataclass_fields__}
    for key, channel in shop.channels.items():
        own = [ad for ad in ads if ad.channel == key]
        google = channel.platform == "google_ads"
        paid = _share_spend(rng, own, spend[key], 1 if google else 100)
        cpm = _rates_by_group(rng, own, *channel.cpm)[:, None] * np.exp(rng.normal(0, 0.08, paid.shape))
        impressions = rng.poisson(paid / 100 / cpm * 1000)
        ratio = np.array([ad.ctr_ratio for ad in own])
        click_rate = (_rates_by_group(rng, own, *channel.ctr) * ratio)[:, None] * np.exp(
            rng.normal(0, 0.06, paid.shape)
        )
        clicks = np.minimum(rng.poisson(impressions * click_rate), impressions)
        bought = _share_orders(rng, own, clicks, orders[key], halves=google)
        mean_value = rng.uniform(*channel.order_value)
        spread = np.exp(rng.normal(0, 0.3, paid.shape) / np.sqrt(np.maximum(bought / 2, 1)))
        value = np.round(bought / 2 * mean_value * spread) * 100
        columns["spend"].append(paid)
        columns["impressions"].append(impressions)
        columns["clicks"].append(clicks)
        columns["other_clicks"].append(np.minimum(rng.poisson(clicks * 0.3), impressions - clicks))
        columns["orders"].append(bought)
        columns["value"].append(value.astype(np.int64))
        columns["reach"].append(np.ceil(impressions / rng.uniform(1.05, 1.4, paid.shape)).astype(np.int64))
    return Delivery(**{name: np.vstack(parts) for name, parts in columns.items()})
