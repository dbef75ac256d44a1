"""Decides what the domains see of an account: one frame of facts as known on a date, and nothing to call back into.

Columns of ``Snapshot.facts`` (one row per fact, missing = NaN / <NA>, never 0 for unknown):

==================  ==========  ==========================================================================
platform            str         google_ads, meta, line, tiktok, ga4, generic
account_id          str         the platform's account id, or its name where the export has no id
grain               str         account | campaign | ad_group | ad
breakdown           str         "" or the one dimension the rows are broken down by (placement, device, ...)
breakdown_value     str         the value of that dimension
campaign_id/_name   str         ids where exported, else empty
campaign_type       str         Google campaign type, Meta objective, LINE campaign objective
ad_group_id/_name   str
ad_id/_name         str
date_day            datetime64  first day of the fact's period (a day fact has period_end = date_day)
period_end          datetime64  last day
result_indicator    str         what ``conversions`` counts where the platform says so (Meta)
spend ...           float64     every measured metric of metrics.yaml; money in units of ``currency``
==================  ==========  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

DIMENSIONS = (
    "platform",
    "account_id",
    "account_name",
    "grain",
    "breakdown",
    "breakdown_value",
    "campaign_id",
    "campaign_name",
    "campaign_type",
    "ad_group_id",
    "ad_group_name",
    "ad_id",
    "ad_name",
    "result_indicator",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An account's facts as they were known on ``known_on``; ``hash`` names exactly this content."""

    account: str
    known_on: date
    currency: str | None
    facts: pd.DataFrame
    hash: str
