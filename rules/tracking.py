"""Decides whether conversion tracking broke: clicks go on as before while no conversion comes where five were due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rules.entities import Floats, LevelFacts
from rules.expected import told_target
from rules.maturity import read_on
from rules.reporting_lag import LagCurve, curve_of
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


def tracking_breaks(
    facts: LevelFacts,
    last_day: int,
    window_days: int,
    targets: Mapping[str, float],
    curves: Mapping[str, LagCurve],
    day: int,
) -> list[Break]:
    """Accounts whose conversions stopped while their clicks did not, as of ``last_day``.

    Of the last days' conversions only a part is reported by ``day``, that of judging, as ``curves`` say; the rest is
    not due yet.
    """
    if not len(facts.entities):
        return []
    days = BASE_DAYS + window_days
    first = last_day - days + 1
    owner = facts.entities["account"].to_numpy(dtype=np.int64)
    conversions, clicks = (daily(facts, first, last_day, name, owner) for name in ("conversions", "clicks"))
    told = _told(facts, first, days, day, curves)
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
            awaited = (clicked[silent_from:] * told[account, silent_from:]).sum()
            due = awaited * base_got / base_clicks if base_clicks else 0.0
            broken = base_got >= LEAST_BASE and rate >= NORMAL_CLICKS * before
        else:
            before, due, broken = None, due_by_target[account] * told[account, silent_from:].mean(), rate > 0
        if broken and due >= LEAST_DUE:
            found.append(Break(account, first + silent_from, stretch, rate * stretch, float(due), float(rate), before))
    return found


def _told(facts: LevelFacts, first: int, days: int, day: int, curves: Mapping[str, LagCurve]) -> Floats:
    """Share of conversions reported by account and day of the stretch."""
    accounts = facts.entities.drop_duplicates("account").sort_values("account")
    ages = read_on(facts, day)[accounts.index.to_numpy()][:, None] - np.arange(first, first + days)
    names = accounts["platform"].astype(str).tolist()
    return np.array([curve_of(curves, name).at(age) for name, age in zip(names, ages, strict=True)])


def _due_by_target(facts: LevelFacts, last_day: int, window_days: int, targets: Mapping[str, float]) -> Floats:
    """Conversions due per account for its spend at the targets given; without a target nothing is due."""
    rows = inside(facts, last_day - window_days + 1, last_day)
    due = np.nan_to_num(sums_of(facts, rows, ["spend"])["spend"]) / told_target(facts.entities, targets)
    return np.bincount(facts.entities["account"], weights=np.nan_to_num(due)).astype(np.float64)
