"""Decides which days are no ordinary days in Taiwan: new year, public holidays, large sales; and what a slow trend is.

Public holidays come from the ``holidays`` library; sales from ``shopping_days/tw.yaml``.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from engine.packs import load_pack, package_path
from optimizer.curves.curve import Array

NAMES = ("trend", "lunar_new_year", "public_holiday", "shopping_day")
NEW_YEAR = "New Year's Eve", "Chinese New Year", "Lunar New Year"


class Sale(BaseModel):
    """A sale of every year: ``start`` to ``end`` as month-day, or days around the nth weekday of a month."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    start: str = Field("", alias="from", pattern=r"^(\d\d-\d\d)?$")
    end: str = Field("", alias="to", pattern=r"^(\d\d-\d\d)?$")
    month: int = Field(0, ge=0, le=12)
    weekday: int = Field(0, ge=0, le=7, description="1 = Monday")
    nth: int = Field(0, ge=0, le=4)
    before: int = Field(0, ge=0)
    after: int = Field(0, ge=0)

    def days(self, year: int) -> set[date]:
        """Its days in ``year``."""
        if self.start:
            first, last = (date.fromisoformat(f"{year}-{day}") for day in (self.start, self.end))
        else:
            opening = date(year, self.month, 1)
            around = opening + timedelta(days=(self.weekday - opening.isoweekday()) % 7 + 7 * (self.nth - 1))
            first, last = around - timedelta(days=self.before), around + timedelta(days=self.after)
        return {first + timedelta(days=ahead) for ahead in range((last - first).days + 1)}


class Sales(BaseModel):
    """The large sales of one country."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    dated: date
    description: dict[str, str]
    days: tuple[Sale, ...]


@cache
def special_days(year: int) -> tuple[frozenset[date], frozenset[date], frozenset[date]]:
    """Lunar new year from its eve to its last day off, other public holidays, and large sales of ``year`` in Taiwan."""
    import holidays

    named = holidays.country_holidays("TW", years=year, language="en_US")
    off = {day for day in named if day.year == year}
    eves = {day for day in off if any(word in named[day] for word in NEW_YEAR)}
    new_year = {min(eves) + timedelta(days=ahead) for ahead in range((max(eves) - min(eves)).days + 1)} if eves else {}
    sales, _ = load_pack(package_path("optimizer") / "shopping_days" / "tw.yaml", Sales)
    shopping = {day for sale in sales.days for day in sale.days(year)}
    return frozenset(new_year), frozenset(off - set(new_year)), frozenset(shopping)


def control_columns(first: date, day: npt.NDArray[np.int64], step_days: int, span: int) -> Array:
    """Controls of steps that start ``day`` days after ``first``; shape (steps, columns of ``NAMES``).

    The trend runs from 0 to 1 over ``span`` days; a special kind of day is told as its share of the step.
    """
    whole = np.arange(int(day.max()) + step_days if len(day) else 0)
    dates = [first + timedelta(days=int(ahead)) for ahead in whole]
    marks = np.array([[one in kind for kind in special_days(one.year)] for one in dates], dtype=np.float64)
    marks = np.vstack([np.zeros((1, len(NAMES) - 1)), np.cumsum(marks.reshape(len(dates), -1), axis=0)])
    shares = (marks[day + step_days] - marks[day]) / step_days
    trend = (day + 0.5 * step_days) / max(span, 1)
    return np.column_stack([trend, shares])
