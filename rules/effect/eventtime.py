"""Decides how entities that were acted on at different times are laid side by side: by weeks and days from the action.

What was left alone has no such day; each is given, by its hash, the day of one week in which something was acted on, as
often as that week counts among the treated, and is compared within that week alone, so that both sides saw the same
market.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from engine.vocabulary import Period, content_hash
from rules.effect.cases import AFTER_DAYS, Case
from rules.effect.found import Outcome
from rules.effect.its import LEAST_BEFORE, Days
from rules.effect.panels import Panel, Stretch
from rules.entities import EPOCH, Bools, Floats, Ints, LevelFacts
from rules.windows import add_up, parts_of

BASELINE_WEEKS = 10
LEAST_WEEKS = 4
LONGEST_GAP = 8  # weeks from the first day of the flagged window to the action
MOST_BEFORE = 140
_WEEK = 7
_NO_DAY = np.iinfo(np.int64).min // 2


@dataclass(frozen=True, slots=True)
class _Acted:
    """Row of the entities' table, first day after the action, and weeks of the flagged window before it."""

    at: int
    day: int
    gap: int


def panels_around(
    facts: LevelFacts, acted: Mapping[str, Case], begins: Mapping[str, date], touched: Set[str], outcome: Outcome
) -> tuple[Panel, Panel, Stretch]:
    """Weeks of the treated and of the untreated, with the weeks of the flagged window between before and after."""
    chosen = _acted(facts, acted, begins, LEAST_WEEKS * _WEEK)
    gap = max((one.gap for one in chosen), default=0)
    first = _first_day(facts)
    weeks = min([BASELINE_WEEKS, *((one.day - first) // _WEEK - gap for one in chosen)])
    stretch = Stretch(max(weeks, 1), max(weeks, 1) + gap)
    starts = _starts(facts, chosen)
    own = starts != _NO_DAY
    keys = facts.entities["key"].tolist()
    free = np.array([key not in touched and not own[at] for at, key in enumerate(keys)], dtype=bool)
    _spread(starts, np.flatnonzero(free), keys, starts[own])
    free &= starts != _NO_DAY
    parts = parts_of(outcome.name)
    after = AFTER_DAYS // _WEEK
    tables = [_by_step(facts, starts, part, stretch.after, stretch.after + after) for part in parts]
    weekly = [np.fmax(np.nan_to_num(table), 0.0) for table in tables]
    known = ~(np.isnan(tables[0]).all(axis=1) ^ np.isnan(tables[1]).all(axis=1))
    panels = [_panel(facts, starts, mask & known, weekly, stretch.baseline) for mask in (own, free)]
    return panels[0], panels[1], stretch


def days_around(
    facts: LevelFacts, acted: Mapping[str, Case], begins: Mapping[str, date], outcome: Outcome
) -> tuple[Days, date, Period] | None:
    """Days of all that was acted on, added up from the action on; its usual date; the window flagged before it.

    None where nothing was acted on that has days enough before.
    """
    chosen = _acted(facts, acted, begins, LEAST_BEFORE)
    if not chosen:
        return None
    gap = max(one.gap for one in chosen) * _WEEK
    before = min([MOST_BEFORE, *(one.day - int(facts.day.min()) for one in chosen)])
    starts = _starts(facts, chosen)
    total = before + AFTER_DAYS
    rows, place = _places(facts, starts, 1, before, total)
    silent = np.full(len(facts.day), np.nan)
    told = [facts.values.get(part, silent)[rows] for part in parts_of(outcome.name)]
    sums = [np.fmax(np.nan_to_num(add_up(values, place, total)), 0.0) for values in told]
    weekdays = np.bincount([one.day % _WEEK for one in chosen], minlength=_WEEK)
    latest = max(one.day for one in chosen if one.day % _WEEK == int(weekdays.argmax()))
    usual = EPOCH + timedelta(days=latest)
    flagged = Period(usual - timedelta(days=gap), usual - timedelta(days=1))
    return Days(usual - timedelta(days=before), sums[0], sums[1]), usual, flagged


def _first_day(facts: LevelFacts) -> int:
    """The first day that anything is known of; 0 where nothing is."""
    return int(facts.day.min()) if len(facts.day) else 0


def _acted(facts: LevelFacts, acted: Mapping[str, Case], begins: Mapping[str, date], least: int) -> list[_Acted]:
    """What was acted on and has ``least`` days before the window it was flagged on."""
    first, out = _first_day(facts), []
    for at, key in enumerate(facts.entities["key"]):
        if key not in acted:
            continue
        begin = begins[acted[key].id]
        gap = -(-max((begin - acted[key].window_start).days, 0) // _WEEK)
        day = (begin - EPOCH).days
        if gap <= LONGEST_GAP and day - gap * _WEEK - first >= least:
            out.append(_Acted(at, day, gap))
    return out


def _starts(facts: LevelFacts, acted: Sequence[_Acted]) -> Ints:
    """The first day after the action of every entity of ``facts``; ``_NO_DAY`` where it was not acted on."""
    starts = np.full(len(facts.entities), _NO_DAY)
    starts[[one.at for one in acted]] = [one.day for one in acted]
    return starts


def _spread(starts: Ints, free: Ints, keys: list[str], treated: Ints) -> None:
    """Gives every untreated entity the middle day of a week of action, drawn by the hash of its key."""
    if not len(treated):
        return
    weeks = {int(week): np.sort(treated[treated // _WEEK == week]) for week in np.unique(treated // _WEEK)}
    middles = [int(days[len(days) // 2]) for days in weeks.values()]
    ends = list(accumulate(len(days) for days in weeks.values()))
    for at in free.tolist():
        drawn = int(content_hash(["peer", keys[at]])[:12], 16) / 16.0**12
        starts[at] = middles[bisect(ends, drawn * ends[-1])]


def _by_step(facts: LevelFacts, starts: Ints, part: str, before: int, total: int) -> Floats:
    """A metric by entity and week around each entity's start; NaN where nothing is known."""
    count = len(facts.entities)
    values = facts.values.get(part)
    if values is None:
        return np.full((count, total), np.nan)
    rows, place = _places(facts, starts, _WEEK, before, total)
    return add_up(values[rows], facts.entity[rows] * total + place, count * total).reshape(count, total)


def _places(facts: LevelFacts, starts: Ints, step: int, before: int, total: int) -> tuple[Bools, Ints]:
    """The rows that lie in one of ``total`` steps around the start of their entity, and in which."""
    start = starts[facts.entity]
    place, end = ((days - start) // step + before for days in (facts.day, facts.end_day))
    rows: Bools = (start != _NO_DAY) & (place >= 0) & (place < total) & (place == end)
    return rows, place[rows]


def _panel(facts: LevelFacts, starts: Ints, chosen: Bools, weekly: list[Floats], baseline: int) -> Panel:
    """The chosen entities; they are like when of one platform and type in one week, and near by the larger part."""
    at = np.flatnonzero(chosen)
    kinds = facts.entities["platform"] + "|" + facts.entities["campaign_type"]
    names, labels = facts.entities["key"].tolist(), kinds.tolist()
    volume = _volume(facts, starts, baseline, weekly)[at]
    return Panel(
        [names[i] for i in at],
        [f"{labels[i]}|{int(starts[i]) // _WEEK}" for i in at],
        volume,
        weekly[0][at],
        weekly[1][at],
    )


def _volume(facts: LevelFacts, starts: Ints, baseline: int, weekly: list[Floats]) -> Floats:
    """Spend of each over the baseline, or its impressions where spend is not known."""
    for part in ("spend", "impressions"):
        if part in facts.values:
            table = _by_step(facts, starts, part, weekly[0].shape[1] - AFTER_DAYS // _WEEK, weekly[0].shape[1])
            sums: Floats = np.fmax(np.nan_to_num(table[:, :baseline]), 0.0).sum(axis=1)
            if sums.any():
                return sums
    out: Floats = weekly[1][:, :baseline].sum(axis=1)
    return out
