"""Decides which share of the conversions due in a window is already reported, entity by entity.

A conversion is due on the day of its spend; of a day so many days old the platform's curve says how much is reported.
The age runs to the day after the account's last row at most, since that is when its numbers were read.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rules.delivery import extreme
from rules.entities import Bools, Floats, Ints, LevelFacts
from rules.reporting_lag import LagCurve, curve_of
from rules.windows import inside


def read_on(facts: LevelFacts, day: int) -> Ints:
    """Per entity: the day on which its account's numbers were read, at most ``day``."""
    account = facts.entities["account"].to_numpy(dtype=np.int64)
    end = extreme(facts.end_day, account[facts.entity], int(account.max(initial=-1)) + 1, latest=True)
    out: Ints = np.minimum(end + 1, day)[account]
    return out


def reported_share(
    facts: LevelFacts, first_day: int, last_day: int, day: int, curves: Mapping[str, LagCurve]
) -> tuple[Floats, list[LagCurve]]:
    """Share of the window's due conversions that is reported by ``day``, and the curve of each entity's platform.

    Days weigh by their spend; an entity that spent nothing gets 1, as nothing is due.
    """
    rows = inside(facts, first_day, last_day)
    owner, count = facts.entity[rows], len(facts.entities)
    spend = np.nan_to_num(facts.values["spend"][rows]) if "spend" in facts.values else np.zeros(int(rows.sum()))
    reported = row_shares(facts, day, curves, rows)
    weight = np.fmax(spend, 0.0)
    total = np.bincount(owner, weights=weight, minlength=count)
    told = np.bincount(owner, weights=weight * reported, minlength=count)
    share = np.where(total > 0, told / np.where(total > 0, total, 1.0), 1.0)
    return share, curves_of(facts, curves)


def row_shares(
    facts: LevelFacts, day: int, curves: Mapping[str, LagCurve], rows: Bools | slice = slice(None)
) -> Floats:
    """Share of the conversions of every row (of some ``rows``) that is reported by ``day``."""
    owner = facts.entity[rows]
    age = read_on(facts, day)[owner] - facts.end_day[rows]
    platform, names = pd.factorize(facts.entities["platform"].astype(str))
    reported = np.ones(len(age))
    for number, name in enumerate(names):
        own = platform[owner] == number if len(names) > 1 else slice(None)
        reported[own] = curve_of(curves, name).at(age[own])
    return reported


def curves_of(facts: LevelFacts, curves: Mapping[str, LagCurve]) -> list[LagCurve]:
    """The curve of every entity's platform, the assumed one where none is told."""
    platform, names = pd.factorize(facts.entities["platform"].astype(str))
    chosen = [curve_of(curves, name) for name in names]
    return [chosen[number] for number in platform]
