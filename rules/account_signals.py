"""Decides what the registry of platform accounts means in numbers: credit that is left, budget used, days of a token.

Told of an account: ``credit_left`` on the morning of ``credit_on``, ``monthly_budget``, ``token_expires_on`` and
``token_alert_days``. Spend since is taken off; days that no export covers yet are taken to cost what a day costs.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from rules.delivery import extreme
from rules.entities import EPOCH, Bools, Floats, Ints, LevelFacts
from rules.windows import add_up, daily, divide

PACE_DAYS = 7
LONGEST = 365.0  # credit that lasts longer is told as a year: nobody plans by the pace of this week beyond it
TOKEN_ALERT_DAYS = 14.0
CREDIT = ("credit_days", "credit_now", "spend_per_day")
BUDGET = ("month_budget_used", "month_spend", "monthly_budget")
TOKEN = ("token_days", "token_alert_days")
ACCOUNT_SIGNALS = frozenset({*CREDIT, *BUDGET, *TOKEN})


def account_signals(facts: LevelFacts, rows: pd.DataFrame, name: str, day: int) -> dict[str, Floats]:
    """The signal ``name`` of every account and what is made with it; NaN where it was not told.

    ``facts`` are of level account, ``rows`` what was told of each of them in their order, ``day`` the day of judging.
    """
    if name in CREDIT:
        return _credit(facts, rows, day)
    return _budget(facts, rows, day) if name in BUDGET else _token(rows, day)


def told_numbers(rows: pd.DataFrame, name: str) -> Floats:
    """A told column as numbers; NaN where it was not told."""
    if name not in rows.columns:
        return np.full(len(rows), np.nan)
    out: Floats = pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return out


def _told_days(rows: pd.DataFrame, name: str) -> Floats:
    """A told day as its number since 1970-01-01."""
    if name not in rows.columns:
        return np.full(len(rows), np.nan)
    days = pd.to_datetime(rows[name], errors="coerce")
    out: Floats = np.where(days.isna(), np.nan, (days - pd.Timestamp(EPOCH)).dt.days.to_numpy(dtype=np.float64))
    return out


def _spend(facts: LevelFacts, chosen: Bools) -> Floats:
    """Spend of each account over the chosen rows; 0 where it has none."""
    values = facts.values.get("spend", np.full(len(facts.day), np.nan))
    return np.nan_to_num(add_up(values[chosen], facts.entity[chosen], len(facts.entities)))


def _credit(facts: LevelFacts, rows: pd.DataFrame, day: int) -> dict[str, Floats]:
    left, on = told_numbers(rows, "credit_left"), _told_days(rows, "credit_on")
    known_until = extreme(facts.end_day[facts.end_day < day], facts.entity[facts.end_day < day], len(left), latest=True)
    a_day = _per_day(facts, known_until, day)
    since = np.where(on <= day, on, np.nan)  # what is read off later is not known on this morning
    spent = _spend(facts, (facts.day >= since[facts.entity]) & (facts.end_day < day))
    uncovered = np.fmax(day - np.fmax(known_until + 1, since), 0)
    now = np.fmax(left - spent - uncovered * np.nan_to_num(a_day), 0.0)
    now[np.isnan(since)] = np.nan
    lasts = np.fmin(divide(now, a_day), LONGEST)
    lasts[(a_day == 0) & ~np.isnan(now)] = LONGEST
    lasts[now == 0] = 0.0
    told = told_numbers(rows, "credit_days")
    return {"credit_days": np.where(np.isnan(told), lasts, told), "credit_now": now, "spend_per_day": a_day}


def _per_day(facts: LevelFacts, known_until: Ints, day: int) -> Floats:
    """What each account spent a day in its last week with rows; NaN where it has none within a month."""
    first = day - 4 * PACE_DAYS
    spend = daily(facts, first, day - 1, "spend")
    at = np.arange(first, day)
    recent = (at <= known_until[:, None]) & (at > known_until[:, None] - PACE_DAYS)
    known = recent & ~np.isnan(spend)
    out: Floats = divide(np.where(known, spend, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))
    return out


def _budget(facts: LevelFacts, rows: pd.DataFrame, day: int) -> dict[str, Floats]:
    budget = told_numbers(rows, "monthly_budget")
    today = date.fromordinal(EPOCH.toordinal() + day)
    spent = _spend(facts, (facts.day >= day - today.day + 1) & (facts.end_day < day))
    return {"month_budget_used": divide(spent, budget), "month_spend": spent, "monthly_budget": budget}


def _token(rows: pd.DataFrame, day: int) -> dict[str, Floats]:
    left = _told_days(rows, "token_expires_on") - day
    ahead = told_numbers(rows, "token_alert_days")
    ahead = np.where(np.isnan(ahead), TOKEN_ALERT_DAYS, ahead)
    return {"token_days": np.fmax(left, 0.0), "token_alert_days": np.where(np.isnan(left), np.nan, ahead)}
