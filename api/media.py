"""Decides what people call a channel: its name, its place on a cue sheet and how it is paid."""

from __future__ import annotations

import unicodedata
from functools import cache

from pydantic import BaseModel, ConfigDict

from engine.messages import Language
from engine.packs import load_pack, package_path


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Placement(_Form):
    """What a cue sheet says of a channel; ``rotation`` is 輪替 (R) for bought-by-auction media."""

    category: str
    placement: str
    section: str
    size: str
    form: str
    buy_type: str
    rotation: str = "輪替"


class ChannelWords(Placement):
    """A campaign type with its own name."""

    types: list[str]
    name: dict[Language, str]


class PlatformWords(_Form):
    """One platform: its label, its known campaign types, and the general form for the rest."""

    label: dict[Language, str]
    colour: str
    channels: list[ChannelWords]
    general: Placement


class MediaPack(_Form):
    """``api/media.yaml``."""

    version: str
    asset_lead_workdays: int
    platforms: dict[str, PlatformWords]


@cache
def media() -> MediaPack:
    """The words of every platform. Raises PackError naming the field that is wrong."""
    return load_pack(package_path("api") / "media.yaml", MediaPack)[0]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _known(channel: str) -> tuple[PlatformWords, ChannelWords | None, str]:
    platform, _, kind = channel.partition("/")
    words = media().platforms.get(platform) or media().platforms["generic"]
    for entry in words.channels:
        if _plain(kind) in entry.types:
            return words, entry, kind
    return words, None, kind


def channel_name(channel: str, language: Language = "zh-TW") -> str:
    """``google_ads/Search`` -> ``Google 搜尋``; an unknown type keeps the export's own word."""
    words, entry, kind = _known(channel)
    if entry is not None:
        return entry.name[language]
    platform = channel.partition("/")[0]
    label = words.label[language] if platform in media().platforms else platform
    return f"{label} {kind}".strip()


def platform_name(platform: str, language: Language = "zh-TW") -> str:
    """The platform's label, or the word itself where it is unknown."""
    known = media().platforms.get(platform)
    return known.label[language] if known else platform


def channel_placement(channel: str) -> Placement:
    """What a cue sheet says of ``channel``."""
    words, entry, _ = _known(channel)
    return entry or words.general
