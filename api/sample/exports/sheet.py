"""Decides what an export is made of: one row per ad and day with delivery, in calendar order, and sums of such rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from api.sample.advertiser import Advertiser
from api.sample.creatives import Creative
from api.sample.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Row:
    """One ad on one day. ``spend`` and ``value`` are hundredths of NT$; ``orders`` are halves of an order."""

    day: date
    campaign: str
    campaign_type: str
    ad_group: str
    ad_id: str
    ad_name: str
    spend: int
    impressions: int
    clicks: int
    other_clicks: int
    orders: int
    value: int
    reach: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Added-up measures of some rows (reach cannot be added, so it is not here)."""

    spend: int
    impressions: int
    clicks: int
    other_clicks: int
    orders: int
    value: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One platform's rows, with what the export says about the account and how the planner's screen is set."""

    account: str
    currency: str
    language: str
    rows: tuple[Row, ...]
    start: date
    end: date


def add_up(rows: Iterable[Row]) -> Sums:
    """The sums of ``rows``."""
    kept = list(rows)
    return Sums(**{name: sum(getattr(row, name) for row in kept) for name in Sums.__dataclass_fields__})


def group_rows(rows: Sequence[Row], key: Callable[[Row], tuple[str, ...]]) -> dict[tuple[str, ...], list[Row]]:
    """Rows by ``key``, in order of first appearance."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def lay_out_rows(
    shop: Advertiser,
    ads: Sequence[Creative],
    names: Sequence[str],
    delivery: Delivery,
    days: Sequence[date],
    platform: str,
    language: str,
    *,
    keep_zero_days: bool,
) -> tuple[Row, ...]:
    """The rows of ``platform``: Google lists an enabled ad's day without delivery as zeros, the others leave it out."""
    rows = []
    for index, day in enumerate(days):
        for place, ad in enumerate(ads):
            channel = shop.channels[ad.channel]
            running = ad.first_day <= index < ad.last_day
            delivered = delivery.impressions[place, index] > 0 or delivery.spend[place, index] > 0
            if channel.platform != platform or not running or not (delivered or keep_zero_days):
                continue
            measured = {
                name: int(getattr(delivery, name)[place, index]) for name in (*Sums.__dataclass_fields__, "reach")
            }
            rows.append(Row(day, ad.campaign, channel.type[language], ad.ad_group, ad.ad_id, names[place], **measured))
    return tuple(rows)
