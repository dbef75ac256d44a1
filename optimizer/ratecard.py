"""Decides which response is assumed for a channel whose own history is too short.

A rate card is a dated YAML file in ``ratecards``. The newest card in the right currency is used; a channel is matched
by platform/campaign type, then by platform, then by the card's default entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import expit, logit

from engine.packs import load_packs, package_path
from optimizer.curves.families.hill_average import HillAverage
from optimizer.curves.shapes import hill_terms


class Rate(BaseModel):
    """What one channel is assumed to deliver, and how sure that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    cpm: float = Field(gt=0, description="Cost of 1,000 impressions, in units of the card's currency.")
    ctr: float = Field(gt=0, lt=1, description="Clicks per impression.")
    cvr: float = Field(gt=0, lt=1, description="Conversions per click.")
    order_value: float = Field(gt=0, description="Value of one conversion, in units of the card's currency.")
    video_rate: float = Field(0.3, gt=0, le=1, description="Video views per impression.")
    weekly_spend: float = Field(gt=0, description="Weekly spend at which those rates are meant.")
    elasticity: float = Field(gt=0, lt=1, description="Relative growth of results per relative growth of spend there.")
    spread: float = Field(gt=0, le=2, description="Log spread of the assumed level: 0.5 means half to double is usual.")
    source: str
    certainty: Literal["published", "assumption"]


class RateCard(BaseModel):
    """One dated card."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    dated: date
    currency: str
    description: dict[str, str]
    default: Rate
    channels: dict[str, Rate] = {}


@dataclass(frozen=True, slots=True)
class Assumed:
    """The assumed curve of a channel with the card it comes from."""

    curve: HillAverage
    elasticity: tuple[float, float, float]
    source: str


@cache
def cards() -> Mapping[str, RateCard]:
    """Every rate card by file name, from the folder listing."""
    return {name: card for name, (card, _) in load_packs(package_path("optimizer") / "ratecards", RateCard).items()}


def card_for(currency: str) -> tuple[str, RateCard] | None:
    """Name and content of the newest card in ``currency``; None when there is none."""
    fitting = [(card.dated, name) for name, card in cards().items() if card.currency == currency]
    return (max(fitting)[1], cards()[max(fitting)[1]]) if fitting else None


def results_per_unit(rate: Rate, result: str) -> float:
    """Results bought by one unit of money at the rate's own spend."""
    impressions = 1000.0 / rate.cpm
    clicks = impressions * rate.ctr
    return {
        "impressions": impressions,
        "clicks": clicks,
        "link_clicks": clicks,
        "video_views": impressions * rate.video_rate,
        "conversions": clicks * rate.cvr,
        "conversions_value": clicks * rate.cvr * rate.order_value,
    }[result]


def assumed_curve(
    channel: str,
    result: str,
    currency: str,
    *,
    draws: int,
    rng: np.random.Generator,
    own: tuple[float, float] | None = None,
    listed_only: bool = False,
) -> Assumed | None:
    """The curve a rate card assumes for ``channel``, None without a card in ``currency``.

    ``own`` is the channel's own (weekly spend, weekly results) where it has some: the level is then its own and only
    the saturation is assumed. ``listed_only``: no default for a platform that the card does not name.
    """
    found = card_for(currency)
    if found is None:
        return None
    name, card = found
    platform = channel.split("/")[0]
    key = next((k for k in (channel, platform) if k in card.channels), "default")
    if listed_only and key == "default":
        return None
    rate = card.channels.get(key, card.default)
    spend, level = own or (rate.weekly_spend, rate.weekly_spend * results_per_unit(rate, result))
    spread = 0.2 if own else rate.spread
    levels = level * np.exp(spread * rng.normal(size=draws) - 0.5 * spread**2)
    elasticity = expit(logit(rate.elasticity) + 0.5 * rng.normal(size=draws))
    s, k = hill_terms(elasticity, rng.choice([0.1, 0.4, 0.7, 1.0], size=draws))
    curve = HillAverage(a=levels * (1.0 + k**s) / draws, k=k * spend, s=s)
    low, high = np.quantile(elasticity, [0.05, 0.95])
    return Assumed(curve, (float(elasticity.mean()), float(low), float(high)), f"{name}:{key} ({card.dated})")
