"""Decides how far spending is along a plan: spent to date over what the plan, spread by weekday, wanted to date.

    planned to date = sum over plan lines of spend x (weights of the days gone) / (weights of all days of the line)

A day weighs what its weekday usually takes of the account's spend (the eight weeks before the plan began, each weekday
drawn towards an even seventh), so that a plan is not called late on a Sunday because nobody buys on Sundays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from rules.entities import EPOCH, Floats, LevelFacts
from rules.given import PlanLine

WEEKDAYS, WEEKS = 7, 8
EVEN_WEEKS = 2.0  # as many weeks of an even spread are mixed in


@dataclass(frozen=True, slots=True)
class Pace:
    """Per entity: spent and planned to date, and the share of the flight that is gone; NaN where nothing is planned."""

    spent: Floats
    planned: Floats
    gone: Floats


def pace(facts: LevelFacts, plan: Sequence[PlanLine], last_day: int) -> Pace:
    """The pace of every account (or campaign that is alone in its channel) on the plans that run on ``last_day``."""
    count = len(facts.entities)
    spent, planned, gone = (np.full(count, np.nan) for _ in range(3))
    for at, lines in _lines_of(facts, plan, last_day):
        first = min(_day(line.start) for line in lines)
        weights = weekday_weights(facts, at, first)
        planned[at] = sum(line.spend * _share_gone(line, last_day, weights) for line in lines)
        rows = (facts.entity == at) & (facts.day >= first) & (facts.end_day <= last_day)
        spent[at] = np.nansum(facts.values["spend"][rows]) if "spend" in facts.values else np.nan
        last = max(_day(line.end) for line in lines)
        gone[at] = (last_day - first + 1) / (last - first + 1)
    return Pace(spent, planned, gone)


def planned_between(facts: LevelFacts, plan: Sequence[PlanLine], first_day: int, last_day: int) -> Floats:
    """Planned spend of every entity between two days; NaN where nothing is planned then."""
    out = np.full(len(facts.entities), np.nan)
    for at, lines in _lines_of(facts, plan, last_day):
        weights = weekday_weights(facts, at, min(_day(line.start) for line in lines))
        out[at] = sum(
            line.spend * (_share_gone(line, last_day, weights) - _share_gone(line, first_day - 1, weights))
            for line in lines
        )
    return out


def weekday_weights(facts: LevelFacts, entity: int, before_day: int) -> Floats:
    """Share of spend by weekday (Monday first) in the eight weeks before ``before_day``, drawn towards a seventh."""
    rows = (facts.entity == entity) & (facts.day == facts.end_day)
    rows &= (facts.day >= before_day - WEEKS * WEEKDAYS) & (facts.day < before_day)
    spend = np.nan_to_num(facts.values["spend"][rows]) if "spend" in facts.values else np.zeros(int(rows.sum()))
    seen = np.unique(facts.day[rows])
    days = np.bincount(_weekday(seen), minlength=WEEKDAYS)
    total = np.bincount(_weekday(facts.day[rows]), weights=np.fmax(spend, 0.0), minlength=WEEKDAYS)
    usual = total.sum() / max(len(seen), 1)
    by_weekday = np.where(days > 0, total / np.fmax(days, 1), usual)
    weeks = len(seen) / WEEKDAYS
    share = by_weekday / by_weekday.sum() if by_weekday.sum() > 0 else np.full(WEEKDAYS, 1 / WEEKDAYS)
    out: Floats = (weeks * share + EVEN_WEEKS / WEEKDAYS) / (weeks + EVEN_WEEKS)
    return out


def _weekday(days: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return (days + 3) % WEEKDAYS  # 1970-01-01 was a Thursday


def _day(day: date) -> int:
    return (day - EPOCH).days


def _share_gone(line: PlanLine, last_day: int, weights: Floats) -> float:
    days = np.arange(_day(line.start), _day(line.end) + 1)
    weight = weights[_weekday(days)]
    return float(weight[days <= last_day].sum() / weight.sum())


def _running(plan: Sequence[PlanLine], last_day: int) -> list[PlanLine]:
    """Every line of the plans that run on a day, also those of their weeks before and after it."""
    parts: dict[tuple[str, str | int], list[PlanLine]] = {}
    for at, line in enumerate(plan):
        parts.setdefault((line.channel, line.flight or at), []).append(line)
    return [
        line
        for lines in parts.values()
        if min(_day(one.start) for one in lines) <= last_day <= max(_day(one.end) for one in lines)
        for line in lines
    ]


def _lines_of(facts: LevelFacts, plan: Sequence[PlanLine], last_day: int) -> list[tuple[int, list[PlanLine]]]:
    """Entities with the lines of running plans that they alone spend: an account its platform's, a campaign its own."""
    running = _running(plan, last_day)
    if not running or facts.level not in ("account", "campaign"):
        return []
    whole = facts.level == "account"
    channel = facts.entities["platform"] if whole else facts.entities["channel"].astype("str")
    alone = ~channel.duplicated(keep=False)
    found = []
    for at, name in zip(np.flatnonzero(alone).tolist(), channel[alone].tolist(), strict=True):
        own = [line for line in running if (line.channel.split("/")[0] if whole else line.channel) == name]
        if own:
            found.append((at, own))
    return found
