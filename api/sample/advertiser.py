"""Decides who advertises where: the channels, campaigns and ad groups of the invented shop."""

from __future__ import annotations

from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

Range = tuple[float, float]


class Channel(BaseModel):
    """One platform and campaign type with its price and answer ranges."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: str
    type: dict[str, str]
    share: float
    cpm: Range
    ctr: Range
    order_value: Range
    campaigns: dict[str, list[str]]

    def name(self, language: str) -> str:
        """``platform/campaign type`` as the exports of that language name it."""
        return f"{self.platform}/{self.type[language]}"


class Advertiser(BaseModel):
    """The invented shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    currency: str
    channels: dict[str, Channel]


def read_advertiser() -> Advertiser:
    """The shop of ``advertiser.yaml``."""
    text = files("api.sample").joinpath("advertiser.yaml").read_text(encoding="utf-8")
    return Advertiser.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))
