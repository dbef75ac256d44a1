"""Decides how a template speaks: sentences by id, money and numbers in one form, dates as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.language import request_language
from api.media import channel_name, platform_name
from api.money_words import money, number, percent
from engine.messages import Message, Value, render
from engine.settings import settings


def speak() -> dict[str, Any]:
    """What every template can call."""
    language = request_language()
    other = "en" if language == "zh-TW" else "zh-TW"

    def t(name: str, /, **values: Value) -> str:
        return render(Message(f"api.console.{name}", values), language)

    named: dict[str, Callable[..., str]] = {
        "t": t,
        "money": money,
        "number": number,
        "percent": percent,
        "day": _day,
        "minute": _minute,
        "channel": lambda name: channel_name(name, language),
        "platform": lambda name: platform_name(name, language),
    }
    spoken = {
        "language": language,
        "other_language": other,
        "lang": language_query(),
        "and_lang": language_query(more=True),
    }
    return named | spoken


def language_query(*, more: bool = False) -> str:
    """What an address must end in for the next page to speak as this one does; nothing where it does so by itself."""
    language = request_language()
    return "" if language == settings().language else f"{'&' if more else '?'}lang={language}"


def _day(value: str | date | datetime | None) -> str:
    """``2026/11/23``."""
    if value is None:
        return "–"
    return f"{_local(value):%Y/%m/%d}"


def _minute(value: str | datetime | None) -> str:
    """``2026/11/23 09:05``, on the clock of the settings."""
    return "–" if value is None else f"{_local(value):%Y/%m/%d %H:%M}"


def _local(value: str | date | datetime) -> date | datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(ZoneInfo(settings().timezone))
    return value
