"""Decides what a night checks of the data before it judges: days that are missing inside, totals that do not agree.

Both look at the last ``WINDOW`` days of each platform account, up to the last day it has rows of. A day without rows is
told where the same weekday has some within four weeks: an account that rests every Sunday has no gap there. Totals of
two grains are compared on the campaigns and days that both have, since some campaigns have no ads to export.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd

from engine.messages import Message, Value
from engine.vocabulary import Finding, Severity
from rules.checks import RECENT_DAYS, account_subject

WINDOW = 28
WEEKS_NEAR = 4
GRAINS = ("account", "campaign", "ad_group", "ad")
METRICS = ("spend", "impressions", "clicks")
# Platforms round each row, and restate spam clicks of single ads a little later than those of campaigns.
TOLERANCE = 0.01
_DAY = np.timedelta64(1, "D")
_LISTED = 5


def data_checks(facts: pd.DataFrame, as_of: date) -> list[Finding]:
    """What is wrong with the facts of ``engine.snapshot`` as seen on a morning, account by account."""
    found: list[Finding] = []
    known = facts[facts["date_day"] < pd.Timestamp(as_of)]
    for _, account in known.groupby(["platform", "account_id"], sort=True, observed=True):
        gap = _gap(account, as_of)
        found += [gap] if gap is not None else []
        found += _disagreements(account)
    return found


def _gap(facts: pd.DataFrame, as_of: date) -> Finding | None:
    """The days inside the window on which the account has no row of any grain."""
    seen = _days_seen(facts, as_of)
    last = int(np.flatnonzero(seen)[-1])
    first = max(int(np.flatnonzero(seen)[0]), last - WINDOW + 1)
    start = facts["date_day"].min().date()
    missing = [start + timedelta(days=day) for day in range(first, last) if not seen[day] and _usual(seen, day)]
    if not missing:
        return None
    who = account_subject(*_who(facts))
    told = [day.isoformat() for day in missing[-_LISTED:]]
    days = "、".join(told) + ("…" if len(missing) > _LISTED else "")
    return Finding(
        code="days_missing",
        subject=who,
        severity=Severity.WARN if (as_of - missing[-1]).days <= RECENT_DAYS else Severity.NOTE,
        reason=Message("rules.finding.days_missing", {"name": who.name, "count": len(missing), "days": days}),
        evidence={"days": len(missing), "first_day": missing[0].isoformat(), "last_day": missing[-1].isoformat()},
    )


def _days_seen(facts: pd.DataFrame, as_of: date) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each day from the account's first to ``as_of`` lies in the period of some row."""
    start = np.datetime64(facts["date_day"].min().date(), "D")
    length = int((np.datetime64(as_of, "D") - start) / _DAY)
    begins = (facts["date_day"].to_numpy().astype("datetime64[D]") - start) // _DAY
    ends = np.minimum((facts["period_end"].to_numpy().astype("datetime64[D]") - start) // _DAY, length - 1)
    steps = np.bincount(begins, minlength=length + 1) - np.bincount(ends + 1, minlength=length + 1)
    return np.cumsum(steps)[:length] > 0


def _usual(seen: np.ndarray[tuple[int], np.dtype[np.bool_]], day: int) -> bool:
    """Whether the account had rows on the same weekday within four weeks, before or after."""
    near = [day + 7 * week for week in range(-WEEKS_NEAR, WEEKS_NEAR + 1)]
    return any(seen[other] for other in near if 0 <= other < len(seen))


def _disagreements(facts: pd.DataFrame) -> Iterator[Finding]:
    """A finding for every two grains of the account whose sums differ."""
    days = facts[(facts["breakdown"] == "") & (facts["date_day"] == facts["period_end"])]
    recent = days[days["date_day"] > facts["date_day"].max() - pd.Timedelta(days=WINDOW)]
    there = set(recent["grain"])
    for coarse, fine in combinations([grain for grain in GRAINS if grain in there], 2):
        if coarse == "account" and fine != "campaign":
            continue  # what has no ads is in the account's sum alone
        found = _compared(recent, coarse, fine)
        if found is not None:
            yield found


def _compared(facts: pd.DataFrame, coarse: str, fine: str) -> Finding | None:
    sides = [facts[facts["grain"] == grain] for grain in (coarse, fine)]
    keys = ["date_day", *([] if coarse == "account" else [_campaign_column(sides)])]
    sums = [side.groupby(keys, observed=True)[list(METRICS)].sum() for side in sides]
    both = sums[0].index.intersection(sums[1].index)
    above, below = (one.loc[both].sum() for one in sums)
    larger = np.maximum(above, below)
    apart = (above - below).abs()
    wrong = [name for name in METRICS if apart[name] >= 1 and apart[name] > TOLERANCE * larger[name]]
    if not wrong:
        return None
    worst = max(wrong, key=lambda name: float(apart[name] / larger[name]))
    who = account_subject(*_who(facts))
    days = int(both.get_level_values("date_day").nunique())
    values: dict[str, Value] = {"name": who.name, "share": f"{apart[worst] / larger[worst]:.1%}", "days": days}
    phrases = {"coarse": f"grain.{coarse}", "fine": f"grain.{fine}", "metric": f"sum.{worst}"}
    return Finding(
        code="totals_disagree",
        subject=who,
        severity=Severity.WARN,
        reason=Message("rules.finding.totals_disagree", {**values, **phrases}),
        evidence={"coarse": coarse, "fine": fine, "days": days, **_sums(coarse, above), **_sums(fine, below)},
    )


def _sums(grain: str, totals: pd.Series[float]) -> dict[str, float]:
    return {f"{name}_{grain}": float(totals[name]) for name in METRICS}


def _campaign_column(sides: list[pd.DataFrame]) -> str:
    """The platform's id where every row of both grains has one, else the name."""
    return "campaign_id" if all((side["campaign_id"] != "").all() for side in sides) else "campaign_name"


def _who(facts: pd.DataFrame) -> tuple[str, str, str]:
    first = facts.iloc[-1]
    return str(first["platform"]), str(first["account_id"]), str(first["account_name"])
