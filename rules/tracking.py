"""Decides whether conversion tracking broke: clicks go on as before while no conversion comes where five were due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rules.entities import Floats, LevelFacts
from rules.expected import told_target
from rules.windows import daily, inside, sums_of

LEAST_DUE = 5.0
BASE_DAYS = 28
LEAST_BASE = 10.0
NORMAL_CLICKS = 0.5


@dataclass(frozen=True, slots=True)
class Break:
    """Tracking of one account (its number in the level's entities) that seems broken since ``since``."""

    account: int
    since: int
    days: int
    clicks: float
    due: float
    clicks_per_day: float
    clicks_per_day_before: float | None


def tracking_breaks(facts: LevelFacts, last_day: int, window_days: int, targets: Mapping[str, float]) -> list[Break]:
    """Accounts whose conversions stopped while their clicks did not, as of ``last_day``."""
    if not len(facts.entities):
        return []
    days = BASE_DAYS + window_days
    first = last_day - days + 1
    owner = facts.entities["account"].to_numpy(dtype=np.int64)
    conversions, clicks = (daily(facts, first, last_day, name, owner) for name in ("conversions", "clicks"))
    due_by_target = _due_by_target(facts, last_day, window_days, targets)
    found = []
    for account, (got, clicked) in enumerate(zip(conversions, np.nan_to_num(clicks), strict=True)):
        converting = np.flatnonzero(got > 0)
        silent_from = int(converting[-1]) + 1 if len(converting) else days - window_days
        stretch = days - silent_from
        if stretch == 0 or np.isnan(got[silent_from:]).all():
            continue
        rate = clicked[silent_from:].sum() / stretch
        if len(converting):
            base = slice(max(0, silent_from - BASE_DAYS), silent_from)
            base_clicks, base_got = clicked[base].sum(), np.nansum(got[base])
            before = float(base_clicks / (base.stop - base.start))
            due = rate * stretch * base_got / base_clicks if base_clicks else 0.0
            broken = base_got >= LEAST_BASE and rate >= NORMAL_CLICKS * before
        else:
            before, due, broken = None, due_by_target[account], rate > 0
        if broken and due >= LEAST_DUE:
            found.append(Break(account, first + silent_from, stretch, rate * stretch, float(due), float(rate), before))
    return found


def _due_by_target(facts: LevelFacts, last_day: int, window_days: int, targets: Mapping[str, float]) -> Floats:
    """Conversions due per account for its spend at the targets given; without a target nothing is due."""
    rows = inside(facts, last_day - window_days + 1, last_day)
    due = np.nan_to_num(sums_of(facts, rows, ["spend"])["spend"]) / told_target(facts.entities, targets)
    return np.bincount(facts.entities["account"], weights=np.nan_to_num(due)).astype(np.float64)
