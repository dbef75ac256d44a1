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

    def t(name: str, **values: Value) -> str:
        return render(Message(f"api.console.{name}", values), language)

    named: dict[str, Callable[..., str]] = {
        "t": t,
        "money": money,
        "number": number,
        "percent": percent,
        "day": _day,
        "channel": lambda name: channel_name(name, language),
        "platform": lambda name: platform_name(name, language),
    }
    return named | {"language": language, "other_language": other}


def _day(value: str | date | datetime | None) -> str:
    """``2026/11/23``."""
    if value is None:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(ZoneInfo(settings().timezone))
    return f"{value:%Y/%m/%d}"
