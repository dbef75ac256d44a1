"""Decides how the calendar moves demand and budgets from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from api.sample.curves import Floats


@dataclass(frozen=True, slots=True)
class Season:
    """Per day of the period: the dates, the demand factor, the budget factor, and each weekday's share of a week."""

    days: tuple[date, ...]
    demand: Floats
    budget: Floats
    weekday_demand: Floats
    weekday_share: Floats
    events: dict[str, tuple[date, date]]


def _occurrences(season: dict[str, Any], years: range) -> list[date]:
    if "dates" in season:
        return list(season["dates"])
    return [date(year, season["month"], season["day"]) for year in years]


def read_calendar() -> dict[str, Any]:
    """The seasons of ``calendar.yaml``."""
    text = files("api.sample").joinpath("calendar.yaml").read_text(encoding="utf-8")
    calendar: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return calendar


def lay_out_season(start: date, weeks: int) -> Season:
    """The factors of ``weeks`` whole weeks from Monday ``start``."""
    calendar = read_calendar()
    days = tuple(start + timedelta(days=offset) for offset in range(7 * weeks))
    demand, budget = np.ones(len(days)), np.ones(len(days))
    events: dict[str, tuple[date, date]] = {}
    for season in calendar["seasons"]:
        for first in _occurrences(season, range(days[0].year, days[-1].year + 1)):
            last = first + timedelta(days=season["days"] - 1)
            inside = np.array([first <= day <= last for day in days])
            if inside.any():
                demand[inside] *= season["demand"]
                budget[inside] *= season["budget"]
                events[f"{season['name']} {first.year}"] = (first, last)
    share = np.array(calendar["weekday_spend"])
    return Season(days, demand, budget, np.array(calendar["weekday_demand"]), share / share.sum(), events)
