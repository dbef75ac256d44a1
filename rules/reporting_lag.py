"""Decides which share of a day's conversions is already reported so many days later, by platform.

A day exported more than once shows how its conversions grew: v1 at age a1, v2 at age a2. Each growth tells that those
conversions were reported between two ages, and none of the day's is seen that takes longer than its last age. The
curve is the self-consistent estimate from such interval-censored, truncated delays (Turnbull 1976,
https://doi.org/10.1111/j.2517-6161.1976.tb01597.x), drawn by ``PRIOR_CONVERSIONS`` towards the assumed curve, which
also fills in between ages that no receipt tells apart. Ages are days from the day itself to the day of the export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from rules.entities import Floats, Ints

OLDEST_AGE = 45
DAY = ["scope", "date_day"]
PRIOR_CONVERSIONS = 20.0
ROUNDS = 300
LEAST_DAYS, LEAST_CONVERSIONS, LEAST_AGE = 14, 100.0, 5
ASSUMED_FIRST, ASSUMED_SCALE_DAYS = 0.6, 3.0  # a cautious guess until receipts tell: 60 % at once, the rest over days


@dataclass(frozen=True, slots=True)
class LagCurve:
    """Share of a day's conversions reported at age 0, 1, 2 ...; later ages count as the last one told.

    ``basis``: ``restated`` when estimated from ``days_seen`` days exported more than once, ``given`` where the share
    was told beside the targets, else ``assumed``.
    """

    platform: str
    share: tuple[float, ...]
    days_seen: int
    basis: Literal["restated", "assumed", "given"]

    def at(self, ages: Ints) -> Floats:
        """The share at each age in days; an age below 0 counts as 0."""
        table = np.asarray(self.share, dtype=np.float64)
        out: Floats = table[np.clip(ages, 0, len(table) - 1)]
        return out


def assumed_curve(platform: str) -> LagCurve:
    """The curve used until enough receipts exist."""
    ages = np.arange(OLDEST_AGE + 1)
    share = 1.0 - (1.0 - ASSUMED_FIRST) * np.exp(-ages / ASSUMED_SCALE_DAYS)
    return LagCurve(platform, tuple(float(s) for s in share), 0, "assumed")


def curve_of(curves: Mapping[str, LagCurve], platform: str) -> LagCurve:
    """The curve that is told of a platform, else the assumed one."""
    return curves.get(platform) or assumed_curve(platform)


def estimate_lag(receipts: pd.DataFrame) -> dict[str, LagCurve]:
    """The curve of every platform of ``receipts``, assumed where the receipts do not suffice.

    ``receipts``: one row per platform, day and export that covers the day: ``platform``, ``date_day`` and ``seen_on``
    (datetime64), ``conversions`` (float64, what the export held for the day in total), and ``scope`` where a platform
    has several accounts or kinds of export, whose days are never mixed. Enough is 14 days seen twice,
    100 conversions in them and one of the days seen 5 days later.
    """
    curves = {}
    for platform, rows in receipts.dropna(subset=["conversions"]).groupby("platform", observed=True, sort=True):
        curves[str(platform)] = _estimate(str(platform), rows)
    return curves


def _estimate(platform: str, rows: pd.DataFrame) -> LagCurve:
    assumed = assumed_curve(platform)
    age = (rows["seen_on"] - rows["date_day"]).dt.days
    seen = rows.assign(age=age.clip(upper=OLDEST_AGE), scope=rows.get("scope", 0))[age >= 0]
    seen = seen.sort_values([*DAY, "age", "seen_on"]).drop_duplicates([*DAY, "age"], keep="last")
    twice = seen[seen.groupby(DAY)["age"].transform("size") > 1]
    days = int(twice["date_day"].nunique())
    last = twice.groupby(DAY).agg(age=("age", "max"), conversions=("conversions", "last"))
    if days < LEAST_DAYS or last["conversions"].sum() < LEAST_CONVERSIONS or last["age"].max() < LEAST_AGE:
        return assumed
    share = _self_consistent(_growths(twice), np.diff(np.asarray(assumed.share), prepend=0.0))
    return LagCurve(platform, tuple(float(s) for s in share), days, "restated")


def _growths(twice: pd.DataFrame) -> pd.DataFrame:
    """Conversions reported after age ``low`` up to ``high``, of days last seen at ``last``; corrections set off."""
    by_day = twice.groupby(DAY)
    parts = pd.DataFrame(
        {
            "low": by_day["age"].shift(fill_value=-1),
            "high": twice["age"],
            "last": by_day["age"].transform("max"),
            "count": twice["conversions"] - by_day["conversions"].shift(fill_value=0.0),
        }
    )
    pooled = parts.groupby(["low", "high", "last"], as_index=False)["count"].sum()
    grown: pd.DataFrame = pooled[pooled["count"] > 0]
    return grown


def _self_consistent(growths: pd.DataFrame, prior: Floats) -> Floats:
    """Cumulative shares by age: expected delays given the curve, and the curve given the delays, until they agree."""
    low, high, last = (growths[name].to_numpy(dtype=np.int64) for name in ("low", "high", "last"))
    count = growths["count"].to_numpy(dtype=np.float64)
    ages = np.arange(len(prior))
    inside = ((ages > low[:, None]) & (ages <= high[:, None])).astype(np.float64)
    later = (ages > last[:, None]).astype(np.float64)
    chance = prior / prior.sum()
    for _ in range(ROUNDS):
        within = np.fmax(inside @ chance, 1e-12)
        unseen = later @ chance
        due = (count / within) @ inside + (count / np.fmax(1.0 - unseen, 1e-12)) @ later
        told = chance * due + PRIOR_CONVERSIONS * prior
        changed = told / told.sum()
        if np.abs(changed - chance).max() < 1e-9:
            break
        chance = changed
    out: Floats = np.minimum(np.cumsum(chance), 1.0)
    return out
