"""Decides what a column of an export can be: a name or id, a date, a breakdown, a measure, an attribute."""

from __future__ import annotations

from typing import Literal

from engine.metrics import measured, metrics

MetricKind = Literal["money", "micros", "count", "real"]

# Names and ids of the entities, in the order account -> ad.
ENTITIES = (
    "account_id",
    "account_name",
    "campaign_id",
    "campaign_name",
    "campaign_type",
    "ad_group_id",
    "ad_group_name",
    "ad_id",
    "ad_name",
)

# Dimensions that rows can be broken down by, the one worth keeping first where a file has several.
BREAKDOWNS = (
    "placement",
    "publisher_platform",
    "keyword",
    "search_term",
    "device",
    "network",
    "source_medium",
    "age",
    "gender",
    "audience",
    "country",
    "region",
    "hour",
    "creative_type",
    "match_type",
    "segment",
)

# How a file says when: a day, a moment (added up to its day), or the first day of a longer period.
DATES = (
    "date",
    "timestamp",
    "week",
    "month",
    "quarter",
    "year",
    "period_start",
    "period_end",
    "period",
    "month_name",
    "day_of_month",
)

ATTRIBUTES = ("currency", "attribution", "result_indicator", "platform")

# What is measured; ``spend_micros`` and the like are the same measure in another unit.
METRICS: dict[str, MetricKind] = {
    "spend": "money",
    "spend_micros": "micros",
    "impressions": "count",
    "clicks": "count",
    "link_clicks": "count",
    "reach": "count",
    "frequency": "real",
    "conversions": "real",
    "conversions_value": "money",
    "conversions_value_micros": "micros",
    "video_views": "count",
    "purchases": "real",
    "purchases_value": "money",
    "results": "real",
}

IGNORE = "ignore"
FIELDS = frozenset((*ENTITIES, *BREAKDOWNS, *DATES, *ATTRIBUTES, *METRICS, IGNORE))
TEXT_FIELDS = frozenset((*ENTITIES, *BREAKDOWNS, *DATES, *ATTRIBUTES))

# The measures a table keeps, in the order reports show them.
STORED = measured()
NOT_ADDITIVE = tuple(name for name in STORED if not metrics()[name].additive)
MONEY = tuple(name for name in STORED if metrics()[name].kind == "money")
COUNTS = tuple(name for name in STORED if metrics()[name].kind == "count")
