"""Decides which day it is: the calendar day in the time zone that dates without one are meant in."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.settings import settings


def today() -> date:
    """Today in the time zone of the settings."""
    return datetime.now(ZoneInfo(settings().timezone)).date()


def day_of(at: datetime) -> date:
    """The calendar day of an instant there."""
    return at.astimezone(ZoneInfo(settings().timezone)).date()
