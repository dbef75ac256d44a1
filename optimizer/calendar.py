"""Decides the cells of a plan: which weeks it has, and on how many of their days each channel runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from engine.vocabulary import Period

Days = npt.NDArray[np.int64]


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
    """Days per (channel, week): ``before`` the channel starts in that week, ``active``, and ``after`` it stopped."""

    before: Days
    active: Days
    after: Days


def running_days(channels: Sequence[str], weeks: Sequence[Period], flights: Mapping[str, Period]) -> Running:
    """On how many days of each week each channel runs."""
    shape = (len(channels), len(weeks))
    before, active, after = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, channel in enumerate(channels):
        flight = flights.get(channel)
        for column, week in enumerate(weeks):
            start = max(week.start, flight.start) if flight else week.start
            end = min(week.end, flight.end) if flight else week.end
            runs = max((end - start).days + 1, 0)
            active[row, column] = runs
            before[row, column] = (start - week.start).days if runs else week.days
            after[row, column] = week.days - runs - before[row, column]
    return Running(before, active, after)


def gap_days(data_end: date | None, start: date) -> int:
    """Days between the last known day and the plan's first; 0 when the plan starts inside the known days."""
    return max((start - data_end).days - 1, 0) if data_end else 0
