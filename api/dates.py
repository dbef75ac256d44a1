"""Decides which day it is: the calendar day in the time zone that dates without one are meant in."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine.errors import InputError
from engine.settings import settings

FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)  # no ad ran before, and sums of days stay within the calendar


def today() -> date:
    """Today in the time zone of the settings."""
    return datetime.now(ZoneInfo(settings().timezone)).date()


def day_of(at: datetime) -> date:
    """The calendar day of an instant there."""
    return at.astimezone(ZoneInfo(settings().timezone)).date()


def end_of(day: date) -> datetime:
    """The last instant of a day there."""
    return datetime.combine(day, time.max, ZoneInfo(settings().timezone))


def within_calendar(day: date) -> date:
    """The day, for whatever counts on from it or back. Raises InputError for one that no campaign can be about."""
    if not FIRST <= day <= LAST:
        raise InputError("api.value.day", given=day.isoformat(), first=FIRST.isoformat(), last=LAST.isoformat())
    return day
