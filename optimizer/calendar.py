"""Decides the cells of a plan: which steps it has, on which of their days each channel runs, what days weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from engine.vocabulary import Period

Days = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
EVERY = "*"
SATURDAY = 5


def plan_weeks(period: Period) -> tuple[Period, ...]:
    """Monday-to-Sunday weeks cut to ``period``; the first and last may be shorter."""
    weeks, start = [], period.start
    while start <= period.end:
        end = min(start + timedelta(days=6 - start.weekday()), period.end)
        weeks.append(Period(start, end))
        start = end + timedelta(days=1)
    return tuple(weeks)


def plan_days(period: Period) -> tuple[Period, ...]:
    """The days of ``period``, each a step of its own."""
    days = [period.start + timedelta(days=number) for number in range(period.days)]
    return tuple(Period(day, day) for day in days)


@dataclass(frozen=True, slots=True)
class Running:
    """On which days each channel may spend.

    Attributes:
        flown: (channels, days), inside its flight; ``on``: and on none of its black-out days.
        first: the number of each step's first day, and the number of days at the end.
        active: (channels, steps), days of each step that are ``on``.
    """

    flown: Marks
    on: Marks
    first: Days
    active: Days

    def days(self, step: int) -> range:
        """The numbers of a step's days."""
        return range(int(self.first[step]), int(self.first[step + 1]))


def running_days(
    channels: Sequence[str],
    steps: Sequence[Period],
    flights: Mapping[str, Period],
    blackouts: Mapping[str, Sequence[Period]] | None = None,
) -> Running:
    """The days on which each channel runs; black-outs under ``*`` hold for every channel."""
    whole = Period(steps[0].start, steps[-1].end)
    flown = np.zeros((len(channels), whole.days), dtype=np.bool_)
    off = np.zeros_like(flown)
    gaps = blackouts or {}
    for row, channel in enumerate(channels):
        flown[row, _within(whole, flights.get(channel, whole))] = True
        for gap in (*gaps.get(EVERY, ()), *gaps.get(channel, ())):
            off[row, _within(whole, gap)] = True
    first = np.array([0, *np.cumsum([step.days for step in steps])], dtype=np.int64)
    on = flown & ~off
    return Running(flown, on, first, per_step(on, first))


def per_step(marks: Marks, first: Days) -> Days:
    """How many days of each step are marked, from (channels, days)."""
    return np.asarray(np.add.reduceat(marks, first[:-1], axis=1, dtype=np.int64), dtype=np.int64)


def _within(whole: Period, part: Period) -> slice:
    """The day numbers of ``part`` in ``whole``."""
    start = max((part.start - whole.start).days, 0)
    return slice(start, max((part.end - whole.start).days + 1, start))


def calendar_weeks(steps: Sequence[Period]) -> tuple[tuple[int, ...], ...]:
    """Steps by the Monday-to-Sunday week they lie in: what is asked per week holds for all of them together."""
    weeks: dict[date, list[int]] = {}
    for number, step in enumerate(steps):
        weeks.setdefault(step.start - timedelta(days=step.start.weekday()), []).append(number)
    return tuple(tuple(numbers) for numbers in weeks.values())


def day_weights(whole: Period, weekend: float, holiday: float) -> npt.NDArray[np.float64]:
    """How much each day of ``whole`` weighs beside a working day in Taiwan: 1, ``weekend`` or ``holiday``.

    A public holiday weighs as one on a weekend too; a Saturday that makes up for a day off is a working day.
    """
    import holidays

    years = range(whole.start.year, whole.end.year + 1)
    off = holidays.country_holidays("TW", years=years)
    worked = off.weekend_workdays
    out = np.ones(whole.days)
    for number in range(whole.days):
        day = whole.start + timedelta(days=number)
        if day in off:
            out[number] = holiday
        elif day.weekday() >= SATURDAY and day not in worked:
            out[number] = weekend
    return out


def gap_days(data_end: date | None, start: date) -> int:
    """Days between the last known day and the plan's first; 0 when the plan starts inside the known days."""
    return max((start - data_end).days - 1, 0) if data_end else 0
